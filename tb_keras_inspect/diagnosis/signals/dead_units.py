"""Which fraction of a layer's units is dead at each sample, and since when they have been silent."""

import dataclasses

import numpy as np

from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.track import Track
from tb_keras_inspect.store.errors import NotRecordedError

LEAST_WINDOW = 5  # sampled batches; fewer say little about all inputs


def dead_window(step: Track, at: np.ndarray) -> np.ndarray:
    """Sampled batches that `dead_fraction` covers, at the thinned samples of another kind."""
    windows = step.column("dead_window")
    index = np.clip(np.searchsorted(step.steps, at, side="right") - 1, 0, len(step) - 1)
    return np.asarray(windows[index])


def dead_fraction(facts: Facts, track: Track, row: int, window: np.ndarray) -> np.ndarray:
    """Fraction of dead units at the thinned samples: float64[C]."""
    recorded = track.thin("dead_fraction")[:, row]
    if np.isnan(recorded).all():  # units are not recorded: only a whole dead layer shows
        return (track.thin("zero_fraction")[:, row] >= 1.0).astype(np.float64)
    narrow = window < LEAST_WINDOW
    if np.any(recorded[narrow] > 0):
        return np.where(narrow, _over_more_batches(facts, track, row), recorded)
    return np.asarray(recorded)


def _over_more_batches(facts: Facts, track: Track, row: int) -> np.ndarray:
    """The same over `LEAST_WINDOW` batches, for epochs that hold fewer sampled ones."""
    try:
        units = facts.run.units(track.names[row])
    except NotRecordedError:
        return np.zeros(len(track.at))
    index = np.arange(len(units.steps))[:, None]
    last_alive = np.maximum.accumulate(np.where(units.max_abs != 0, index, -1), axis=0)
    fraction = np.mean(index - last_alive >= LEAST_WINDOW, axis=1)
    at = np.searchsorted(units.steps, track.at, side="right") - 1
    return np.where(at >= 0, fraction[np.maximum(at, 0)], 0.0)


@dataclasses.dataclass(frozen=True)
class DeadShare:
    """The fraction of a layer's units that no batch of an epoch would activate.

    A unit that was zero in all sampled batches may still be active in one that was not sampled.

    Attributes:
        value: The best estimate.
        low, high: Between these it lies: `high` is the fraction that was zero in all sampled batches,
            `low` holds in 95 % of all cases, unless single examples activate many units together.
    """

    value: float
    low: float
    high: float

    @property
    def is_exact(self) -> bool:
        """Whether the bounds are within two points of the estimate."""
        return max(self.high - self.value, self.value - self.low) <= 0.02


def dead_share(facts: Facts, track: Track, row: int, at: int, observed: float) -> DeadShare:
    """Estimates the dead units of a whole epoch from its sampled batches.

    Args:
        facts: The run.
        track: The table of activations.
        row: The layer's output in it.
        at: Index of a thinned sample.
        observed: Fraction of the units that were zero in all sampled batches before it.

    Returns:
        The observed fraction alone if units were not recorded or nobody knows how long an epoch is.
    """
    epoch = facts.structure.steps_per_epoch
    try:
        units = facts.run.units(track.names[row])
    except NotRecordedError:
        return DeadShare(observed, observed, observed)
    count = int(np.searchsorted(units.steps, track.at[at], side="right"))
    start = int(np.searchsorted(units.steps, track.at[at] - epoch, side="right"))
    if not epoch or not count > start:
        return DeadShare(observed, observed, observed)
    unseen = max(0, epoch - (count - start))
    return _share_of_all(units.max_abs[:count] != 0, count - start, unseen, observed)


def _share_of_all(active: np.ndarray, seen: int, unseen: int, observed: float) -> DeadShare:
    """Estimates the dead fraction over `seen` sampled and `unseen` other batches.

    Args:
        active: bool[S, U], whether each unit was active in each sampled batch, the newest last.
        seen: The last so many of them are of this epoch.
    """
    units = active.shape[1]
    low, width = 0.0, seen
    # The longer a unit has been silent, the rarer it can be active: try longer and longer windows.
    while width <= len(active):
        times = np.count_nonzero(active[-width:], axis=0)
        # The more batches, the rarer a unit is met for the first time (Good and Toulmin, 1956).
        found_later = unseen / width * _upper(active[-width:, times == 1])
        low = max(low, float(np.count_nonzero(times == 0) - found_later) / units)
        width = 2 * width if 2 * width <= len(active) or width == len(active) else len(active)
    value = observed - _found_later(active[-seen:], unseen) / units
    low = min(low, observed)
    return DeadShare(float(np.clip(value, low, observed)), low, observed)


def _upper(once: np.ndarray) -> float:
    """97.5 % bound on the expected number of units that are active once.

    Args:
        once: bool[S, K], when those were active that were active once.
    """
    by_batch = np.count_nonzero(once, axis=1).astype(np.float64)
    # One example may activate many units: count what comes together as one.
    together = float(by_batch @ by_batch / by_batch.sum()) if once.any() else 1.0
    count = once.shape[1] / together
    return float(together * (count + 2.1 + 1.96 * np.sqrt(count + 0.7)))  # of a Poisson variable


def _found_later(active: np.ndarray, unseen: int) -> float:
    """How many units, silent in these batches, would be active in further ones (Chao, 1987)."""
    seen = len(active)
    times = np.count_nonzero(active, axis=0)
    # Units that die are active early in the window; rare ones anywhere in it.
    late = np.count_nonzero((times == 1) & active[seen // 2 :].any(axis=0))
    once, twice = min(np.count_nonzero(times == 1), 2 * late), np.count_nonzero(times == 2)
    hidden = once**2 / (2 * twice) if twice else once * (once - 1) / 2
    hidden *= (seen - 1) / seen
    if not hidden:
        return 0.0
    return float(hidden * (1 - (1 - once / (seen * hidden + once)) ** unseen))


def silent_since(
    facts: Facts, track: Track, row: int, known_at: int, limit: float
) -> tuple[int, float]:
    """The step from which on enough units were zero in every sampled batch, and how many were.

    That they are dead is only known at the end of the window in which they stay so.

    Args:
        facts: The run.
        track: The table of activations.
        row: The layer's output in it.
        known_at: Index of the thinned sample at which it is known.
        limit: Fraction of the units that is enough.

    Returns:
        The step, and the fraction of the units that were silent from there to `known_at`; that
        sample's step and `limit` if none shows it.
    """
    known = int(track.at[known_at])
    try:
        units = facts.run.units(track.names[row])
    except NotRecordedError:
        zero = track.thin("zero_fraction")[: known_at + 1, row] >= 1
        if not zero[-1]:
            return known, limit  # only of a layer that is silent as a whole it shows
        alive = np.flatnonzero(~zero)
        at = int(alive[-1]) + 1 if len(alive) else 0
        return int(track.at[min(at, known_at)]), 1.0
    count = int(np.searchsorted(units.steps, known, side="right"))
    if not count:
        return known, limit
    alive = units.max_abs[:count] != 0
    # Index of the first sample after the last one at which each unit was alive.
    silent = np.where(alive.any(axis=0), count - np.argmax(alive[::-1], axis=0), 0)
    needed = max(1, int(np.ceil(limit * len(silent))))
    at = int(np.sort(silent)[needed - 1])
    return (int(units.steps[at]), float(np.mean(silent <= at))) if at < count else (known, limit)
