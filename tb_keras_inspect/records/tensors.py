"""Tensors of which nobody vouches for the shape.

TensorBoard makes arrays of them as large as they say they are: where a tensor holds one number, that is
taken as often as its shape has elements. A few bytes of a log then take any amount of memory.
"""

import contextlib
import math
import sys
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
from tensorboard.util import tensor_util

_VALUES = ("float_val", "double_val", "int_val", "int64_val", "string_val", "half_val", "bool_val")
_reading = threading.local()


def array_of(tensor: Any) -> np.ndarray:
    """The array that a `TensorProto` holds; NaN for one whose shape, or type, cannot be right."""
    try:
        return _make(tensor) if _is_as_large_as_it_says(tensor) else np.array(np.nan)
    except (TypeError, ValueError, OverflowError):
        return np.array(np.nan)


@contextlib.contextmanager
def bounded() -> Iterator[None]:
    """A block in which TensorBoard makes arrays on this thread as `array_of` does."""
    _bound_blobs()
    before, _reading.is_bounded = _is_bounded(), True
    try:
        yield
    finally:
        _reading.is_bounded = before


def _is_as_large_as_it_says(tensor: Any) -> bool:
    sizes = [dim.size for dim in tensor.tensor_shape.dim]
    if any(size < 0 for size in sizes):
        return False
    if tensor.tensor_content:
        return True  # NumPy compares
    held = max(len(getattr(tensor, name)) for name in _VALUES)
    return math.prod(sizes) <= max(held, 1)


_PROVIDER = "tensorboard.backend.event_processing.data_provider"


def _bound_blobs() -> None:
    """The Python loader refers to as many blobs of a sequence as its shape says there are."""
    provider: Any = sys.modules.get(_PROVIDER)  # the fast loader counts the blobs themselves
    size: Any = getattr(provider, "_tensor_size", None)
    if size is None or getattr(size, "is_bounded", False):
        return

    def bounded_size(tensor: Any) -> int:
        number = size(tensor)
        return max(min(number, len(tensor.string_val)), 0) if _is_bounded() else number

    bounded_size.is_bounded = True
    provider._tensor_size = bounded_size


def _is_bounded() -> bool:
    return getattr(_reading, "is_bounded", False)


_make = tensor_util.make_ndarray


def _make_ndarray(tensor: Any) -> np.ndarray:
    return array_of(tensor) if _is_bounded() else _make(tensor)


# The data providers of both loaders find it there. Other plugins' threads get what they always got.
tensor_util.make_ndarray = _make_ndarray
