"""Checksums of whole tensors, inside the training step: whether two runs computed the same bits.

A checksum is exact in any order of summation, and so the same on every backend and on any number of
devices that share one tensor. A projection says how large a difference is: it is a sum with signs that
depend on the position alone, so that the projection of a difference is the difference of projections.
"""

import functools
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from tb_keras_inspect.catalog.tensor_statistics import CHECKSUM_STATISTICS
from tb_keras_inspect.frameworks.base import Backend
from tb_keras_inspect.training.reduce import statistics
from tb_keras_inspect.training.reduce.parameters import ROW, Tensors

SIGN_BIT = 2**15  # the highest bits of what is mixed are no use: its last shift repeats the sign
HALF = 16  # bits: a change of a word's high half reaches the low half of what is summed up


def _mixed(first: int) -> np.ndarray:
    """int32[ROW]: mixed bits of the numbers from `first` on, one for each column."""
    numbers = np.arange(first, first + ROW, dtype=np.int32)
    with np.errstate(over="ignore"):
        return np.asarray(statistics.mix(numbers, numbers, np.right_shift, np.int32), np.int32)


# Positions are mixed for the ROW columns and for the rows, not for each element: what is left to do for
# an element is to multiply and to add.
LOW_WEIGHTS, HIGH_WEIGHTS = _mixed(1) | 1, _mixed(1 + ROW) | 1
COLUMN_SIGNS = np.where(_mixed(1) & SIGN_BIT, -1.0, 1.0).astype(np.float32)
FIRST_ROW = 1 + 2 * ROW


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
    total = ops.cast(ops.shape(words)[0], "int32")
    for first, part in _in_rows(words):
        total = total + ops.sum(_row_totals(part, _row_bits(first, part), backend))
    projection = ops.zeros(())
    for first, part in _in_rows(values):
        projection = projection + ops.sum(_row_projections(part, _row_bits(first, part), backend))
    l2 = ops.sqrt(backend.sum_of_squares(values))
    return ops.stack([_folded(total), projection, l2])


def _in_rows(x: Any) -> Iterator[tuple[Any, Any]]:
    """A flat tensor as matrices [R, ROW], each with the number of its first row; zeros at the end."""
    whole = ops.shape(x)[0] // ROW * ROW
    yield 0, ops.reshape(x[:whole], (-1, ROW))
    rest = ops.concatenate([x[whole:], ops.zeros((ROW,), x.dtype)])[:ROW]
    yield whole // ROW, ops.expand_dims(rest, 0)


def _row_bits(first: Any, matrix: Any) -> Any:
    """int32[R]: bits that tell rows, the first of which has this number, from each other."""
    numbers = ops.arange(ops.shape(matrix)[0], dtype="int32") + (FIRST_ROW + first)
    return statistics.mixed_bits(numbers, numbers)


def _row_totals(words: Any, row_bits: Any, backend: Backend) -> Any:
    """int32[R]: what each row adds to the checksum."""
    low = backend.row_products(words, LOW_WEIGHTS)
    high = backend.row_products(words, HIGH_WEIGHTS, HALF)
    return (low + high) * ops.bitwise_or(row_bits, 1)


def _row_projections(values: Any, row_bits: Any, backend: Backend) -> Any:
    """float32[R]: what each row adds to the projection."""
    sums = backend.row_products(values, COLUMN_SIGNS)
    return ops.where(ops.equal(ops.bitwise_and(row_bits, SIGN_BIT), 0), sums, -sums)


def _folded(total: Any) -> Any:
    """float32: 24 bits, which it holds, that depend on all 32."""
    return statistics.low_bits(ops.bitwise_xor(total, ops.right_shift(total, 8)))


def _of_rows(tensors: Tensors, backend: Backend) -> Any:
    """float32[S, 3] of the tensors in the matrix, in its order."""
    assignment, matrix = tensors.assignment, tensors.matrix
    count, lengths = len(assignment.small), assignment.lengths
    owner = ops.convert_to_tensor(assignment.owner, "int32")
    # Rows count from the beginning of their own tensor.
    number = np.arange(len(assignment.owner)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    numbers = ops.convert_to_tensor((number + FIRST_ROW).astype(np.int32))
    row_bits = statistics.mixed_bits(numbers, numbers)

    def total(per_row: Any) -> Any:
        return ops.segment_sum(per_row, owner, num_segments=count)

    # In parts, because PyTorch's `segment_sum` adds up float32: a tensor has at most 2**10 rows.
    rows = _row_totals(backend.bits(matrix), row_bits, backend)
    parts = [
        ops.left_shift(total(ops.bitwise_and(ops.right_shift(rows, s), 2**11 - 1)), s)
        for s in (0, 11, 22)
    ]
    bits = sum(parts, ops.convert_to_tensor(assignment.small_sizes.astype(np.int32)))
    projection = total(_row_projections(matrix, row_bits, backend))
    l2 = ops.sqrt(total(backend.row_sums_of_squares(matrix)))
    return ops.stack([_folded(bits), projection, l2], axis=1)
