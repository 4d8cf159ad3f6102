"""Which records of a run still count, and which of them are new to us.

A training that is stopped and resumed into the same directory writes some steps again, or goes
back. What was written later wins: a record is superseded when a later one of its kind has the same
step or a smaller one, or when the model record of a restart was written after it with a smaller
step. TensorBoard's fast loader does the first part by itself, its Python loader does not; doing
both here makes the sources agree.
"""

from collections.abc import Sequence

import numpy as np


def survivors(
    steps: np.ndarray, wall_times: np.ndarray, restarts: Sequence[tuple[int, float]] = ()
) -> np.ndarray:
    """Marks the records that no later one supersedes.

    Args:
        steps: int64[n], in the order of writing.
        wall_times: float64[n].
        restarts: Step and wall time of the model records.

    Returns:
        bool[n]; the steps of the marked records strictly increase.
    """
    if not len(steps):
        return np.zeros(0, bool)
    smallest_later = np.minimum.accumulate(steps[::-1])[::-1][1:]
    alive = np.append(steps[:-1] < smallest_later, True)
    for step, wall_time in restarts:
        alive &= ~((steps > step) & (wall_times < wall_time))
    return alive


class Ledger:
    """Remembers which record of a source lies in which row of an arena.

    Attributes:
        steps, wall_times: Keys of all records at the last update, superseded ones included.
        rows: int64[n], the arena's row of each, -1 for those never decoded, -2 for those skipped.
    """

    NEVER, SKIPPED = -1, -2

    def __init__(self) -> None:
        self.steps = np.zeros(0, np.int64)
        self.wall_times = np.zeros(0)
        self.rows = np.zeros(0, np.int64)

    def match(self, steps: np.ndarray, wall_times: np.ndarray) -> np.ndarray:
        """Rows of a newer state of the source, `NEVER` for records not seen before.

        Records are told by step and wall time, so this also holds where TensorBoard has thinned or
        purged what it served before.
        """
        known = len(self.steps)
        rows = np.full(len(steps), self.NEVER, np.int64)
        if (
            known <= len(steps)
            and np.array_equal(self.steps, steps[:known])
            and np.array_equal(self.wall_times, wall_times[:known])
        ):
            rows[:known] = self.rows
            return rows
        known_keys = zip(self.steps.tolist(), self.wall_times.tolist(), strict=True)
        lookup = dict(zip(known_keys, self.rows.tolist(), strict=True))
        keys = zip(steps.tolist(), wall_times.tolist(), strict=True)
        rows[:] = [lookup.get(key, self.NEVER) for key in keys]
        return rows

    def store(self, steps: np.ndarray, wall_times: np.ndarray, rows: np.ndarray) -> None:
        """Takes over the state of the source."""
        self.steps, self.wall_times, self.rows = steps, wall_times, rows
