"""Reductions of tensors to a few numbers, inside the training step, on any backend.

Written with `keras.ops`, so that TensorFlow and JAX compile them into the step. The cost of a reduction
is set by how many times it reads the tensor and by the number of operations: the usual case takes four
passes that write nothing back; extreme values take a slower path (`_exact`). No reduction drops a NaN.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from keras import ops

from tb_keras_inspect.catalog.tensor_statistics import RANGE_STATISTICS, TENSOR_STATISTICS
from tb_keras_inspect.frameworks.base import Backend
from tb_keras_inspect.records import bins

# Where sums of squares of float32 values neither vanish nor overflow.
SAFE_SQUARES = (1e-25, 1e25)
# Below this fraction of the squared mean, mean(x**2) - mean(x)**2 has lost its digits.
SAFE_VARIANCE = 1e-3
HASHED = 16384  # most elements of a tensor that its hash is computed from, evenly spaced
HASH_FACTORS = (0x45D9F3B, 0x27D4EB2D)  # odd and below 2**31


def numbers(tensors: Sequence[Any]) -> Any:
    """int32: for each element of the flat tensors laid end to end, the number of its tensor."""
    known = static_sizes(tensors)
    if known is not None:
        return ops.convert_to_tensor(np.repeat(np.arange(len(known)), known).astype(np.int32))
    # Not ops.repeat: to XLA its result would have no fixed shape.
    return ops.concatenate([ops.full_like(x, i, dtype="int32") for i, x in enumerate(tensors)])


def tensor_statistics(
    tensors: Sequence[Any],
    backend: Backend,
    few: Sequence[Any] | None = None,
    sampled: bool = False,
) -> Any:
    """The statistics of each of some tensors.

    With n elements x_i: `l2` = sqrt(sum x_i**2), `mean` = sum x_i / n, `std` = sqrt(sum (x_i -
    mean)**2 / n), `max_abs` = max |x_i|, `zero_fraction` = #{x_i = 0} / n, `nonfinite_count` =
    #{x_i NaN or infinite}.

    Args:
        tensors: N flat float32 tensors with at least one element each.
        backend: The backend in use.
        few: Some elements of each, among which zeros are counted; None for all.
        sampled: Whether mean and maximum are those of the few, too, as long as all numbers are finite.

    Returns:
        float32[N, 6], in the order of `catalog.tensor_statistics.TENSOR_STATISTICS`.
    """
    few = tensors if few is None else few
    sampled_or_all = few if sampled else tensors
    n = sizes(tensors)
    highest, lowest, sums = backend.reductions(sampled_or_all)
    squares = ops.stack([backend.sum_of_squares(x) for x in tensors])
    zeros = ops.stack([backend.zero_fraction(x) for x in few])
    largest, mean = ops.maximum(highest, -lowest), sums / sizes(sampled_or_all)
    moments = squares / n - ops.square(mean)
    exact = backend.reusable(_exact, ("exact",))
    deviation = ops.sqrt(ops.maximum(moments, 0.0))
    usual = [ops.sqrt(squares), mean, deviation, largest, ops.zeros_like(mean)]
    are_usual = ops.logical_and(
        squares_are_safe(squares, largest), is_spread(moments, mean, largest)
    )
    found = backend.cond(
        ops.all(are_usual),
        lambda: ops.stack(usual, axis=1),
        lambda: ops.stack([exact(x) for x in tensors]),
    )
    return ops.concatenate([found[:, :4], zeros[:, None], found[:, 4:]], axis=1)


def sizes(tensors: Sequence[Any]) -> Any:
    """float32[N]: elements of each flat tensor."""
    known = static_sizes(tensors)
    if known is not None:
        return ops.convert_to_tensor(np.array(known, np.float32))
    return ops.cast(ops.stack([ops.shape(x)[0] for x in tensors]), "float32")


def _exact(x: Any) -> Any:
    """float32[5]: l2, mean, std, max_abs and non-finite count by x / max_abs and in two passes: for
    any magnitude, any mean, NaN and infinity."""
    n = sizes([x])[0]
    largest = ops.maximum(ops.max(x), -ops.min(x))
    scale = safe_scale(largest)
    y = x / scale
    mean = ops.sum(y) / n
    l2 = ops.sqrt(ops.sum(ops.square(y)))
    std = ops.sqrt(ops.sum(ops.square(y - mean)) / n)
    nonfinite = ops.sum(ops.cast(ops.logical_not(ops.isfinite(x)), "float32"))
    return ops.stack([l2 * scale, mean * scale, std * scale, largest, nonfinite])


def squares_are_safe(squares: Any, largest: Any) -> Any:
    """Whether sums of squares are exact enough: no overflow, underflow, NaN or infinity."""
    low, high = SAFE_SQUARES
    # A NaN fails every comparison.
    in_range = ops.logical_and(ops.greater(squares, low), ops.less(squares, high))
    return ops.logical_or(in_range, ops.equal(largest, 0.0))


def is_spread(moments: Any, mean: Any, largest: Any) -> Any:
    """Whether a variance computed as mean(x**2) - mean(x)**2, `moments`, has kept its digits."""
    spread = ops.greater(moments, SAFE_VARIANCE * ops.square(mean))
    return ops.logical_or(spread, ops.equal(largest, 0.0))


def safe_scale(largest: Any) -> Any:
    """A divisor: the largest magnitude where it is finite and positive, else 1."""
    usable = ops.logical_and(ops.isfinite(largest), ops.greater(largest, 0.0))
    return ops.where(usable, largest, ops.ones_like(largest))


def unit_max_abs(x: Any, unit_axis: int, backend: Backend) -> Any:
    """Largest magnitude of each unit over all other axes.

    Args:
        x: Real tensor of rank >= 1.
        unit_axis: Axis of the units.
        backend: The backend in use.

    Returns:
        float32[units].
    """
    axes = tuple(axis for axis in range(len(x.shape)) if axis != unit_axis % len(x.shape))
    return backend.largest_magnitude(x, axes)


def range_statistics(tensors: Sequence[Any], backend: Backend) -> Any:
    """Range of each of some inputs or targets of the batch.

    Args:
        tensors: N flat float32 tensors.
        backend: The backend in use.

    Returns:
        float32[N, 7]: min, max, mean, std, fraction of zeros, number of non-finite values, hash.
    """
    full = tensor_statistics(tensors, backend)
    columns = {name: full[:, i] for i, name in enumerate(TENSOR_STATISTICS)}
    columns["max"], columns["min"], _ = backend.reductions(tensors)
    columns["hash"] = ops.stack([content_hash(x, backend) for x in tensors])
    return ops.stack([columns[name] for name in RANGE_STATISTICS], axis=1)


def content_hash(x: Any, backend: Backend) -> Any:
    """A whole number below 2**24 that tells tensors with the same elements, in the same order.

    The bits of each element, together with its position, are mixed as in MurmurHash3 and summed up.
    All of it wraps around at 32 bits, and so is exact in any order.

    Args:
        x: Flat float32 tensor.
        backend: The backend in use.

    Returns:
        Scalar float32.
    """
    bits = backend.bits(backend.thin(x, HASHED))
    positions = ops.arange(1, ops.shape(bits)[0] + 1, dtype="int32")
    return low_bits(ops.sum(mixed_bits(bits, positions)))


def mixed_bits(bits: Any, positions: Any) -> Any:
    """int32: bits mixed with their positions; what is summed up for a hash."""
    return mix(bits, positions, ops.right_shift, lambda x: ops.cast(x, "int32"))


def mix(
    bits: Any, positions: Any, right_shift: Callable[..., Any], as_int32: Callable[[Any], Any]
) -> Any:
    """`mixed_bits` of tensors or of NumPy arrays.

    Args:
        bits: int32.
        positions: int32, of the same shape.
        right_shift: Shifts an array by a number of bits.
        as_int32: Makes an int32 of a number.
    """
    mixed = bits ^ right_shift(bits, 15)
    for factor, shift in zip(HASH_FACTORS, (13, 16), strict=True):
        mixed = (mixed + positions) * as_int32(factor)
        mixed = mixed ^ right_shift(mixed, shift)
    return mixed


def low_bits(total: Any) -> Any:
    """The lowest 24 bits of sums of mixed bits, which float32 holds."""
    return ops.cast(ops.bitwise_and(total, 2**24 - 1), "float32")


def update_ratio(update_l2: Any, weight_l2: Any) -> Any:
    """Update norm over weight norm, NaN where the weights are all zero.

    About 1e-3 is usual for healthy training (Karpathy, 2015, cs231n "Ratio of weights:updates").
    """
    nothing = ops.equal(weight_l2, 0.0)
    ratio = update_l2 / ops.where(nothing, ops.ones_like(weight_l2), weight_l2)
    return ops.where(nothing, ops.full_like(ratio, float("nan")), ratio)


def update_split(update_l2: Any, weight_l2: Any, product: Any, factors: Any) -> list[Any]:
    """The update split into what weight decay makes of it, and the rest.

    Args:
        update_l2, weight_l2: float32[N], norms of the updates u and of the weights w before them.
        product: float32[N], the sums of u * w.
        factors: float32[N], the part f of itself by which decay shrinks each.

    Returns:
        float32[N] twice: the norms of f * w, and of u + f * w, which is exact to 0.1 % of the larger of
        the two others; 0 for weights that were not updated.
    """
    moved = ops.cast(ops.not_equal(update_l2, 0.0), "float32")
    decay_l2 = factors * weight_l2 * moved
    square = ops.square(update_l2) + 2 * factors * product + ops.square(decay_l2)
    gradient_l2 = ops.sqrt(ops.maximum(square, 0.0)) * moved
    return [decay_l2, gradient_l2]


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


def static_sizes(tensors: Sequence[Any]) -> list[int] | None:
    """Number of elements of each tensor; None where a shape is not fully known."""
    if any(length is None for x in tensors for length in x.shape):
        return None
    return [math.prod(int(length) for length in x.shape) for x in tensors]


def few_samples(x: Any, limit: int | None, spread: bool = False) -> Any:
    """The first samples of a batch, as many as keep the tensor under `limit` elements.

    Args:
        x: Tensor whose first axis is the batch, or another one.
        limit: Most elements, but never less than one sample; None for no limit.
        spread: Take entries from all over the first axis, such as experts, which are not alike.
    """
    if not limit or len(x.shape) < 2 or any(length is None for length in x.shape[1:]):
        return x
    samples = max(1, limit // max(1, int(np.prod(x.shape[1:]))))
    if x.shape[0] is not None and x.shape[0] <= samples:
        return x
    if spread and x.shape[0] is not None:
        return x[:: -(-int(x.shape[0]) // samples)]
    return x[:samples]
