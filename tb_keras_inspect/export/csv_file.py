"""CSV, as in RFC 4180, in UTF-8: one file per kind."""

from __future__ import annotations

import functools
import pathlib
import unicodedata
from collections.abc import Iterable

import numpy as np

from tb_keras_inspect.export.columns import Columns

_FORMULA = ("=", "+", "-", "@")  # what a spreadsheet computes begins with one of these
_LINE = ("\t", "\r", "\n")
_QUOTED = frozenset(',;|"\t\r\n')  # a spreadsheet of another language separates by other signs


def write(path: pathlib.Path, blocks: Iterable[Columns]) -> None:
    """Writes the file. Numbers have enough digits to restore the same float32; NaN and infinities are
    `nan`, `inf` and `-inf`; a name that a spreadsheet would evaluate gets an apostrophe."""
    with path.open("w", newline="", encoding="utf-8") as file:
        for number, columns in enumerate(blocks):
            if not number:
                file.write(_line([_field(name) for name in columns]))
            file.writelines(map(_line, zip(*map(_fields, columns.values()), strict=True)))


def _line(fields: Iterable[str]) -> str:
    return ",".join(fields) + "\r\n"


def _fields(column: np.ndarray) -> list[str]:
    if column.dtype == object:
        return [_field(text) for text in column.tolist()]
    texts: list[str] = column.astype(str).tolist()
    return texts


@functools.lru_cache(maxsize=10_000)
def _field(text: str) -> str:
    """A name, which is untrusted, as text to every spreadsheet."""
    if text.startswith(_LINE) or _seen(text).startswith(_FORMULA):
        text = f"'{text}"
    if _QUOTED.isdisjoint(text):
        return text
    return '"' + text.replace('"', '""') + '"'


def _seen(text: str) -> str:
    """The text from the first sign on that is neither blank nor invisible, without wide forms."""
    plain = unicodedata.normalize("NFKC", text)
    for place, sign in enumerate(plain):
        if not sign.isspace() and unicodedata.category(sign)[0] not in "CZ":
            return plain[place:]
    return ""
