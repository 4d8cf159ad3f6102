"""After which epochs a snapshot of the probe samples is recorded."""

import math

from tb_keras_inspect.training.schedule import UNKNOWN_END

MAX_SNAPSHOTS = 100  # of a fit
SHARE = 4  # in further fits that may be many short ones: apart by a quarter of all epochs so far
_FRACTION = 0.5  # of the log's limit that snapshots may take


class Snapshots:
    """Decides after each epoch whether a snapshot is taken.

    Every n-th epoch, at most 100 times a fit, and further apart if they would take more than half of
    the log's limit. Further fits of the same run go on with it, at growing distances: 10,000 fits of
    one epoch have about 40.

    Args:
        every: Interval in epochs; 0 for none.
        max_bytes: Limit of the log's size.
    """

    def __init__(self, every: int, max_bytes: float):
        self._asked, self._limit = every, max_bytes * _FRACTION
        self._every, self._begun, self._last = every, 0, 0
        self._end: int | None = None
        self._done = self._offset = 0  # epochs of the run; of those before this fit
        self._is_further = False

    def begin_fit(self, epoch: int, epochs: int | None) -> None:
        """A fit begins.

        Args:
            epoch: Its first epoch, from 0.
            epochs: The epoch at which it ends, None if not known.
        """
        self._is_further = self._done > 0
        if self._is_further:
            self._offset = self._done - epoch
        else:
            self._begun = self._last = epoch
        count = (epochs or epoch) - epoch
        # A fit that is shorter than what came before it may be one of many: the end is not known.
        is_known = epochs is not None and count >= self._done - self._begun
        self._end = self._offset + (epochs or 0) if is_known else None
        self._every = max(self._asked, -(-count // MAX_SNAPSHOTS))

    def wants(self, epoch: int, count: int, size: int) -> bool:
        """Whether to take one at the end of an epoch.

        Args:
            epoch: The epoch, from 0.
            count: Snapshots in the log so far.
            size: Their size in bytes.
        """
        is_due = self.is_due(epoch, count, size)
        self._done = self._offset + epoch + 1
        if is_due:
            self._last = self._done
        return is_due

    def is_due(self, epoch: int, count: int, size: int) -> bool:
        """What `wants` would answer."""
        done = self._offset + epoch + 1
        if not self._asked or done % self._every:
            return False
        return done - self._last >= self._spacing(count, size, done)

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
        due = math.ceil(self._left(self._offset + epoch) / self._every)
        return min(due, max(math.floor(self._room(count, size)), 0)) * size / count

    def _left(self, done: int) -> int:
        if self._end is not None:
            return max(self._end - done, 0)
        return UNKNOWN_END * (done - self._begun + 1)

    def _spacing(self, count: int, size: int, done: int) -> float:
        if not count:
            return self._every
        least = max(self._every, done // SHARE if self._is_further and self._end is None else 1)
        room = self._room(count, size)
        if room < 1:
            return math.inf
        return max(least, math.ceil(self._left(done) / room))

    def _room(self, count: int, size: int) -> float:
        """How many more fit."""
        return (self._limit - size) / (size / count)
