"""After which epochs a snapshot of the probe samples is recorded."""

import math

from tb_keras_inspect.training.schedule import UNKNOWN_END

MAX_SNAPSHOTS = 100  # of a fit
_FRACTION = 0.5  # of the log's limit that snapshots may take


class Snapshots:
    """Decides after each epoch whether a snapshot is taken.

    Every n-th epoch, at most 100 times a fit, and further apart if they would take more than half of
    the log's limit.

    Args:
        every: Interval in epochs; 0 for none.
        max_bytes: Limit of the log's size.
    """

    def __init__(self, every: int, max_bytes: float):
        self._asked, self._limit = every, max_bytes * _FRACTION
        self._every, self._begun, self._last = every, 0, 0
        self._end: int | None = None

    def begin_fit(self, epoch: int, epochs: int | None) -> None:
        """A fit begins.

        Args:
            epoch: Its first epoch, from 0.
            epochs: The epoch at which it ends, None if not known.
        """
        self._begun, self._last, self._end = epoch, epoch, epochs
        self._every = max(self._asked, -(-((epochs or epoch) - epoch) // MAX_SNAPSHOTS))

    def wants(self, epoch: int, count: int, size: int) -> bool:
        """Whether to take one at the end of an epoch.

        Args:
            epoch: The epoch, from 0.
            count: Snapshots in the log so far.
            size: Their size in bytes.
        """
        done = epoch + 1
        if (
            not self._asked
            or done % self._every
            or done - self._last < self._spacing(count, size, done)
        ):
            return False
        self._last = done
        return True

    def reserved(self, epoch: int, count: int, size: int) -> float:
        """Most bytes that the snapshots to come will take.

        Args:
            epoch: The epoch that is running.
            count: Snapshots in the log so far.
            size: Their size in bytes.
        """
        if not self._asked or not count:
            return 0.0
        # As many as can still be taken: as they come due, their spacing may shrink again.
        due = math.ceil(self._left(epoch) / self._every)
        return min(due, max(math.floor(self._room(count, size)), 0)) * size / count

    def _left(self, done: int) -> int:
        if self._end is not None:
            return max(self._end - done, 0)
        return UNKNOWN_END * (done - self._begun + 1)

    def _spacing(self, count: int, size: int, done: int) -> float:
        if not count:
            return self._every
        room = self._room(count, size)
        if room < 1:
            return math.inf
        return max(self._every, math.ceil(self._left(done) / room))

    def _room(self, count: int, size: int) -> float:
        """How many more fit."""
        return (self._limit - size) / (size / count)
