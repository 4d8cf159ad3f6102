"""Samples out of whatever Keras trains on: arrays, batches, datasets."""

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import keras
import numpy as np

from tb_keras_inspect.frameworks import foreign
from tb_keras_inspect.frameworks.foreign import is_composite

MAX_LABELS = 1024  # values a sample; a longer label (a segmentation mask) is left out


def is_array(data: Any) -> bool:
    """Whether `data` is one array or tensor of samples."""
    return hasattr(data, "shape") or hasattr(data, "__array__")


def is_dataset(data: Any) -> bool:
    """Whether `data` yields batches: a `tf.data.Dataset`, `DataLoader`, `PyDataset` or iterable."""
    if is_array(data) or isinstance(data, (str, bytes, dict, list, tuple)):
        return False
    return isinstance(data, (Iterable, keras.utils.PyDataset)) or hasattr(data, "__getitem__")


def head(data: Any, count: int) -> Any:
    """The first samples of each array of a nested structure.

    Args:
        data: Arrays or tensors of any library, None, or a nest of them.
        count: Number of samples.

    Returns:
        The same nest of NumPy arrays, floats cast to `keras.config.floatx()`. Ragged and sparse
        tensors stay what they are.
    """
    return keras.tree.map_structure(lambda x: None if x is None else _head(x, count), data)


def split(batch: Any) -> tuple[Any, Any]:
    """Inputs and labels of what a dataset yields or a training step receives."""
    if isinstance(batch, list):  # of a DataLoader
        batch = tuple(batch)
    x, y, _ = keras.utils.unpack_x_y_sample_weight(batch)
    return x, y


def first_samples(dataset: Any, count: int) -> tuple[Any, Any]:
    """Inputs and labels of the first samples of a dataset, over several batches where needed.

    A later batch with other inner shapes ends the taking: samples of one array have one shape.

    Raises:
        ValueError: if the dataset is empty.
    """
    parts: list[Any] = []
    taken = 0
    for batch in _batches(dataset):
        part = head(split(batch), count - taken)
        if parts and not _same_inner_shapes(parts[0], part):
            break
        parts.append(part)
        taken += sample_count(part[0])
        if taken >= count:
            break
    if not taken:
        raise ValueError(f"The dataset given as probe yields no samples: {dataset!r}")
    x, y = parts[0] if len(parts) == 1 else keras.tree.map_structure(_join, *parts)
    return x, y


def sample_count(inputs: Any) -> int:
    """Number of samples of a nest of arrays.

    Raises:
        ValueError: if it holds no array, or arrays of different length.
    """
    lengths = {_length(x) for x in keras.tree.flatten(inputs) if x is not None}
    if len(lengths) != 1:
        raise ValueError(
            "All inputs of the probe must have the same number of samples, along axis 0. "
            f"Received: {sorted(lengths)}"
        )
    return lengths.pop()


def labels_of(y: Any) -> np.ndarray | None:
    """float32[S, L]; None for unknown, several, not numeric or more than `MAX_LABELS` long ones."""
    arrays = [x for x in keras.tree.flatten(y) if x is not None]
    if len(arrays) != 1 or not isinstance(arrays[0], np.ndarray) or not arrays[0].ndim:
        return None
    labels = arrays[0].reshape(len(arrays[0]), -1)
    if labels.dtype.kind not in "biuf" or not 1 <= labels.shape[1] <= MAX_LABELS:
        return None
    return labels.astype(np.float32)


def to_numpy(x: Any) -> np.ndarray:
    """Any library's array or tensor on the host; floats as `keras.config.floatx()`."""
    array = foreign.to_host(x)
    # bfloat16 and the like are of kind "V"
    is_float = array.dtype.kind in "fV"
    return array.astype(keras.config.floatx()) if is_float else np.array(array)


def _head(x: Any, count: int) -> Any:
    if is_composite(x):
        return foreign.first_rows(x, count)
    if not hasattr(x, "shape"):  # only `__array__`
        return to_numpy(x)[:count]
    return to_numpy(x[:count])


def _batches(dataset: Any) -> Iterator[Any]:
    if isinstance(dataset, keras.utils.PyDataset):
        numbers = itertools.count() if dataset.num_batches is None else range(dataset.num_batches)
        return (dataset[index] for index in numbers)
    return iter(dataset)


def _length(x: Any) -> int:
    if not x.shape:
        raise ValueError("The probe's arrays must have samples along axis 0. Received: a scalar")
    return int(x.shape[0])


def _same_inner_shapes(left: Any, right: Any) -> bool:
    shapes = [
        [None if x is None else tuple(x.shape[1:]) for x in keras.tree.flatten(part)]
        for part in (left, right)
    ]
    composite = any(is_composite(x) for x in keras.tree.flatten((left, right)))
    return shapes[0] == shapes[1] and not composite


def _join(*arrays: Any) -> Any:
    return None if arrays[0] is None else np.concatenate(arrays)
