"""Reductions of tensors to a few numbers, inside the training step, on any backend.

Written with `keras.ops`, so that TensorFlow and JAX compile them into the step. What a reduction
costs is the number of times it reads the tensor and the number of operations: the usual case needs
four passes that write nothing back; extreme values take a slower road (`_exact`). No reduction drops a
NaN.
"""

from typing import Any

import numpy as np
from keras import ops

from tb_keras_inspect.capture.backends.base import Backend
from tb_keras_inspect.records import bins
from tb_keras_inspect.records.schema import RANGE_STATISTICS, TENSOR_STATISTICS

# Where sums of squares of float32 values neither vanish nor overflow.
SAFE_SQUARES = (1e-25, 1e25)
# Below this share of the squared mean, mean(x**2) - mean(x)**2 has lost its digits.
SAFE_VARIANCE = 1e-3


def tensor_statistics(x: Any, backend: Backend, zero_limit: int | None = None) -> Any:
    """The statistics of one tensor.

    With n elements x_i: `l2` = sqrt(sum x_i**2), `mean` = sum x_i / n, `std` = sqrt(sum (x_i -
    mean)**2 / n), `max_abs` = max |x_i|, `zero_fraction` = #{x_i = 0} / n, `nonfinite_count` =
    #{x_i NaN or infinite}.

    Args:
        x: Real tensor of any shape with at least one element.
        backend: The backend in use.
        zero_limit: Count zeros among at most so many evenly spaced elements; None for all.

    Returns:
        float32[6], in the order of `records.schema.TENSOR_STATISTICS`.
    """
    x = ops.cast(ops.reshape(x, (-1,)), "float32")
    n = ops.cast(ops.size(x), "float32")
    largest = ops.maximum(ops.max(x), -ops.min(x))
    mean = ops.sum(x) / n
    squares = backend.sum_of_squares(x)
    zeros = _share_of_zeros(backend.thin(x, zero_limit))
    usual = ops.stack([ops.sqrt(squares), mean, _deviation(squares / n, mean), largest, zeros, 0.0])
    spread = ops.greater(squares / n - ops.square(mean), SAFE_VARIANCE * ops.square(mean))
    return ops.cond(
        ops.logical_and(squares_are_safe(squares, largest), spread),
        lambda: usual,
        lambda: _exact(x, n, largest, zeros),
    )


def _exact(x: Any, n: Any, largest: Any, zeros: Any) -> Any:
    """The same, on x / max_abs and in two passes: any magnitude, any mean, NaN and infinity."""
    scale = safe_scale(largest)
    y = x / scale
    mean = ops.sum(y) / n
    l2 = ops.sqrt(ops.sum(ops.square(y))) * scale
    std = ops.sqrt(ops.sum(ops.square(y - mean)) / n) * scale
    nonfinite = ops.sum(ops.cast(ops.logical_not(ops.isfinite(x)), "float32"))
    return ops.stack([l2, mean * scale, std, largest, zeros, nonfinite])


def squares_are_safe(squares: Any, largest: Any) -> Any:
    """Whether sums of squares are right as they are: no overflow, underflow, NaN or infinity."""
    low, high = SAFE_SQUARES
    # A NaN fails every comparison.
    in_range = ops.logical_and(ops.greater(squares, low), ops.less(squares, high))
    return ops.logical_or(in_range, ops.equal(largest, 0.0))


def _deviation(mean_square: Any, mean: Any) -> Any:
    return ops.sqrt(ops.maximum(mean_square - ops.square(mean), 0.0))


def safe_scale(largest: Any) -> Any:
    """What to divide by: the largest magnitude where it is an ordinary number, else 1."""
    usable = ops.logical_and(ops.isfinite(largest), ops.greater(largest, 0.0))
    return ops.where(usable, largest, ops.ones_like(largest))


def _share_of_zeros(x: Any) -> Any:
    return ops.mean(ops.cast(ops.equal(x, 0.0), "float32"))


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


def range_statistics(x: Any, backend: Backend) -> Any:
    """Range of one input of the batch.

    Returns:
        float32[5]: min, max, mean, std and number of non-finite values.
    """
    x = ops.cast(ops.reshape(x, (-1,)), "float32")
    full = tensor_statistics(x, backend)
    columns = {name: full[i] for i, name in enumerate(TENSOR_STATISTICS)}
    columns |= {"min": ops.min(x), "max": ops.max(x)}
    return ops.stack([columns[name] for name in RANGE_STATISTICS])


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


def first_samples(x: Any, limit: int | None) -> Any:
    """The first samples of a batch, as many as keep the tensor under `limit` elements.

    Args:
        x: Tensor whose first axis is the batch.
        limit: Most elements, but never less than one sample; None for no limit.
    """
    if not limit or len(x.shape) < 2 or any(length is None for length in x.shape[1:]):
        return x
    samples = max(1, limit // max(1, int(np.prod(x.shape[1:]))))
    if x.shape[0] is not None and x.shape[0] <= samples:
        return x
    return x[:samples]
