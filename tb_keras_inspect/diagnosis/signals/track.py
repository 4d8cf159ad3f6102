"""A table as rules read it: up to where its numbers mean something, and thinned out."""

from collections.abc import Callable, Iterable

import numpy as np

from tb_keras_inspect.diagnosis.signals.onset import median
from tb_keras_inspect.store.tables.table import StatTable

MOST_SAMPLES = 400  # thinned samples; more would not change a median
FIRST_SAMPLES = 20  # always among them: most problems begin there


class Track:
    """Reads one table.

    Args:
        table: The table.
        end: Training step before which it is read. None reads all of it.

    Attributes:
        kind: Kind of the table.
        names: Names of its N rows.
        steps: int64[S], all steps that are read.
        at: int64[C], the steps of the thinned samples, about `MOST_SAMPLES` at most.
    """

    def __init__(self, table: StatTable, end: int | None = None):
        count = len(table.steps) if end is None else int(np.searchsorted(table.steps, end))
        self._table, self._count = table, count
        self.kind, self.names = table.kind, table.names
        self.steps = table.steps[:count]
        self._picks = _spread(count)
        self.at = self.steps[self._picks]
        self._row = {name: i for i, name in enumerate(table.names)}
        self._thin: dict[str, np.ndarray] = {}
        self._cache: dict[tuple[str, str], np.ndarray] = {}

    def __len__(self) -> int:
        return self._count

    def has(self, statistic: str) -> bool:
        """Whether the statistic was recorded."""
        return statistic in self._table.statistics

    def full(self, statistic: str) -> np.ndarray:
        """All samples: float32[S, N]; NaN where it was not recorded."""
        if not self.has(statistic):
            return np.full((self._count, len(self.names)), np.nan, np.float32)
        return self._table.select(statistic)[: self._count]

    def thin(self, statistic: str) -> np.ndarray:
        """The thinned samples: float64[C, N]; NaN where it was not recorded."""
        if statistic not in self._thin:
            self._thin[statistic] = self.full(statistic)[self._picks].astype(np.float64)
        return self._thin[statistic]

    def typical(self, statistic: str) -> np.ndarray:
        """Median of each row over the thinned samples: float64[N]."""
        return self._cached(("typical", statistic), lambda: median(self.thin(statistic), axis=0))

    def largest(self, statistic: str) -> np.ndarray:
        """Maximum of each row over the thinned samples, NaN if one is NaN: float64[N]."""
        return self._cached(("largest", statistic), lambda: np.max(self.thin(statistic), axis=0))

    def _cached(self, key: tuple[str, str], compute: Callable[[], np.ndarray]) -> np.ndarray:
        if key not in self._cache:
            self._cache[key] = compute()
        return self._cache[key]

    def row(self, name: str) -> int | None:
        """Index of a row, or None."""
        return self._row.get(name)

    def rows(self, names: Iterable[str]) -> list[int]:
        """Indices of rows that exist."""
        return [self._row[name] for name in names]

    def present(self, names: Iterable[str]) -> list[str]:
        """Those of some names that have a row."""
        return [name for name in names if name in self._row]

    def column(self, statistic: str, row: int = 0) -> np.ndarray:
        """One row, all samples: float64[S]."""
        if not self.names:
            return np.full(self._count, np.nan)
        return self.full(statistic)[:, row].astype(np.float64)


def _spread(count: int) -> np.ndarray:
    """Indices of the samples to keep: the first ones, the last one, and evenly in between."""
    if count <= MOST_SAMPLES:
        return np.arange(count)
    even = np.linspace(0, count - 1, MOST_SAMPLES).astype(np.int64)
    return np.unique(np.concatenate([np.arange(FIRST_SAMPLES), even]))
