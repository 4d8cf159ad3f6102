"""The checksums of one training step, in the order in which it computes its tensors."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import ops

from tb_keras_inspect.catalog.phases import Phase
from tb_keras_inspect.catalog.tensor_statistics import CHECKSUM_STATISTICS
from tb_keras_inspect.frameworks.base import Backend
from tb_keras_inspect.frameworks.instrumentation import ValuesOf
from tb_keras_inspect.training.model.names import variable_names
from tb_keras_inspect.training.reduce.checksums import checksum, checksums
from tb_keras_inspect.training.reduce.layout import Intermediate, Section
from tb_keras_inspect.training.step import batch
from tb_keras_inspect.training.step.parts import RecordedParts


class StepChecksums:
    """Collects the checksums of one step, or of one trace of it, but for those of layer outputs.

    Args:
        backend: The backend in use.
        parts: What is recorded of the model.
    """

    def __init__(self, backend: Backend, parts: RecordedParts):
        self._backend, self._parts = backend, parts
        self._rows: list[str] = []
        self._tables: list[Any] = []

    def begin(self, data: Any, values_of: ValuesOf) -> None:
        """The step begins.

        Args:
            data: Its batch.
            values_of: Gives the values of variables before the step.
        """
        parts, inputs, targets = self._parts, batch.inputs_of(data), batch.targets_of(data)
        weights = batch.weights_of(data)
        self._add_batch(Phase.INPUT, batch.names_of(inputs, parts.input_names, "input"), inputs)
        names = batch.names_of(targets, parts.output_names, "target")
        self._add_batch(Phase.TARGET, names, targets)
        self._add_batch(Phase.SAMPLE_WEIGHT, batch.names_of(weights, (), "weight"), weights)
        self._add_variables(Phase.WEIGHT, Phase.STATE, Phase.OPTIMIZER_STATE, values_of)

    def end(self, loss: Any, gradients: Mapping[int, Any], values_of: ValuesOf) -> None:
        """The step has run.

        Args:
            loss: Of the batch; None where it is not known.
            gradients: Index of a recorded variable to its gradient.
            values_of: Gives the values of variables after the step.
        """
        if loss is not None:
            self._add(Phase.LOSS, ["loss"], [ops.convert_to_tensor(loss)])
        names = [self._parts.variable_names[index] for index in gradients]
        self._add(Phase.GRADIENT, names, list(gradients.values()))
        after = Phase.WEIGHT_AFTER, Phase.STATE_AFTER, Phase.OPTIMIZER_STATE_AFTER
        self._add_variables(*after, values_of)

    def pack(self) -> tuple[tuple[Section, ...], Any]:
        """As a section of the packed vector."""
        return packed(Intermediate.CHECKSUMS, self._rows, self._tables)

    def _add_batch(self, phase: Phase, names: Sequence[str], tensors: Sequence[Any]) -> None:
        for name, x in zip(names, tensors, strict=True):
            if _has_bits(x) and self._backend.is_dense(x):
                self._rows.append(phase.row(name))
                self._tables.append(ops.expand_dims(checksum(x, self._backend), 0))

    def _add_variables(
        self, weight: Phase, state: Phase, optimizer: Phase, values_of: ValuesOf
    ) -> None:
        parts = self._parts
        self._add(weight, parts.variable_names, values_of(parts.variables))
        others = [v for v in parts.model.non_trainable_variables if _has_bits(v)]
        self._add(state, variable_names(others, parts.model), values_of(others))
        own = getattr(parts.model, "optimizer", None)
        slots = [v for v in getattr(own, "variables", ()) if _has_bits(v)]
        self._add(optimizer, variable_names(slots, parts.model), values_of(slots))

    def _add(self, phase: Phase, names: Sequence[str], tensors: Sequence[Any]) -> None:
        if tensors:
            self._rows += [phase.row(name) for name in names]
            self._tables.append(checksums(tensors, self._backend))


def packed(
    kind: Intermediate, rows: Sequence[str], tables: Sequence[Any]
) -> tuple[tuple[Section, ...], Any]:
    """A section of checksums and its values.

    Args:
        kind: One of `layout.CHECKSUM_SECTIONS`.
        rows: Names of the N rows.
        tables: float32[n, 3] each, N rows together.
    """
    if not rows:
        return (), None
    section = Section(kind, CHECKSUM_STATISTICS, tuple(rows), len(rows) * len(CHECKSUM_STATISTICS))
    return (section,), ops.reshape(ops.concatenate(tables), (-1,))


def _has_bits(x: Any) -> bool:
    """Whether it holds numbers or truth values: no words, no complex numbers."""
    dtype = str(keras.backend.standardize_dtype(getattr(x, "dtype", "string")))
    return any(dtype.startswith(kind) for kind in ("float", "bfloat", "int", "uint", "bool"))
