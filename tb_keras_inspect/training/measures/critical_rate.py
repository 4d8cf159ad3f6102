"""How far one can go in the direction of an update before the batch's loss is higher than before it.

The critical learning rate of arXiv:2601.16979: the least rate at which the update raises the loss.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from tb_keras_inspect import frameworks
from tb_keras_inspect.training.hooks.inference import losses_kept, random_state_kept
from tb_keras_inspect.training.measures.batch_loss import BatchLoss, as_tensors, parts_of

GROWTH = 4.0  # from one trial to the next, until one raises the loss
MOST = 4.0**5  # and its reciprocal: multiples of the update that are tried
HALVINGS = 3  # of the interval, in its logarithm: the result is within 9 %


def critical_factor(loss_at: Callable[[float], float]) -> float:
    """The multiple of an update from which on it raises the loss.

    Args:
        loss_at: The loss after a multiple of the update; of 0 before it.

    Returns:
        The factor; NaN if the loss is not finite before the update, or if no multiple up to 1024 raises
        it, or all down to 1 / 1024.
    """
    before = loss_at(0.0)
    if not math.isfinite(before):
        return math.nan

    def raises(factor: float) -> bool:
        return not loss_at(factor) <= before  # NaN too

    low = high = 1.0
    if raises(1.0):
        while raises(low := low / GROWTH):
            if low <= 1 / MOST:
                return math.nan
        high = low * GROWTH
    else:
        while not raises(high := high * GROWTH):
            if high >= MOST:
                return math.nan
        low = high / GROWTH
    for _ in range(HALVINGS):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if raises(middle) else (middle, high)
    return math.sqrt(low * high)


class LossAlongUpdate:
    """Computes the loss of a batch for weights on the line from those before to those after a step.

    Args:
        model: The model, built.
    """

    def __init__(self, model: keras.Model):
        self._model, self._loss = model, BatchLoss(model)
        self._compiled = frameworks.current().pure(self._between, model)

    def of(
        self, before: Sequence[tuple[Any, Any]], after: Sequence[Any], batch: Any
    ) -> Callable[[float], float]:
        """The loss as a function of the multiple of the update.

        Args:
            before: Variables with their values before the step, all of the model's among them.
            after: Values of the trainable variables after it.
            batch: What the step was trained on.
        """
        old, others = self._loss.values(before)
        tensors = as_tensors((old, list(after), others, parts_of(batch)))

        def loss_at(factor: float) -> float:
            scale = keras.ops.convert_to_tensor(np.float32(factor))
            with random_state_kept(), losses_kept(self._model):
                return float(keras.ops.convert_to_numpy(self._compiled((scale, *tensors))))

        return loss_at

    def _between(self, tensors: Any) -> Any:
        scale, old, new, others, parts = tensors
        values = list(map(_between, old, new, [scale] * len(old)))
        return self._loss.of(values, others, parts)


def _between(old: Any, new: Any, scale: Any) -> Any:
    cast = keras.ops.cast
    start, end = cast(old, "float32"), cast(new, "float32")
    return cast(start + scale * (end - start), old.dtype)
