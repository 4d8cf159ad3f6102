"""The loss of a batch as a function of the weights, as a training step computes it."""

from collections.abc import Sequence
from typing import Any

import keras


class BatchLoss:
    """Computes the loss of a batch in training mode, with the regularization, for any weights.

    With the same random numbers as the step. Nothing of the model changes.

    Args:
        model: The model, built.

    Attributes:
        trained: The variables whose values may be chosen.
    """

    def __init__(self, model: keras.Model):
        self._model = model
        self.trained = list(model.trainable_variables)
        known = {id(variable) for variable in self.trained}
        others = [*model.variables, *model.metrics_variables]
        self._others = [variable for variable in others if id(variable) not in known]

    def values(self, before: Sequence[tuple[Any, Any]]) -> tuple[list[Any], list[Any]]:
        """Those of `trained` and of all other variables, in the order that `of` takes.

        Args:
            before: Variables with their values, all of the model's among them.
        """
        values = {id(variable): value for variable, value in before}
        others = [values.get(id(variable)) for variable in self._others]
        return [values[id(variable)] for variable in self.trained], others

    def of(self, trained: Sequence[Any], others: Sequence[Any], parts: tuple[Any, Any, Any]) -> Any:
        """The loss, a scalar tensor.

        Args:
            trained, others: Values, as `values` gives them.
            parts: Inputs, targets and weights of the samples.
        """
        x, y, sample_weight = parts
        pairs = zip(self._others, others, strict=True)
        mapping = list(zip(self.trained, trained, strict=True))
        mapping += [(variable, value) for variable, value in pairs if value is not None]
        model: Any = self._model
        takes_training = getattr(model, "_call_has_training_arg", True)
        with keras.StatelessScope(state_mapping=mapping):
            outputs = model(x, **({"training": True} if takes_training else {}))
            return model._compute_loss(
                x=x, y=y, y_pred=outputs, sample_weight=sample_weight, training=True
            )


def parts_of(batch: Any) -> tuple[Any, Any, Any]:
    """Inputs, targets and weights of a batch."""
    if isinstance(batch, list):  # of a DataLoader
        batch = tuple(batch)
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(batch)
    return x, y, sample_weight


def as_tensors(nest: Any) -> Any:
    """A nest of arrays or None, each array as a tensor."""
    convert = keras.ops.convert_to_tensor
    return keras.tree.map_structure(lambda x: None if x is None else convert(x), nest)
