"""The moving statistics of a BatchNormalization beside those of the batch."""

from typing import Any

import keras
from keras import ops


def moving_statistics(layer: keras.layers.BatchNormalization, x: Any) -> Any:
    """How far the moving statistics are from those of the batch that the layer receives.

    Args:
        layer: A layer that is built.
        x: Its input.

    Returns:
        float32[2], in the order of `catalog.tensor_statistics.MOVING_STATISTICS`.
    """
    axes = [axis for axis in range(len(x.shape)) if axis != layer.axis % len(x.shape)]
    mean, variance = ops.moments(ops.cast(x, "float32"), axes=axes)
    variance = variance + layer.epsilon
    off = ops.square(ops.cast(layer.moving_mean, "float32") - mean) / variance
    quotient = (ops.cast(layer.moving_variance, "float32") + layer.epsilon) / variance
    moving_mean_distance = ops.sqrt(ops.mean(off))
    moving_variance_ratio = ops.exp(ops.mean(ops.log(quotient)))
    return ops.stack([moving_mean_distance, moving_variance_ratio])
