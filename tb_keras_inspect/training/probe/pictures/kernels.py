"""Weights as pictures: which axes are drawn, and how they are arranged."""

import dataclasses
import math
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import keras
import numpy as np

from tb_keras_inspect.training.probe.pictures.maps import View

MAX_INPUTS = 16  # input channels of a convolution that are shown
MAX_NORMS = 16384  # units whose norms are recorded

CONVOLUTIONS = tuple(
    getattr(keras.layers, f"{prefix}Conv{rank}D{suffix}")
    for prefix, suffix in (("", ""), ("Depthwise", ""), ("Separable", ""), ("", "Transpose"))
    for rank in (1, 2, 3)
    if hasattr(keras.layers, f"{prefix}Conv{rank}D{suffix}")
)


@dataclasses.dataclass(frozen=True)
class Picture:
    """How a weight is arranged as [inputs, height, width, units] or, as a matrix, [1, in, out, 1].

    Attributes:
        shape: The weight's own shape.
        order: Its axes, in the order in which they are arranged.
        grouped: How many of them go to each axis of the arrangement.
        layout: "kernel" or "matrix".
    """

    shape: tuple[int, ...]
    order: tuple[int, ...]
    grouped: tuple[int, int, int, int]
    layout: str

    @property
    def view(self) -> View:
        """How the arrangement is shown."""
        return View(self.layout, False, self.arranged_shape)

    @property
    def arranged_shape(self) -> tuple[int, int, int, int]:
        """The shape of what `arranged` returns."""
        lengths, start = [], 0
        for count in self.grouped:
            axes = self.order[start : start + count]
            lengths.append(math.prod(self.shape[axis] for axis in axes))
            start += count
        inputs, height, width, units = lengths
        return inputs, height, width, units

    def arranged(self, x: Any, xp: ModuleType) -> Any:
        """The weight, arranged.

        Args:
            x: Of `shape`; float.
            xp: `numpy` or `keras.ops`.
        """
        return xp.reshape(xp.transpose(x, self.order), self.arranged_shape)


def picture_of(layer: Any, name: str, shape: Sequence[int]) -> Picture | None:
    """How a variable is drawn; None below rank 2 and for a weight without elements.

    Args:
        layer: The layer it belongs to.
        name: Its own name, the last part of its path.
        shape: Its shape.
    """
    shape = tuple(int(length) for length in shape)
    rank = len(shape)
    if rank < 2 or 0 in shape:
        return None
    if isinstance(layer, CONVOLUTIONS) and rank >= 3:
        space = tuple(range(rank - 2))
        if math.prod(shape[axis] for axis in space) > 1:
            return _tiles(layer, name, shape, space)
        inputs, units = _in_and_out(layer, name, rank)
        return _matrix(shape, (*space, *inputs), units)
    if isinstance(layer, keras.layers.EinsumDense) and name == "kernel":
        outputs = _output_axes(layer.equation)
        if outputs and len(outputs) < rank:
            inputs = tuple(axis for axis in range(rank) if axis not in outputs)
            return _matrix(shape, inputs, outputs)
    return _matrix(shape, tuple(range(rank - 1)), (rank - 1,))


def unit_norms(arranged: np.ndarray | Any, layout: str, xp: ModuleType) -> Any:
    """float32[units]: l2 of the weights of each unit."""
    axes = (0, 1, 2) if layout == "kernel" else (0, 1, 3)
    return xp.sqrt(xp.sum(xp.square(arranged), axis=axes))


def largest(norms: np.ndarray, count: int) -> np.ndarray:
    """Indices of the `count` largest norms, in increasing order: int32[min(n, count)].

    Non-finite norms count as the largest.
    """
    rank = np.argsort(-np.where(np.isfinite(norms), norms, np.inf), kind="stable")
    return np.sort(rank[:count]).astype(np.int32)


def _tiles(layer: Any, name: str, shape: tuple[int, ...], space: tuple[int, ...]) -> Picture:
    inputs, units = _in_and_out(layer, name, len(shape))
    # One dimension is drawn as time x 1; the slices of a volume are stacked vertically.
    high, wide = max(len(space) - 1, 1), min(len(space) - 1, 1)
    order = (*inputs, *space, *units)
    return Picture(shape, order, (len(inputs), high, wide, len(units)), "kernel")


def _matrix(shape: tuple[int, ...], inputs: tuple[int, ...], outputs: tuple[int, ...]) -> Picture:
    return Picture(shape, (*inputs, *outputs), (0, len(inputs), len(outputs), 0), "matrix")


def _in_and_out(layer: Any, name: str, rank: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Axes of the input channels and of the units."""
    transposed = type(layer).__name__.endswith("Transpose")
    if transposed:
        return (rank - 1,), (rank - 2,)
    depthwise = name == "depthwise_kernel" or "Depthwise" in type(layer).__name__
    if depthwise:  # each input channel has units of its own
        return (), (rank - 2, rank - 1)
    return (rank - 2,), (rank - 1,)


def _output_axes(equation: str) -> tuple[int, ...]:
    """Axes of an einsum's second operand that its output has: those of the units."""
    operands, _, output = equation.replace("...", "").partition("->")
    _, _, kernel = operands.partition(",")
    return tuple(axis for axis, letter in enumerate(kernel) if letter in output)
