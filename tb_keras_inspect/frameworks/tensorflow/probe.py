"""The probe pass on TensorFlow."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf


def ready(model: keras.Model) -> None:
    """See `probe_backend.current`. Variables always are."""


def compiled(forward: Callable[[Any], Any], model: keras.Model) -> Callable[[Any], Any]:
    """See `probe_backend.current`. The graph captures the variables by reference."""
    return tf.function(_stateless(forward), autograph=False)


def eager(forward: Callable[[Any], Any], model: keras.Model) -> Callable[[Any], Any]:
    """See `probe_backend.current`."""
    return _stateless(forward)


def gradients(function: Callable[[Any], Any], by: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """See `probe_backend.current`."""
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(by)
        score, aside = function(by)
    return tape.gradient(score, by, unconnected_gradients=tf.UnconnectedGradients.ZERO), aside


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
