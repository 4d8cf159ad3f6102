"""Finds out whether a step produced a NaN or an infinity, before the step counts."""

import itertools
import logging
from typing import Any

import numpy as np

from tb_keras_inspect.frameworks.execution import Execution
from tb_keras_inspect.training.steering.fit import SteeredFit
from tb_keras_inspect.training.steering.sample_rows import SampleRows, nonfinite_in

logger = logging.getLogger(__name__)

MOST_NAMED = 10


class NonfiniteCheck:
    """Checks the steps of one fit.

    A step's sample is checked, in which every tensor has a name, as soon as it is on the host. If there
    is none, because the log is full or recording has failed, the loss and the weights are checked.

    Args:
        fit: The fit.
    """

    def __init__(self, fit: SteeredFit):
        self._fit, self._rows = fit, SampleRows()
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
        self._fit.session.take_newest()  # of an earlier step
        result = execution.run()
        found = self._nonfinite_in_sample()
        logs = execution.logs_of(result)
        if not found and not self._are_finite(logs):
            found = ["the loss"]
        if not found and not execution.weights_are_finite(result):
            found = ["a weight, after the update"]
        if not found:
            self._last_logs = logs
        return result, found

    def _nonfinite_in_sample(self) -> list[str]:
        # From the session, not the recorder's thread: that may still wait for the disk.
        pending, model = self._fit.session.take_newest(), self._fit.session.model_record
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
