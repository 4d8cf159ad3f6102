"""Arrays from tensors whose shape is untrusted.

TensorBoard makes an array as large as the tensor's shape says: a single value is repeated as often as
the shape has elements. A few bytes of a log could then take any amount of memory.
"""

import math
from typing import Any

import numpy as np
from tensorboard.util import tensor_util

_VALUES = ("float_val", "double_val", "int_val", "int64_val", "string_val", "half_val", "bool_val")


def array_of(tensor: Any) -> np.ndarray:
    """The array that a `TensorProto` holds; NaN if its shape or type cannot be right."""
    try:
        return tensor_util.make_ndarray(tensor) if _holds_its_shape(tensor) else np.array(np.nan)
    except (TypeError, ValueError, OverflowError):
        return np.array(np.nan)


def _holds_its_shape(tensor: Any) -> bool:
    sizes = [dim.size for dim in tensor.tensor_shape.dim]
    if any(size < 0 for size in sizes):
        return False
    if tensor.tensor_content:
        return True  # NumPy compares
    held = max(len(getattr(tensor, name)) for name in _VALUES)
    return bool(math.prod(sizes) <= max(held, 1))
