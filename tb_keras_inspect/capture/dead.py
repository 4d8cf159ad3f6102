"""Which units have been silent, and for how long."""

from collections import deque

import numpy as np

DEFAULT_WINDOW = 20  # sampled batches, where the length of an epoch is not known


class DeadUnits:
    """Counts units that were zero in every sampled batch of a window.

    The window that ends at a sampled step holds the sampled batches of the last `steps_per_epoch`
    steps, so that every training example had its turn to wake the unit; where the length of an epoch
    is not known, the last 20 sampled batches.

    Args:
        steps_per_epoch: Training steps of an epoch, None or 0 where not known.
    """

    def __init__(self, steps_per_epoch: int | None):
        self._steps_per_epoch = steps_per_epoch or 0
        self._steps: deque[int] = deque()
        self._last_alive: dict[int, np.ndarray] = {}  # site -> step at which each unit last spoke

    @property
    def window(self) -> int:
        """Number of sampled batches in the window that ends at the newest one."""
        return len(self._steps)

    def begin(self, step: int) -> None:
        """A sampled step begins; forgets what has left the window."""
        if self._steps and step <= self._steps[-1]:  # training went back, after a restart
            self._steps.clear()
            self._last_alive.clear()
        self._steps.append(step)
        if self._steps_per_epoch:
            while self._steps[0] <= step - self._steps_per_epoch:
                self._steps.popleft()
        elif len(self._steps) > DEFAULT_WINDOW:
            self._steps.popleft()

    def fraction(self, site: int, max_abs: np.ndarray) -> float:
        """Share of a site's units that are dead at the step that began last.

        Args:
            site: Any number that stands for the site.
            max_abs: float[U], the units' largest magnitudes over this step's batch. A NaN counts as
                alive: it is not silence.
        """
        step = self._steps[-1]
        last = self._last_alive.get(site)
        if last is None or last.shape != max_abs.shape:
            last = self._last_alive[site] = np.full(max_abs.shape, -1, np.int64)
        last[max_abs != 0] = step
        return float(np.mean(last < self._steps[0]))
