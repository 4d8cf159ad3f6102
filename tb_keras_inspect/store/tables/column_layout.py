"""Which column holds what, when records of one kind differ in what they hold."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

MOST_CELLS = 1 << 26  # of a table that is mostly empty: 256 MB
MOSTLY = 8  # cells for each one that was recorded
TOO_EMPTY = "names differ from record to record so often that most of the table would be empty"


def is_too_empty(samples: int, width: int, recorded: int) -> bool:
    """Whether a table is out of proportion to what is in it. A model may change now and then; a
    hostile file could name other rows in each record.

    Args:
        samples: Number of samples.
        width: Cells of a sample.
        recorded: Cells that were recorded, all samples together.
    """
    return samples * width > max(MOST_CELLS, MOSTLY * recorded)


class Columns:
    """Names in order, and where each one is."""

    def __init__(self, names: Iterable[str] = ()):
        self.names = tuple(names)
        self._index = {name: index for index, name in enumerate(self.names)}

    def covers(self, names: Iterable[str]) -> bool:
        """Whether all of the names have a column."""
        return all(name in self._index for name in names)

    def count_with(self, names: Iterable[str]) -> int:
        """How many columns there are once these names have one too."""
        return len(self.names) + len({*names} - self._index.keys())

    def indices(self, names: Iterable[str]) -> np.ndarray:
        """int64[n], the column of each name."""
        return np.array([self._index[name] for name in names], np.int64)

    def merged(self, names: Iterable[str], order: Sequence[str]) -> "Columns":
        """These columns and those of `names`: first those that `order` names, in its order, then
        what only older records had."""
        wanted = {*self.names, *names}
        ordered = dict.fromkeys(name for name in order if name in wanted)
        return Columns([*ordered, *(name for name in self.names if name not in ordered)])


def runs_of_equal(items: Iterable[Any], key: Callable[[Any], Any]) -> list[list[Any]]:
    """Splits a sequence into stretches whose neighbours have the same key."""
    groups: list[list[Any]] = []
    last = object()
    for item in items:
        current = key(item)
        if not groups or current != last:
            groups.append([])
        groups[-1].append(item)
        last = current
    return groups
