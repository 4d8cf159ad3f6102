"""Frozen layers that hold the very weights that their initializer drew."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from tb_keras_inspect.training.model import names

MAX_ELEMENTS = 2**20  # of a kernel that is drawn again
MAX_LAYERS = 50
# The weights of a layer, and their initializer.
_KERNELS = (
    ("kernel", "kernel_initializer"),
    ("depthwise_kernel", "depthwise_initializer"),
    ("embeddings", "embeddings_initializer"),
)


def frozen_as_initialised(model: keras.Model) -> list[str]:
    """Paths of the frozen layers whose kernel was drawn at random and never changed since.

    An initializer keeps its seed, so it draws the same values again; no random state is touched.
    Kernels of more than `MAX_ELEMENTS`, and initializers without a seed of their own, are left out.
    """
    paths = names.layer_names(model)
    frozen = [layer for layer, _ in names.layers_of(model) if not layer.trainable and layer.built]
    pairs = ((layer, pair) for layer in frozen for pair in _drawn(layer))
    found: list[str] = []
    for layer, (kernel, initializer) in pairs:
        if len(found) < MAX_LAYERS and _is_same(kernel, initializer):
            found.append(paths[id(layer)])
    return found


def _drawn(layer: keras.layers.Layer) -> Iterator[tuple[Any, Any]]:
    """The kernel of a layer and the initializer that drew it."""
    for attribute, initializer_name in _KERNELS:
        kernel = getattr(layer, attribute, None)
        initializer = getattr(layer, initializer_name, None)
        own = isinstance(getattr(initializer, "seed", None), int)
        if own and isinstance(kernel, keras.Variable) and np.prod(kernel.shape) <= MAX_ELEMENTS:
            yield kernel, initializer
            return


def _is_same(kernel: Any, initializer: Any) -> bool:
    drawn = initializer(tuple(kernel.shape), dtype=kernel.dtype)
    return np.array_equal(*map(keras.ops.convert_to_numpy, (kernel, drawn)))
