"""Which column holds what, when the records of one kind differ in their contents."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import numpy as np

from tb_keras_inspect.records import RecordError

Results = list[int | str]  # row of each message, or the reason why it was skipped
Decoded = TypeVar("Decoded")

MOST_CELLS = 1 << 26  # largest table that may be mostly empty: 256 MB
MOSTLY = 8  # cells per recorded cell, above which a table is mostly empty
TOO_EMPTY = "names differ from record to record so often that most of the table would be empty"


def is_too_empty(samples: int, width: int, recorded: int) -> bool:
    """Whether a table would be far larger than its contents.

    A model may change now and then, but a hostile file can name different rows in each record.

    Args:
        samples: Number of samples.
        width: Cells per sample.
        recorded: Number of recorded cells in all samples together.
    """
    return samples * width > max(MOST_CELLS, MOSTLY * recorded)


class Columns:
    """An ordered set of column names."""

    def __init__(self, names: Iterable[str] = ()):
        self.names = tuple(names)
        self._index = {name: index for index, name in enumerate(self.names)}

    def covers(self, names: Iterable[str]) -> bool:
        """Whether all of the names have a column."""
        return all(name in self._index for name in names)

    def count_with(self, names: Iterable[str]) -> int:
        """Number of columns after adding these names."""
        return len(self.names) + len({*names} - self._index.keys())

    def indices(self, names: Iterable[str]) -> np.ndarray:
        """The column of each name, int64[n]."""
        return np.array([self._index[name] for name in names], np.int64)

    def merged(self, names: Iterable[str], order: Sequence[str]) -> "Columns":
        """Adds columns for `names`: first all columns in `order`, then those only older records had."""
        wanted = {*self.names, *names}
        ordered = dict.fromkeys(name for name in order if name in wanted)
        return Columns([*ordered, *(name for name in self.names if name not in ordered)])


def decode_in_groups(
    messages: Sequence[bytes],
    decode: Callable[[bytes], Decoded],
    layout: Callable[[Decoded], Any],
    append: Callable[[list[Decoded]], int | str],
) -> Results:
    """Decodes messages and appends neighbours of the same layout at once.

    Args:
        messages: Serialized records.
        decode: Decodes one message; raises `RecordError` if it is invalid.
        layout: A key that is equal for records with the same layout.
        append: Appends records of one layout; returns the row of the first, or why they are skipped.

    Returns:
        For each message its row, or the reason why it was skipped.
    """
    results: Results = [0] * len(messages)
    decoded: list[tuple[int, Decoded]] = []
    for index, data in enumerate(messages):
        try:
            decoded.append((index, decode(data)))
        except RecordError as error:
            results[index] = str(error)
    for _, neighbours in itertools.groupby(decoded, key=lambda item: layout(item[1])):
        group = list(neighbours)
        start = append([item for _, item in group])
        for offset, (index, _) in enumerate(group):
            results[index] = start if isinstance(start, str) else start + offset
    return results
