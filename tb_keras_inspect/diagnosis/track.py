"""A table as rules read it: up to where the numbers mean something, and thinned to what is needed."""

from collections.abc import Callable, Iterable

import numpy as np

from tb_keras_inspect.diagnosis.onset import median
from tb_keras_inspect.store.tables.table import StatTable

MOST_SAMPLES = 400  # looked at by rules about what lasts; more would not change a median
FIRST_SAMPLES = 20  # always looked at: most of what goes wrong begins there


class Track:
    """Reads one table.

    Args:
        table: The table.
        end: Step before which it is read, None for all of it.

    Attributes:
        names: Names of the N rows.
        steps: int64[S], all steps that are read.
        at: int64[C], the thinned ones: at most `MOST_SAMPLES`.
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
        self._made: dict[tuple[str, str], np.ndarray] = {}

    def __len__(self) -> int:
        return self._count

    def has(self, statistic: str) -> bool:
        """Whether it was recorded."""
        return statistic in self._table.statistics

    def full(self, statistic: str) -> np.ndarray:
        """float32[S, N]; NaN where it was not recorded."""
        if not self.has(statistic):
            return np.full((self._count, len(self.names)), np.nan, np.float32)
        return self._table.select(statistic)[: self._count]

    def thin(self, statistic: str) -> np.ndarray:
        """float64[C, N]; NaN where it was not recorded."""
        if statistic not in self._thin:
            self._thin[statistic] = self.full(statistic)[self._picks].astype(np.float64)
        return self._thin[statistic]

    def typical(self, statistic: str) -> np.ndarray:
        """float64[N]: median of each row over the thinned samples."""
        return self._once(("typical", statistic), lambda: median(self.thin(statistic), axis=0))

    def largest(self, statistic: str) -> np.ndarray:
        """float64[N]: the largest of each row over the thinned samples, NaN where one is NaN."""
        return self._once(("largest", statistic), lambda: np.max(self.thin(statistic), axis=0))

    def _once(self, key: tuple[str, str], make: Callable[[], np.ndarray]) -> np.ndarray:
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def row(self, name: str) -> int | None:
        """Index of a row, None where there is none."""
        return self._row.get(name)

    def rows(self, names: Iterable[str]) -> list[int]:
        """Indices of rows that are there."""
        return [self._row[name] for name in names]

    def column(self, statistic: str, row: int = 0) -> np.ndarray:
        """float64[S] of one row, all samples."""
        if not self.names:
            return np.full(self._count, np.nan)
        return self.full(statistic)[:, row].astype(np.float64)


def _spread(count: int) -> np.ndarray:
    """Indices of at most about `MOST_SAMPLES` samples: the first ones, the last one, evenly between."""
    if count <= MOST_SAMPLES:
        return np.arange(count)
    even = np.linspace(0, count - 1, MOST_SAMPLES).astype(np.int64)
    return np.unique(np.concatenate([np.arange(FIRST_SAMPLES), even]))
