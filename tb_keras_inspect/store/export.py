"""Conversion to pandas and xarray objects, if these packages are installed."""

import importlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from tb_keras_inspect.store.errors import StoreError

Labels = Sequence[Any] | np.ndarray
Axes = Sequence[tuple[str, Labels]]


def data_frame(values: np.ndarray, steps: np.ndarray, *levels: tuple[str, Labels]) -> Any:
    """Makes a `pandas.DataFrame` with one row per step and one column per cell of the other axes.

    Args:
        values: [S, ...].
        steps: int64[S], the index.
        *levels: Name and labels of each further axis; they become the column levels.
    """
    pandas = optional("pandas")
    index = pandas.Index(steps, name="step")
    names = [name for name, _ in levels]
    labels = [list(labels) for _, labels in levels]
    if len(levels) == 1:
        columns = pandas.Index(labels[0], name=names[0])
    else:
        columns = pandas.MultiIndex.from_product(labels, names=names)
    flat = np.ascontiguousarray(values).reshape(len(steps), -1)
    return pandas.DataFrame(flat, index=index, columns=columns)


def data_array(
    values: np.ndarray,
    axes: Axes,
    name: str,
    attributes: Mapping[str, Any] = MappingProxyType({}),
) -> Any:
    """Makes an `xarray.DataArray`.

    Args:
        values: An array with one dimension per entry of `axes`.
        axes: Name and labels of each dimension.
        name: Name of the array.
        attributes: Stored in `attrs`.
    """
    xarray = optional("xarray")
    dims = [dim for dim, _ in axes]
    return xarray.DataArray(values, coords=dict(axes), dims=dims, name=name, attrs=dict(attributes))


def optional(module: str) -> Any:
    """Imports a package that is not always installed.

    Raises:
        StoreError: if it is not.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise StoreError(f"This needs {module}: pip install {module}") from error
