"""The probe pass on TensorFlow."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf


def compiled(forward: Callable[[Any], Any], model: keras.Model) -> Callable[[Any], Any]:
    """See `probe_backend.current`. The graph captures the variables by reference."""
    return tf.function(_stateless(forward), autograph=False)


def eager(forward: Callable[[Any], Any], model: keras.Model) -> Callable[[Any], Any]:
    """See `probe_backend.current`."""
    return _stateless(forward)


def kept(tensor: Any) -> Any:
    """See `probe_backend.current`. Tensors do not change."""
    return tensor


def to_host(tensor: Any) -> np.ndarray:
    """See `probe_backend.current`."""
    return np.asarray(tensor).astype(np.float32, copy=False)


def _stateless(forward: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def run(inputs: Any) -> Any:
        with keras.StatelessScope():
            return forward(inputs)

    return run
