"""Whether a step broke: what is not finite in it, or how far its loss is above the usual."""

import dataclasses
import math
from typing import Any

import keras
import numpy as np

from tb_keras_inspect.frameworks.execution import Execution
from tb_keras_inspect.training.incidents.detection import UsualLoss
from tb_keras_inspect.training.options.recovery_options import RecoveryOptions


@dataclasses.dataclass(frozen=True)
class Broken:
    """A step that broke.

    Attributes:
        policy: What is to be done.
        why: What happened, as text for the user.
    """

    policy: str
    why: str


class Judgement:
    """Judges the steps of one fit, in their order.

    Args:
        model: The model in `fit`.
        options: What to look for.
    """

    def __init__(self, model: keras.Model, options: RecoveryOptions):
        self._model, self._options = model, options
        self._usual = UsualLoss()
        self._before: list[float] = []

    def begin(self, execution: Execution) -> None:
        """A step is about to run."""
        self._before = self._running(execution, None)

    def judge(self, execution: Execution, result: Any) -> Broken | None:
        """Why the step is to be taken back, or None.

        Args:
            execution: The step, which has run.
            result: What it returned.
        """
        loss = self._loss(execution, result)
        if self._options.on_nonfinite:
            if not math.isfinite(loss):
                return Broken(self._options.on_nonfinite, f"the loss is {loss:g}")
            if not execution.weights_are_finite(result):
                return Broken(self._options.on_nonfinite, "a new weight is not finite")
        if self._options.on_spike and (usual := self._usual.below(loss)) is not None:
            why = f"the loss is {loss:.4g}, where it was {usual:.4g} before"
            return Broken(self._options.on_spike, why)
        if math.isfinite(loss):
            self._usual.add(loss)
        return None

    def _loss(self, execution: Execution, result: Any) -> float:
        """The batch's own loss: Keras returns the mean of the epoch so far."""
        after = self._running(execution, result)
        if len(after) == len(self._before) == 2 and after[1] > self._before[1]:
            return (after[0] - self._before[0]) / (after[1] - self._before[1])
        logs = execution.logs_of(result)
        if not isinstance(logs, dict) or "loss" not in logs:
            return 0.0
        return float(np.asarray(keras.ops.convert_to_numpy(logs["loss"]), np.float64).mean())

    def _running(self, execution: Execution, result: Any) -> list[float]:
        """Sum and weight of the losses of the epoch so far; nothing where Keras keeps none."""
        for metric in self._model.metrics:
            if metric.name == "loss" and isinstance(metric, keras.metrics.Mean):
                values = execution.values([metric.total, metric.count], result)
                return [float(keras.ops.convert_to_numpy(value)) for value in values]
        return []
