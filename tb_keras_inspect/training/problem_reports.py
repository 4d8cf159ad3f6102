"""Messages for the user about what is no longer recorded, and why. Each is reported once."""

import contextlib
import logging
from collections.abc import Callable, Iterator, Mapping

from tb_keras_inspect.training.failsafe import words
from tb_keras_inspect.training.processes.group import NoRecorder
from tb_keras_inspect.training.recorder import Recorder

logger = logging.getLogger(__name__)


class ProblemReports:
    """Collects the reports of one session.

    Attributes:
        texts: Reports that the user has not seen yet; the callback empties it.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._reported: set[str] = set()

    @property
    def has_any(self) -> bool:
        """Whether anything was reported, seen or not."""
        return bool(self._reported)

    def check(self, step_failure: Exception | None, recorder: Recorder | NoRecorder) -> None:
        """Reports what has stopped since the last call.

        Args:
            step_failure: Why steps are not instrumented any more, or None.
            recorder: Where samples go.
        """
        if step_failure is not None:
            self._add(
                "gradients, activations, weights and updates are not recorded any more: "
                f"instrumenting the training step failed with {words(step_failure)}. "
                "Training goes on with the model's own step"
            )
        failure = recorder.failure
        if failure is not None:
            self._add(
                f"nothing is recorded any more: writing to {recorder.path} failed with "
                f"{words(failure)}. What was written before can be viewed; training goes on"
            )
        elif recorder.dropped:
            self._add(
                "some sampled steps were dropped, the first of them around this step: writing "
                f"{recorder.path} did not keep up, for want of a faster disk or a free core, and "
                "training does not wait for it. The others are recorded. A larger `every` avoids this"
            )

    @contextlib.contextmanager
    def of_the_probe_pass(self, turn_off: Callable[[], None]) -> Iterator[None]:
        """A context in which an exception turns off the activation maps and nothing else."""
        try:
            yield
        except Exception as error:
            logger.debug("the probe pass failed", exc_info=True)
            turn_off()
            self._add(
                "activation maps are not recorded any more: the probe pass failed with "
                f"{words(error)}. Everything else is recorded, and training goes on"
            )

    def of_pictures(self, problems: Mapping[str, Exception]) -> None:
        """Reports kinds of pictures that have been turned off, by kind."""
        for what, error in problems.items():
            self._add(
                f"{what} are not recorded any more: computing them failed with {words(error)}. "
                "Everything else is recorded, and training goes on"
            )

    def _add(self, text: str) -> None:
        if text not in self._reported:
            self._reported.add(text)
            self.texts.append(text)
