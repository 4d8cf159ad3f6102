"""Finds out whether a step produced a NaN or an infinity, before the step counts."""

import itertools
import logging
from typing import Any

import numpy as np

from tb_keras_inspect.frameworks.execution import Execution
from tb_keras_inspect.training.hooks.inference import saved_random_state
from tb_keras_inspect.training.steering.fit import SteeredFit
from tb_keras_inspect.training.steering.sample_rows import SampleRows, nonfinite_in

logger = logging.getLogger(__name__)

MOST_NAMED = 10


class NonfiniteCheck:
    """Checks the steps of one fit.

    A step runs as it is, and its loss and weights are checked. Where they are not finite, it is made
    once more, as a sampled step in which every tensor has a name. A step that is sampled anyway, or
    whose batch cannot be read before it, is made once. Where there is no sample, because the log is
    full or recording has failed, the loss and the weights are all that is named.

    Args:
        fit: The fit.
    """

    def __init__(self, fit: SteeredFit):
        self._fit, self._rows, self._was_sampled = fit, SampleRows(), False
        self._last_logs: Any = None  # of the last step without a problem

    def begin_epoch(self) -> None:
        """Forget the logs of the last epoch."""
        self._last_logs = None

    def run(self, execution: Execution) -> tuple[Any, list[str]]:
        """Run a step, check it, and undo it if something in it is not finite.

        Args:
            execution: The call of the train function.

        Returns:
            The result of the call, and what in it is not finite, as text.
        """
        copy = execution.copy_state()
        restore_random, can_repeat = saved_random_state(), execution.batch() is not None
        result, found = self._run(execution, not can_repeat)
        if found and can_repeat and not self._was_sampled:
            execution.restore(copy)
            copy = execution.copy_state()  # on JAX the step takes the memory of what it gets
            restore_random()
            execution.rewind()
            result, named = self._run(execution, True)
            found = named or found
        if found:
            execution.restore(copy)
        else:
            self._last_logs = execution.logs_of(result)
        return result, found

    def _run(self, execution: Execution, is_sampled: bool) -> tuple[Any, list[str]]:
        """Run a step, and return its result and what is not finite."""
        if is_sampled and self._fit.processes.chiefs(self._has_room()):
            self._fit.sample()
        self._fit.session.take_newest()  # of an earlier step
        result = execution.run()
        found, has_loss = self._nonfinite_in_sample(), self._are_finite(execution.logs_of(result))
        if not found and not has_loss:
            found = ["the loss"]
        if not found and not execution.weights_are_finite(result):
            found = ["a weight, after the update"]
        return result, self._of_all(found, has_loss)

    def _has_room(self) -> bool:
        return self._fit.recorder.bytes_written < self._fit.max_bytes

    def _of_all(self, found: list[str], has_loss: bool) -> list[str]:
        """What is not finite in this process, and in which processes something is not."""
        processes = self._fit.processes
        if processes.count == 1:
            return found
        # Weights are not finite in all, once the gradients of one were not: the loss is its own.
        all_found = processes.of_each(bool(found) + 2 * (not has_loss))
        worst = max(all_found)
        where = [str(i) for i, each in enumerate(all_found) if each and (each >= 2 or worst < 2)]
        return [*found, f"in process {', '.join(where)} of {processes.count}"] if where else []

    def _nonfinite_in_sample(self) -> list[str]:
        # From the session, not the recorder's thread: that may still wait for the disk.
        pending, model = self._fit.session.take_newest(), self._fit.session.model_record
        self._was_sampled = pending is not None
        if pending is None or model is None:
            return []
        try:
            sample = pending.get()
        except Exception:  # the recorder meets the same error, and reports it
            logger.debug("a sample cannot be decoded", exc_info=True)
            return []
        if sample is None:
            return []
        self._rows.add_model(model)
        return list(itertools.islice(nonfinite_in(sample, self._rows), MOST_NAMED))

    def result_of_undone(self, execution: Execution, result: Any) -> Any:
        """Return the result of a step that was undone: the logs before it."""
        logs = execution.logs_of(result) if self._last_logs is None else self._last_logs
        return execution.result_with(logs)

    def _are_finite(self, logs: Any) -> bool:
        """Return whether logs are finite, or were not before: running means do not recover."""
        return _finite(logs) or (self._last_logs is not None and not _finite(self._last_logs))


def _finite(logs: Any) -> bool:
    if not isinstance(logs, dict) or "loss" not in logs:
        return True
    try:
        return bool(np.all(np.isfinite(np.asarray(logs["loss"], dtype=np.float64))))
    except (TypeError, ValueError):
        return True
