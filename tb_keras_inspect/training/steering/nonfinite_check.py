"""Finds out whether a step produced a NaN or an infinity, before the step counts."""

import logging
from typing import Any

import numpy as np

from tb_keras_inspect.frameworks.execution import Execution
from tb_keras_inspect.training.sample import Sample
from tb_keras_inspect.training.steering.breakpoints import Breakpoints
from tb_keras_inspect.training.steering.fit import SteeredFit

logger = logging.getLogger(__name__)


class NonfiniteCheck:
    """Checks the steps of one fit.

    A step's sample is checked, in which every tensor has a name, as soon as it is on the host. If there
    is none, because the log is full or recording has failed, the loss and the weights are checked.

    Args:
        fit: The fit.
        breakpoints: Know the names of what a sample holds.
    """

    def __init__(self, fit: SteeredFit, breakpoints: Breakpoints):
        self._fit, self._breakpoints = fit, breakpoints
        self._last_logs: Any = None  # of the last step without a problem

    def begin_epoch(self) -> None:
        """Forget the logs of the last epoch."""
        self._last_logs = None

    def run(self, execution: Execution) -> tuple[Any, list[str]]:
        """Run a step and check it.

        Args:
            execution: The call of the train function.

        Returns:
            The result of the call, and what in it is not finite, as text.
        """
        if self._fit.recorder.bytes_written < self._fit.max_bytes:
            self._fit.sample()
        self._fit.session.take_newest()
        result = execution.run()
        sample = self._sample()
        found = self._breakpoints.nonfinite_in(sample) if sample is not None else []
        logs = execution.logs_of(result)
        if not found and not self._are_finite(logs):
            found = ["the loss"]
        if not found and not execution.weights_are_finite(result):
            found = ["a weight, after the update"]
        if not found:
            self._last_logs = logs
        return result, found

    def _sample(self) -> Sample | None:
        """Return the sample of the step that has just run, or None if there is none."""
        pending = self._fit.session.take_newest()
        try:
            return pending.get() if pending is not None else None
        except Exception:  # the recorder meets the same error, and reports it
            logger.debug("a sample cannot be decoded", exc_info=True)
            return None

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
