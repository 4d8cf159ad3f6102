"""Which units have been inactive, and for how long."""

from collections import deque

import numpy as np

DEFAULT_WINDOW = 20  # sampled batches, where the length of an epoch is not known


class DeadUnits:
    """Counts units that were zero in every sampled batch of a window.

    The window that ends at a sampled step holds the sampled batches of the last `steps_per_epoch`
    steps, so that every training example had a chance to activate the unit. If the length of an epoch
    is not known, it holds the last 20 sampled batches.

    Args:
        steps_per_epoch: Training steps of an epoch, None or 0 where not known.

    Attributes:
        fraction: Dead units of all units, as of the last call of `fractions`; None before that.
    """

    def __init__(self, steps_per_epoch: int | None):
        self._steps_per_epoch = steps_per_epoch or 0
        self._steps: deque[int] = deque()
        self.fraction: float | None = None
        self._last_alive = np.empty(0, np.int64)  # step at which each unit was last active

    @property
    def window(self) -> int:
        """Number of sampled batches in the window that ends at the newest one."""
        return len(self._steps)

    def begin(self, step: int) -> None:
        """A sampled step begins; forgets what has left the window."""
        if self._steps and step <= self._steps[-1]:  # training went back, after a restart
            self._steps.clear()
            self._last_alive[:] = -1
        self._steps.append(step)
        if self._steps_per_epoch:
            while self._steps[0] <= step - self._steps_per_epoch:
                self._steps.popleft()
        elif len(self._steps) > DEFAULT_WINDOW:
            self._steps.popleft()

    def fractions(self, max_abs: np.ndarray, starts: np.ndarray) -> np.ndarray:
        """Fraction of each site's units that are dead at the step that began last.

        Args:
            max_abs: float[U], the units' largest magnitudes over this step's batch, site after site.
                A NaN counts as active: it is not zero.
            starts: int[N], where each site's units begin; every site has some.

        Returns:
            float64[N].
        """
        if self._last_alive.shape != max_abs.shape:  # other layers, or the first sample
            self._last_alive = np.full(max_abs.shape, -1, np.int64)
        self._last_alive[max_abs != 0] = self._steps[-1]
        dead = (self._last_alive < self._steps[0]).astype(np.float64)
        self.fraction = float(dead.mean())
        counts = np.diff(np.append(starts, len(max_abs)))
        return np.add.reduceat(dead, starts) / counts
