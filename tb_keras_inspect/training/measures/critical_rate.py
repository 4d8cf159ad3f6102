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

    As the step does: in training mode, with the same random numbers, with the regularization. Nothing
    of the model changes.

    Args:
        model: The model, built.
    """

    def __init__(self, model: keras.Model):
        self._model = model
        self._trained = list(model.trainable_variables)
        known = {id(variable) for variable in self._trained}
        others = [*model.variables, *model.metrics_variables]
        self._others = [variable for variable in others if id(variable) not in known]
        self._compiled = frameworks.current().pure(self._loss, model)

    def of(
        self, before: Sequence[tuple[Any, Any]], after: Sequence[Any], batch: Any
    ) -> Callable[[float], float]:
        """The loss as a function of the multiple of the update.

        Args:
            before: Variables with their values before the step, all of the model's among them.
            after: Values of the trainable variables after it.
            batch: What the step was trained on.
        """
        values = {id(variable): value for variable, value in before}
        old = [values[id(variable)] for variable in self._trained]
        others = [values.get(id(variable)) for variable in self._others]
        convert = keras.ops.convert_to_tensor
        tensors = keras.tree.map_structure(
            lambda x: None if x is None else convert(x), (old, list(after), others, _parts(batch))
        )

        def loss_at(factor: float) -> float:
            scale = convert(np.float32(factor))
            with random_state_kept(), losses_kept(self._model):
                return float(keras.ops.convert_to_numpy(self._compiled((scale, *tensors))))

        return loss_at

    def _loss(self, tensors: Any) -> Any:
        scale, old, new, others, (x, y, sample_weight) = tensors
        mapping = list(zip(self._trained, map(_between, old, new, [scale] * len(old)), strict=True))
        pairs = zip(self._others, others, strict=True)
        mapping += [(variable, value) for variable, value in pairs if value is not None]
        model: Any = self._model
        takes_training = getattr(model, "_call_has_training_arg", True)
        with keras.StatelessScope(state_mapping=mapping):
            outputs = model(x, **({"training": True} if takes_training else {}))
            return model._compute_loss(
                x=x, y=y, y_pred=outputs, sample_weight=sample_weight, training=True
            )


def _between(old: Any, new: Any, scale: Any) -> Any:
    cast = keras.ops.cast
    start, end = cast(old, "float32"), cast(new, "float32")
    return cast(start + scale * (end - start), old.dtype)


def _parts(batch: Any) -> tuple[Any, Any, Any]:
    if isinstance(batch, list):  # of a DataLoader
        batch = tuple(batch)
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(batch)
    return x, y, sample_weight
