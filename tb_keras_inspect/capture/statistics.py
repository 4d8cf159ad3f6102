"""Reductions of tensors to a few numbers, inside the training step, on any backend.

All are written with `keras.ops`, so that TensorFlow and JAX compile them into the step and XLA fuses
them. No reduction drops a NaN.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from tb_keras_inspect.records import bins
from tb_keras_inspect.records.schema import INPUT_STATISTICS, TENSOR_STATISTICS

# Small tensors are laid side by side in rows of this length and reduced together: a model has
# hundreds of biases and scales, and one operation on all costs what one on each would.
ROW = 256
GROUP_LIMIT = 2**18  # elements; larger tensors are reduced alone, for laying them out copies them


def tensor_statistics(x: Any) -> Any:
    """The statistics of one tensor.

    With n elements x_i: `l2` = sqrt(sum x_i**2), `mean` = sum x_i / n, `std` = sqrt(sum (x_i -
    mean)**2 / n), `max_abs` = max |x_i|, `zero_fraction` = #{x_i = 0} / n, `nonfinite_count` = #{x_i
    NaN or infinite}. Computed on x / max_abs, so that squares of very small and very large values
    neither vanish nor overflow in float32.

    Args:
        x: Real tensor of any shape with at least one element.

    Returns:
        float32[6], in the order of `records.schema.TENSOR_STATISTICS`.
    """
    x = ops.cast(ops.reshape(x, (-1,)), "float32")
    n = ops.cast(ops.size(x), "float32")
    largest = ops.max(ops.abs(x))
    scale = _scale(largest)
    y = x / scale
    mean = ops.sum(y) / n
    l2 = ops.sqrt(ops.sum(ops.square(y))) * scale
    std = ops.sqrt(ops.sum(ops.square(y - mean)) / n) * scale
    zeros = ops.sum(ops.cast(ops.equal(x, 0.0), "float32")) / n
    nonfinite = ops.sum(ops.cast(ops.logical_not(ops.isfinite(x)), "float32"))
    return ops.stack([l2, mean * scale, std, largest, zeros, nonfinite])


def group_statistics(tensors: Sequence[Any]) -> Any:
    """`tensor_statistics` of many tensors of known shape at once.

    Args:
        tensors: N tensors, N >= 1.

    Returns:
        float32[N, 6].
    """
    sizes = [static_size(x) for x in tensors]
    small = [i for i, size in enumerate(sizes) if size is not None and size <= GROUP_LIMIT]
    if len(small) < 2:
        small = []
    rows: list[Any] = [None] * len(tensors)
    for i in set(range(len(tensors))) - set(small):
        rows[i] = ops.reshape(tensor_statistics(tensors[i]), (1, len(TENSOR_STATISTICS)))
    if not small:
        return ops.concatenate(rows, axis=0)
    together = _statistics_of_rows([tensors[i] for i in small], [sizes[i] for i in small])
    if len(small) == len(tensors):
        return together
    large = [i for i in range(len(tensors)) if rows[i] is not None]
    order = np.argsort(np.array(small + large))
    stacked = ops.concatenate([together, *(rows[i] for i in large)], axis=0)
    return ops.take(stacked, ops.convert_to_tensor(order, "int32"), axis=0)


def _statistics_of_rows(tensors: Sequence[Any], sizes: Sequence[int]) -> Any:
    """`tensor_statistics` by padding each tensor to whole rows of one matrix."""
    matrix, lengths = _lay_out(tensors, sizes)
    count = len(sizes)
    owner_of_row = np.repeat(np.arange(count), lengths)
    owner = ops.convert_to_tensor(owner_of_row, "int32")
    n = ops.convert_to_tensor(np.array(sizes, "float32"))
    filled = np.full(len(owner_of_row), ROW)
    filled[np.cumsum(lengths) - 1] -= np.array(lengths) * ROW - np.array(sizes)
    inside = ops.less(
        ops.expand_dims(ops.arange(ROW, dtype="int32"), 0),
        ops.expand_dims(ops.convert_to_tensor(filled, "int32"), 1),
    )

    def total(per_row: Any) -> Any:
        return ops.segment_sum(per_row, owner, num_segments=count)

    def by_row(per_tensor: Any) -> Any:
        return ops.expand_dims(ops.take(per_tensor, owner, axis=0), 1)

    largest = ops.segment_max(ops.max(ops.abs(matrix), axis=1), owner, num_segments=count)
    scale = _scale(largest)
    y = matrix / by_row(scale)
    mean = total(ops.sum(y, axis=1)) / n
    squares = total(ops.sum(ops.square(y), axis=1))
    centred = ops.where(inside, y - by_row(mean), 0.0)
    std = ops.sqrt(total(ops.sum(ops.square(centred), axis=1)) / n) * scale
    zero = ops.logical_and(inside, ops.equal(matrix, 0.0))
    zeros = total(ops.sum(ops.cast(zero, "float32"), axis=1)) / n
    broken = ops.logical_not(ops.isfinite(matrix))
    nonfinite = total(ops.sum(ops.cast(broken, "float32"), axis=1))
    # A maximum by segment may pass over a NaN; the sum of squares is NaN only where there is one.
    largest = ops.where(ops.isnan(squares), squares, largest)
    return ops.stack([ops.sqrt(squares) * scale, mean * scale, std, largest, zeros, nonfinite], 1)


def _lay_out(tensors: Sequence[Any], sizes: Sequence[int]) -> tuple[Any, list[int]]:
    """A matrix of rows of ROW elements, each tensor padded with zeros, and each one's row count."""
    lengths = [-(-size // ROW) for size in sizes]
    pieces = []
    for x, size, length in zip(tensors, sizes, lengths, strict=True):
        pieces.append(ops.cast(ops.reshape(x, (-1,)), "float32"))
        if padding := length * ROW - size:
            pieces.append(ops.zeros((padding,), "float32"))
    return ops.reshape(ops.concatenate(pieces), (sum(lengths), ROW)), lengths


def _scale(largest: Any) -> Any:
    """What to divide by: the largest magnitude where it is an ordinary number, else 1."""
    usable = ops.logical_and(ops.isfinite(largest), ops.greater(largest, 0.0))
    return ops.where(usable, largest, ops.ones_like(largest))


def unit_max_abs(x: Any, unit_axis: int) -> Any:
    """Largest magnitude of each unit over all other axes.

    Args:
        x: Real tensor of rank >= 1.
        unit_axis: Axis of the units.

    Returns:
        float32[units].
    """
    axes = tuple(axis for axis in range(len(x.shape)) if axis != unit_axis % len(x.shape))
    magnitude = ops.abs(x)
    return ops.cast(ops.max(magnitude, axis=axes) if axes else magnitude, "float32")


def input_statistics(x: Any) -> Any:
    """Range of one input of the batch.

    Returns:
        float32[5]: min, max, mean, std and number of non-finite values.
    """
    x = ops.cast(ops.reshape(x, (-1,)), "float32")
    full = tensor_statistics(x)
    columns = {name: full[i] for i, name in enumerate(TENSOR_STATISTICS)}
    columns |= {"min": ops.min(x), "max": ops.max(x)}
    return ops.stack([columns[name] for name in INPUT_STATISTICS])


def update_ratio(update_l2: Any, weight_l2: Any) -> Any:
    """Update norm over weight norm, NaN where the weights are all zero.

    About 1e-3 is usual for healthy training (Karpathy, 2015, cs231n "Ratio of weights:updates").
    """
    nothing = ops.equal(weight_l2, 0.0)
    ratio = update_l2 / ops.where(nothing, ops.ones_like(weight_l2), weight_l2)
    return ops.where(nothing, ops.full_like(ratio, float("nan")), ratio)


def bin_index(bits: Any) -> Any:
    """Histogram bin of float32 values from their bit patterns.

    The exponent field is the binary order of magnitude, so that no logarithm is needed and powers
    of two fall exactly on the edges.

    Args:
        bits: int32 tensor, the bit patterns of float32 values.

    Returns:
        int32 tensor of the same shape: 0..bins.BINS - 1, and bins.BINS for non-finite values.
    """
    exponent = ops.bitwise_and(ops.right_shift(bits, 23), 255)
    order = ops.clip(exponent - (127 + bins.FIRST_EXPONENT - 1), 0, bins.EXPONENTS)
    signed = ops.where(ops.less(bits, 0), -order, order)
    return ops.where(ops.equal(exponent, 255), bins.BINS, signed + bins.EXPONENTS)


def static_size(x: Any) -> int | None:
    """Number of elements where the shape is fully known, else None."""
    size = 1
    for length in x.shape:
        if length is None:
            return None
        size *= int(length)
    return size


def thin(x: Any, limit: int | None) -> Any:
    """At most `limit` elements of a flat tensor of known size, evenly spaced."""
    size = static_size(x)
    if not limit or size is None or size <= limit:
        return x
    return x[:: -(-size // limit)]


def first_samples(x: Any, limit: int | None) -> Any:
    """The first samples of a batch, as many as keep the tensor under `limit` elements, at least one.

    Args:
        x: Tensor whose first axis is the batch.
        limit: Most elements; None for no limit.
    """
    if not limit or len(x.shape) < 2 or any(length is None for length in x.shape[1:]):
        return x
    samples = max(1, limit // max(1, int(np.prod(x.shape[1:]))))
    if x.shape[0] is not None and x.shape[0] <= samples:
        return x
    return x[:samples]
