"""Which records of a run are current, and which of them are new.

A run that is stopped and resumed into the same directory writes some steps again. The later record
wins: a record is superseded if a later record of its kind has the same or a smaller step, or if a
restart wrote a model record after it with a smaller step. The fast loader of TensorBoard applies the
first rule itself, the Python loader does not; applying both here makes all sources agree.
"""

from collections.abc import Sequence

import numpy as np


def survivors(
    steps: np.ndarray, order: np.ndarray, restarts: Sequence[tuple[int, float]] = ()
) -> np.ndarray:
    """Marks the records that no later record supersedes.

    Args:
        steps: int64[n], in the order of writing.
        order: float64[n], as in `store.sources.source.Records`. Where it decreases (an older version
            recorded while the clock was set back), a record counts as no earlier than those before it.
        restarts: Step and order of each model record.

    Returns:
        bool[n]. The steps of the marked records increase strictly.
    """
    if not len(steps):
        return np.zeros(0, bool)
    smallest_later = np.minimum.accumulate(steps[::-1])[::-1][1:]
    alive = np.append(steps[:-1] < smallest_later, True)
    known = np.isfinite(order)
    latest = np.maximum.accumulate(np.where(known, order, -np.inf))
    for step, written in restarts:
        alive &= ~((steps > step) & known & (latest < written))
    return alive


class RecordRows:
    """Remembers which row of a buffer holds which record of a source.

    Attributes:
        steps, order: Keys of all records at the last update, including superseded ones.
        rows: int64[n], the row of each record; `NEVER` if not decoded yet, `SKIPPED` if unreadable.
    """

    NEVER, SKIPPED = -1, -2

    def __init__(self) -> None:
        self.steps = np.zeros(0, np.int64)
        self.order = np.zeros(0)
        self.rows = np.zeros(0, np.int64)

    def match(self, steps: np.ndarray, order: np.ndarray) -> np.ndarray:
        """The row of each record in a newer state of the source, `NEVER` for new records.

        Records are identified by step and order, so this works even after TensorBoard has
        downsampled or purged records that it served before.
        """
        known = len(self.steps)
        rows = np.full(len(steps), self.NEVER, np.int64)
        if (
            known <= len(steps)
            and np.array_equal(self.steps, steps[:known])
            and np.array_equal(self.order, order[:known])
        ):
            rows[:known] = self.rows
            return rows
        known_keys = zip(self.steps.tolist(), self.order.tolist(), strict=True)
        lookup = dict(zip(known_keys, self.rows.tolist(), strict=True))
        keys = zip(steps.tolist(), order.tolist(), strict=True)
        rows[:] = [lookup.get(key, self.NEVER) for key in keys]
        return rows

    def store(self, steps: np.ndarray, order: np.ndarray, rows: np.ndarray) -> None:
        """Remembers the current state of the source."""
        self.steps, self.order, self.rows = steps, order, rows
