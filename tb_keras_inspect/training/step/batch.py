"""The parts of a training batch: inputs, targets, first samples."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import tree

from tb_keras_inspect.frameworks.base import Backend


def inputs_of(data: Any) -> list[Any]:
    """The batch's inputs, flat."""
    return _parts(keras.utils.unpack_x_y_sample_weight(data)[0])


def targets_of(data: Any) -> list[Any]:
    """The batch's targets, flat."""
    return _parts(keras.utils.unpack_x_y_sample_weight(data)[1])


def weights_of(data: Any) -> list[Any]:
    """The weights of the batch's samples, flat; none where there are none."""
    return _parts(keras.utils.unpack_x_y_sample_weight(data)[2])


def _parts(structure: Any) -> list[Any]:
    return [tensor for tensor in tree.flatten(structure) if tensor is not None]


def names_of(parts: Sequence[Any], known: Sequence[str], prefix: str) -> list[str]:
    """The model's names for the parts of a batch; `prefix` and a number where it has none."""
    if len(known) == len(parts):
        return list(known)
    return [f"{prefix}_{position}" for position in range(len(parts))]


def sized_part(parts: Sequence[Any], backend: Backend) -> Any:
    """The first part that has a batch axis; None where none has."""
    return next((tensor for tensor in parts if backend.is_dense(tensor)), None)


def kept(
    first_samples: Any, losses: Any = (), inputs: Any = (), targets: Any = ()
) -> tuple[Any, Any, Any, Any]:
    """What a step returns of its batch: a tuple, which goes through functions of all frameworks.

    Args:
        first_samples: What `first_samples` returned.
        losses: What `ExampleLosses.pack` returned.
        inputs: The batch's inputs, flat.
        targets: The batch's targets, flat.
    """
    return first_samples, losses, inputs, targets


def first_samples(data: Any, count: int, backend: Backend) -> Any:
    """The first samples of the batch; () where none are wanted or a part is not a dense tensor."""
    x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
    parts = (x,) if y is None else (x, y)
    if not count or not all(backend.is_dense(leaf) for leaf in tree.flatten(parts)):
        return ()
    return backend.samples_as_output(tree.map_structure(lambda leaf: leaf[:count], parts), count)
