"""Finds what of a step is not finite, right after it and before it counts."""

from collections.abc import Callable
from typing import Any

import numpy as np

from tb_keras_inspect.frameworks.execution import Execution
from tb_keras_inspect.training.recorder import SAMPLE, Recorder
from tb_keras_inspect.training.steering.breakpoints import Breakpoints

SAMPLE_SECONDS = 30.0  # how long a step waits for its sample to be written


class Guard:
    """Checks the steps of one fit.

    By the step's sample, which names every tensor, and, where there is none (the log is full, the
    recorder has failed), by the loss and the weights.

    Args:
        recorder: Where samples go.
        points: Look through the samples.
        sample: Has the step that is about to run sampled.
        max_bytes: Limit of the log's size, beyond which steps are not sampled for this.
    """

    def __init__(
        self,
        recorder: Recorder,
        points: Breakpoints,
        sample: Callable[[], Any],
        max_bytes: float,
    ):
        self._recorder, self._points = recorder, points
        self._sample, self._max_bytes = sample, max_bytes
        self._last_logs: Any = None  # of the last step that was finite

    def begin_epoch(self) -> None:
        """Logs count from here on."""
        self._last_logs = None

    def run(self, execution: Execution, last_step: int) -> tuple[Any, list[str]]:
        """Runs a step.

        Args:
            execution: The call.
            last_step: The number of its last step.

        Returns:
            What the call returns, and what of it is not finite, in words.
        """
        if self._recorder.bytes_written < self._max_bytes:
            self._sample()
        before = self._recorder.taken_of[SAMPLE]
        result = execution.run()
        found: list[str] = []
        if self._recorder.taken_of[SAMPLE] > before:
            found = self._points.nonfinite_at(last_step, SAMPLE_SECONDS)
        logs = execution.logs_of(result)
        if not found and not self._are_finite(logs):
            found = ["the loss"]
        if not found and not execution.weights_are_finite(result):
            found = ["a weight, after the update"]
        if not found:
            self._last_logs = logs
        return result, found

    def skipped(self, execution: Execution, result: Any) -> Any:
        """What a step that was taken back returns: the logs before it."""
        logs = execution.logs_of(result) if self._last_logs is None else self._last_logs
        return execution.result_with(logs)

    def _are_finite(self, logs: Any) -> bool:
        """Whether logs are, or were not before: running means do not recover."""
        return _finite(logs) or (self._last_logs is not None and not _finite(self._last_logs))


def _finite(logs: Any) -> bool:
    if not isinstance(logs, dict) or "loss" not in logs:
        return True
    try:
        return bool(np.all(np.isfinite(np.asarray(logs["loss"], dtype=np.float64))))
    except (TypeError, ValueError):
        return True
