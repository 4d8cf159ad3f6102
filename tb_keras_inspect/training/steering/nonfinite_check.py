"""Finds out whether a step produced a NaN or an infinity, before the step counts."""

from collections.abc import Callable
from typing import Any

import numpy as np

from tb_keras_inspect.frameworks.execution import Execution
from tb_keras_inspect.training.recorder import SAMPLE, Recorder
from tb_keras_inspect.training.steering.breakpoints import Breakpoints

SAMPLE_SECONDS = 30.0  # how long a step waits for its sample to be decoded


class NonfiniteCheck:
    """Checks the steps of one fit.

    A step's sample is checked, in which every tensor has a name. If there is none, because the log is
    full or recording has failed, the loss and the weights are checked.

    Args:
        recorder: Takes the samples.
        breakpoints: Check the samples.
        sample: Makes the step that is about to run a sampled one.
        max_bytes: Maximum size of the log, beyond which no step is sampled for this.
    """

    def __init__(
        self,
        recorder: Recorder,
        breakpoints: Breakpoints,
        sample: Callable[[], Any],
        max_bytes: float,
    ):
        self._recorder, self._breakpoints = recorder, breakpoints
        self._sample, self._max_bytes = sample, max_bytes
        self._last_logs: Any = None  # of the last step without a problem

    def begin_epoch(self) -> None:
        """Forget the logs of the last epoch."""
        self._last_logs = None

    def run(self, execution: Execution, last_step: int) -> tuple[Any, list[str]]:
        """Run a step and check it.

        Args:
            execution: The call of the train function.
            last_step: Number of the last step of the call.

        Returns:
            The result of the call, and what in it is not finite, as text.
        """
        if self._recorder.bytes_written < self._max_bytes:
            self._sample()
        before = self._recorder.taken_of[SAMPLE]
        result = execution.run()
        found: list[str] = []
        if self._recorder.taken_of[SAMPLE] > before:
            found = self._breakpoints.nonfinite_at(last_step, SAMPLE_SECONDS)
        logs = execution.logs_of(result)
        if not found and not self._are_finite(logs):
            found = ["the loss"]
        if not found and not execution.weights_are_finite(result):
            found = ["a weight, after the update"]
        if not found:
            self._last_logs = logs
        return result, found

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
