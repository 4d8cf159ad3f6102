"""Parquet: one file per kind. Needs pyarrow (the extra `parquet`)."""

from __future__ import annotations

import importlib
import pathlib
from collections.abc import Iterable
from typing import Any

import numpy as np

from tb_keras_inspect.catalog.extras import how_to_install
from tb_keras_inspect.export.columns import Columns
from tb_keras_inspect.store import StoreError


def pyarrow() -> Any:
    """Returns the module pyarrow.

    Raises:
        StoreError: if pyarrow is not installed.
    """
    try:
        importlib.import_module("pyarrow.parquet")
        return importlib.import_module("pyarrow")
    except ImportError as error:
        raise StoreError(
            f"The format parquet needs pyarrow: {how_to_install('parquet')}"
        ) from error


def write(path: pathlib.Path, blocks: Iterable[Columns]) -> None:
    """Writes the file; names are dictionary-encoded.

    Raises:
        StoreError: if pyarrow is not installed.
    """
    arrow = pyarrow()
    writer = None
    try:
        for columns in blocks:
            table = arrow.table({name: _array(arrow, x) for name, x in columns.items()})
            if writer is None:
                writer = arrow.parquet.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()


def _array(arrow: Any, column: np.ndarray) -> Any:
    return arrow.array(column, arrow.string()) if column.dtype == object else arrow.array(column)
