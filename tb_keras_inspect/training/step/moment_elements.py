"""Elements of what an optimizer remembers of each variable, next to those of its gradient.

At most `Settings.moment_elements` evenly spaced ones. The recorder's thread makes numbers of them.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from tb_keras_inspect.frameworks.base import Backend
from tb_keras_inspect.frameworks.sampling import sampling_stride
from tb_keras_inspect.training.hooks.moments import moments_of
from tb_keras_inspect.training.hooks.optimizers import inner_of
from tb_keras_inspect.training.reduce.layout import (
    ELEMENTS,
    MOMENT_FACTS,
    Intermediate,
    Section,
)
from tb_keras_inspect.training.reduce.parameters import elements_each
from tb_keras_inspect.training.step.parts import RecordedParts

KINDS = ELEMENTS[1:]  # but for the gradients that are compared with those of the sample before


class MomentElements:
    """Collects elements of gradients and moments while a step runs, or is traced.

    Args:
        backend: The backend in use.
        limit: Most elements of one variable; 0 for none.
        parts: The variables that are recorded.
    """

    def __init__(self, backend: Backend, limit: int, parts: RecordedParts):
        self._backend = backend
        self._limit = elements_each(limit, len(parts.variables)) if limit else 0
        recorded = zip(parts.variables, parts.variable_names, strict=True)
        self._names = {id(v): name for v, name in recorded if math.prod(v.shape)}
        self._rows: dict[Intermediate, list[str]] = {kind: [] for kind in KINDS}
        self._lengths: dict[Intermediate, list[int]] = {kind: [] for kind in KINDS}
        self._values: dict[Intermediate, list[Any]] = {kind: [] for kind in KINDS}
        self._facts: list[Any] = []

    def add(self, optimizer: Any, variables: Sequence[Any], gradients: Sequence[Any]) -> None:
        """An optimizer is about to apply gradients.

        Args:
            optimizer: The optimizer, built; a part of a `MultiOptimizer` at a time.
            variables: N variables.
            gradients: Their gradients, dense, unscaled, after accumulation, before clipping.
        """
        pairs = zip(variables, gradients, strict=True)
        known = [(self._names.pop(id(v), ""), v, gradient) for v, gradient in pairs]  # each once
        named = [item for item in known if item[0]]
        if not self._limit or not named:
            return
        inner = inner_of(optimizer)
        parts: dict[Intermediate, list[Any]] = {kind: [] for kind in KINDS}
        constants = []
        limits = [_number(getattr(inner, name, None)) for name in ("clipvalue", "clipnorm")]
        for name, variable, gradient in named:
            found = moments_of(optimizer, variable)
            for kind, tensor in zip(KINDS, (gradient, found.first, found.second), strict=True):
                if tensor is not None:
                    elements = self._some(tensor, variable)
                    parts[kind].append(elements)
                    self._rows[kind].append(name)
                    self._lengths[kind].append(int(elements.shape[0]))
            numbers = [found.sign, found.beta_2, found.corrected, found.epsilon]
            constants.append([len(self._facts), *numbers, *limits])
        for kind, pieces in parts.items():
            if pieces:  # joined, and so copied, before the optimizer overwrites its variables
                self._values[kind].append(ops.concatenate(pieces))
        updates = ops.cast(getattr(inner, "iterations", 0), "float32")
        first = ops.zeros((len(named), 1), "float32") + updates
        rest = ops.convert_to_tensor(np.array(constants, np.float32))
        self._facts.append(ops.concatenate([first, rest], axis=1))

    def pack(self) -> tuple[tuple[Section, ...], Any]:
        """The sections, and their values as one vector."""
        if not self._facts:
            return (), None
        sections, values = [], []
        for kind in KINDS:
            rows, lengths = tuple(self._rows[kind]), tuple(self._lengths[kind])
            if rows:
                sections.append(Section(kind, (), rows, sum(lengths), lengths))
                values += self._values[kind]
        rows = tuple(self._rows[Intermediate.EFFECTIVE_GRADIENT])
        size = len(rows) * len(MOMENT_FACTS)
        sections.append(Section(Intermediate.MOMENT_FACTS, MOMENT_FACTS, rows, size))
        values += [ops.reshape(facts, (-1,)) for facts in self._facts]
        return tuple(sections), ops.concatenate(values)

    def _some(self, tensor: Any, variable: Any) -> Any:
        """float32: evenly spaced elements of a gradient of a variable, or of a moment."""
        value = self._backend.detach(getattr(tensor, "value", tensor))
        pieces = self._backend.in_pieces(value, variable)
        if pieces is not None:  # of several devices: only these elements are gathered
            return ops.reshape(self._backend.thin(pieces, self._limit), (-1,))
        size = math.prod(tensor.shape)
        flat = ops.reshape(value, (-1,))
        if size > self._limit:
            flat = flat[:: sampling_stride(size, self._limit)]
        return ops.cast(flat, "float32")


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)
