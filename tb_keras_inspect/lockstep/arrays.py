"""Nested arrays as one `.npz` file and a structure that JSON can hold."""

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

_TUPLE = "tuple"


def save(path: str | os.PathLike[str], data: Any) -> Any:
    """Writes arrays, or dicts, lists and tuples of them.

    Returns:
        The structure: the number of an array in the file in place of each.

    Raises:
        ValueError: if something in it is no array of numbers, truth values or text.
    """
    arrays: list[np.ndarray] = []

    def packed(part: Any) -> Any:
        if part is None:
            return None
        if isinstance(part, Mapping):
            return {str(key): packed(value) for key, value in part.items()}
        if isinstance(part, tuple):
            return {_TUPLE: [packed(value) for value in part]}
        if isinstance(part, list) and not all(np.isscalar(value) for value in part):
            return [packed(value) for value in part]
        array = np.asarray(part)
        if array.dtype.kind not in "biufU" or array.ndim == 0:
            raise ValueError(
                "data must be arrays, or dicts, lists and tuples of them, such as (x, y), or a "
                f"function of a file that returns them. Received: {part!r:.200}"
            )
        arrays.append(array)
        return len(arrays) - 1

    structure = packed(data)
    np.savez(path, *arrays)
    return structure


def load(path: str | os.PathLike[str], structure: Any) -> Any:
    """What `save` has written."""
    with np.load(path, allow_pickle=False) as file:
        arrays = [file[f"arr_{number}"] for number in range(len(file.files))]

    def unpacked(part: Any) -> Any:
        if isinstance(part, dict):
            if list(part) == [_TUPLE]:
                return tuple(unpacked(value) for value in part[_TUPLE])
            return {key: unpacked(value) for key, value in part.items()}
        if isinstance(part, list):
            return [unpacked(value) for value in part]
        return part if part is None else arrays[part]

    return unpacked(structure)
