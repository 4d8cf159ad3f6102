"""Checksums of whole tensors, inside the training step: whether two runs computed the same bits.

A checksum is exact in any order of summation, and so the same on every backend and on any number of
devices that share one tensor. A projection says how large a difference is: it is a sum with signs that
depend on the position alone, so that the projection of a difference is the difference of projections.
"""

import functools
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from tb_keras_inspect.catalog.tensor_statistics import CHECKSUM_STATISTICS
from tb_keras_inspect.frameworks.base import Backend
from tb_keras_inspect.training.reduce import statistics
from tb_keras_inspect.training.reduce.parameters import ROW, Tensors, inside

HALF = 2**12  # of the 24 bits of a checksum
SIGN_BIT = 2**15  # the highest bits of what is mixed are no use: its last shift repeats the sign


def checksum(x: Any, backend: Backend) -> Any:
    """The checksum, the projection and the norm of a tensor.

    Args:
        x: Tensor of any shape, of real numbers, integers or truth values.
        backend: The backend in use.

    Returns:
        float32[3], in the order of `catalog.tensor_statistics.CHECKSUM_STATISTICS`.
    """
    if _is_single(x):
        of_floats = functools.partial(_of_floats, backend=backend)
        return backend.reusable(of_floats, ("checksum",))(backend.flat(x))
    values = backend.flat(ops.cast(x, "float32"))
    return _row(_words(x, backend), values, backend)


def checksums(tensors: Sequence[Any], backend: Backend) -> Any:
    """`checksum` of each of N tensors of known shape, the small ones together: float32[N, 3]."""
    single = [i for i, x in enumerate(tensors) if _is_single(x)]
    order = [i for i, x in enumerate(tensors) if not _is_single(x)]
    parts = [ops.expand_dims(checksum(tensors[i], backend), 0) for i in order]
    if single:
        held = Tensors.of([tensors[i] for i in single], backend)
        if held.matrix is not None:
            parts.append(_of_rows(held, backend))
            order += [single[i] for i in held.assignment.small]
        parts += [ops.expand_dims(checksum(x, backend), 0) for x in held.alone]
        order += [single[i] for i in held.assignment.large]
    table = ops.concatenate(parts) if parts else ops.zeros((0, len(CHECKSUM_STATISTICS)), "float32")
    return ops.take(table, ops.convert_to_tensor(np.argsort(order).astype(np.int32)), axis=0)


def _is_single(x: Any) -> bool:
    """Whether float32 holds every element exactly."""
    dtype = keras.backend.standardize_dtype(x.dtype)
    return "float" in dtype and dtype != "float64"


def _words(x: Any, backend: Backend) -> Any:
    """int32: the bits of each float64, two words each, or the value of each integer."""
    flat = ops.reshape(x, (-1,))
    if "float" in keras.backend.standardize_dtype(x.dtype):
        return ops.reshape(backend.bits(flat), (-1,))
    return ops.cast(flat, "int32")


def _of_floats(x: Any, backend: Backend) -> Any:
    return _row(backend.bits(x), x, backend)


def _row(words: Any, values: Any, backend: Backend) -> Any:
    totals = [
        ops.sum(statistics.mixed_bits(part, _positions(part, first)))
        for first, part in backend.pieces(words)
    ]
    projections = [
        ops.sum(_signed(part, _positions(part, first))) for first, part in backend.pieces(values)
    ]
    total, projection = sum(totals[1:], totals[0]), sum(projections[1:], projections[0])
    l2 = ops.sqrt(backend.sum_of_squares(values))
    return ops.stack([statistics.low_bits(total), projection, l2])


def _positions(x: Any, first: int) -> Any:
    """int32: the position of each element of a part of a flat tensor, counted from 1.

    Args:
        x: The part.
        first: Elements in front of it.
    """
    return ops.arange(first + 1, ops.shape(x)[0] + first + 1, dtype="int32")


def _signed(values: Any, positions: Any) -> Any:
    """Values, those at about half of all positions with the other sign."""
    bit = ops.bitwise_and(statistics.mixed_bits(positions, positions), SIGN_BIT)
    return ops.where(ops.equal(bit, 0), values, -values)


def _of_rows(tensors: Tensors, backend: Backend) -> Any:
    """float32[S, 3] of the tensors in the matrix, in its order."""
    assignment, matrix = tensors.assignment, tensors.matrix
    count, lengths = len(assignment.small), assignment.lengths
    owner = ops.convert_to_tensor(assignment.owner, "int32")
    # Rows count from the beginning of their own tensor.
    first = np.arange(len(assignment.owner)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    starts = ops.convert_to_tensor((first * ROW + 1).astype(np.int32)[:, None])
    positions = starts + ops.expand_dims(ops.arange(ROW, dtype="int32"), 0)
    mixed = statistics.mixed_bits(backend.bits(matrix), positions)
    mixed = ops.where(inside(assignment.filled), mixed, ops.zeros_like(mixed))

    def total(per_row: Any) -> Any:
        return ops.segment_sum(per_row, owner, num_segments=count)

    # In two halves, because PyTorch's `segment_sum` adds up float32: a tensor has at most 2**10 rows.
    rows = ops.sum(mixed, axis=1)
    low, high = (total(ops.bitwise_and(ops.right_shift(rows, s), HALF - 1)) for s in (0, 12))
    projection = total(ops.sum(_signed(matrix, positions), axis=1))
    l2 = ops.sqrt(total(backend.row_sums_of_squares(matrix)))
    return ops.stack([statistics.low_bits(low + high * HALF), projection, l2], axis=1)
