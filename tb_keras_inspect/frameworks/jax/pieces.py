"""Tensors that `keras.distribution.ModelParallel` spreads over devices."""

import math
from typing import Any

import jax
import keras


def in_pieces(tensor: Any, variable: keras.Variable) -> Any:
    """See `Backend.in_pieces`."""
    distribution = keras.distribution.distribution()
    if not isinstance(distribution, keras.distribution.ModelParallel):
        return None
    layout = distribution.get_variable_layout(variable)
    axes = tuple(layout.axes) if layout is not None else ()
    mesh = distribution.device_mesh
    sizes = dict(zip(mesh.axis_names, mesh.shape, strict=True))
    counts = [sizes[axis] if axis is not None else 1 for axis in axes]
    shape = tuple(tensor.shape)
    if math.prod(counts) == 1 or len(counts) != len(shape):
        return None
    # Each axis as (pieces, length of one), then all numbers of pieces first: nothing moves.
    split = [part for n, size in zip(counts, shape, strict=True) for part in (n, size // n)]
    order = [*range(0, len(split), 2), *range(1, len(split), 2)]
    pieces = tensor.reshape(split).transpose(order).reshape(math.prod(counts), -1)
    named = tuple(axis for axis in axes if axis is not None)
    spread = jax.sharding.PartitionSpec(named, None)
    sharding = jax.sharding.NamedSharding(mesh.backend_mesh, spread)
    return jax.lax.with_sharding_constraint(pieces.astype("float32"), sharding)
