"""The loss of each example of a batch, before it is reduced."""

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from tb_keras_inspect.frameworks.base import Backend

PER_LOSS = 2  # columns: the loss, and what the model says
MOST = 32  # losses of one step


@dataclasses.dataclass(frozen=True)
class BatchExamples:
    """The examples of one batch, still on the device.

    Attributes:
        losses: float32[examples, `PER_LOSS` * L], what `ExampleLosses.pack` returned.
        names_and_weights: The output, and the factor in the sum, of each of the L losses.
        inputs: The batch's inputs, flat; empty where they have no batch axis.
        targets: Its targets; also empty where they must not be kept.
    """

    losses: Any
    names_and_weights: Sequence[tuple[str, float]]
    inputs: tuple[Any, ...]
    targets: tuple[Any, ...]


class ExampleLosses:
    """Collects what the losses of one step, or of one trace of it, say of each example.

    Args:
        backend: The backend in use.

    Attributes:
        omission: Why the losses of the examples are not known, or "".
    """

    def __init__(self, backend: Backend):
        self._backend = backend
        self._columns: list[tuple[Any, Any]] = []
        self.omission = ""

    def add(
        self, values: Any, outputs: Any, weights: Any, batch_size: int | None, token: Any
    ) -> None:
        """A loss was computed.

        Args:
            values: Its values before weights, mask and reduction.
            outputs: The outputs that it is of.
            weights: Its sample weights, or None.
            batch_size: Number of examples; None where not known before the step runs.
            token: The trace in which tensors can be recorded.
        """
        reason = self._backend.unrecordable(values, token) or ""
        if not reason and not len(values.shape):
            reason = "a loss returns one value for the whole batch"
        elif (
            not reason
            and values.shape[0] != batch_size
            and None
            not in (
                values.shape[0],
                batch_size,
            )
        ):
            reason = f"a loss returns {values.shape[0]} values for {batch_size} examples"
        if reason or len(self._columns) == MOST:
            self.omission = self.omission or reason
            return
        answer = self._answer(outputs, token)
        masks = [keras.src.backend.get_keras_mask(tensor) for tensor in (outputs, values)]
        values = ops.cast(self._backend.detach(values), "float32")
        for factor in (weights, *masks):
            if factor is not None:
                values = values * _aligned(self._backend.detach(factor), len(values.shape))
        losses = ops.mean(values, axis=tuple(range(1, len(values.shape))))
        self._columns.append(
            (losses, ops.full_like(losses, float("nan")) if answer is None else answer)
        )

    def pack(self) -> Any:
        """float32[examples, `PER_LOSS` * losses]; None where nothing is known."""
        if not self._columns or self.omission:
            return None
        return ops.stack([column for pair in self._columns for column in pair], axis=1)

    def _answer(self, outputs: Any, token: Any) -> Any:
        """What the model says: the class with the largest of several outputs, or a single one."""
        if self._backend.unrecordable(outputs, token) or len(outputs.shape) > 2:
            return None
        outputs = ops.cast(self._backend.detach(outputs), "float32")
        if len(outputs.shape) == 2 and outputs.shape[1] not in (None, 1):
            return ops.cast(ops.argmax(outputs, axis=1), "float32")
        return ops.reshape(outputs, (-1,))


def _aligned(factor: Any, rank: int) -> Any:
    """Weights or a mask with as many axes as the values they belong to."""
    factor = ops.cast(factor, "float32")
    if len(factor.shape) > rank:
        factor = ops.squeeze(factor, axis=-1)
    return ops.reshape(factor, (*ops.shape(factor), *[1] * (rank - len(factor.shape))))


def examples_of(losses: Any, inputs: Any, targets: Any, compiled_loss: Any) -> BatchExamples | None:
    """What a step returned of its examples; None where it returned no losses.

    Args:
        losses, inputs, targets: See `batch.kept`.
        compiled_loss: What Keras compiled the losses to, or None.
    """
    if isinstance(losses, tuple):
        return None
    names = _names_and_weights(compiled_loss, losses.shape[1] // PER_LOSS)
    return BatchExamples(losses, names, tuple(inputs), tuple(targets))


def targets_of_losses(data: Any, compiled_loss: Any, count: int) -> list[Any]:
    """The targets of each of `count` losses, in the order of their calls; none where not known."""
    _, y, _ = keras.utils.unpack_x_y_sample_weight(data)
    known = _flat_losses(compiled_loss, count)
    try:
        return [functools.reduce(lambda part, key: part[key], item.path, y) for item in known]
    except (KeyError, IndexError, TypeError):  # Keras takes other structures too
        return []


def _flat_losses(compiled_loss: Any, count: int) -> Sequence[Any]:
    """What Keras knows of each loss; () where a `train_step` computes its losses itself."""
    known: Sequence[Any] = getattr(compiled_loss, "_flat_losses", None) or ()
    return known if len(known) <= count else ()


def _names_and_weights(compiled_loss: Any, count: int) -> list[tuple[str, float]]:
    """The output, and the factor in the sum, of each of `count` losses in the order of their calls."""
    known = _flat_losses(compiled_loss, count)
    found = [(str(item.name or number), item.loss_weights) for number, item in enumerate(known)]
    if not found:
        found = [(str(number), None) for number in range(count)]
    return [(name, 1.0 if weight is None else float(weight)) for name, weight in found]
