"""CSV, as in RFC 4180, in UTF-8: one file per kind."""

from __future__ import annotations

import csv
import pathlib
from collections.abc import Iterable

import numpy as np

from tb_keras_inspect.export.columns import Columns

# A spreadsheet reads a cell that starts with one of these as a formula, and names are untrusted.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(path: pathlib.Path, blocks: Iterable[Columns]) -> None:
    """Writes the file. Numbers have enough digits to restore the same float32; NaN and infinities are
    `nan`, `inf` and `-inf`; a name that a spreadsheet would evaluate gets an apostrophe."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        for number, columns in enumerate(blocks):
            if not number:
                writer.writerow([_safe(name) for name in columns])
            writer.writerows(zip(*map(_texts, columns.values()), strict=True))


def _texts(column: np.ndarray) -> list[str]:
    if column.dtype == object:
        return [_safe(text) for text in column.tolist()]
    texts: list[str] = column.astype(str).tolist()
    return texts


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
