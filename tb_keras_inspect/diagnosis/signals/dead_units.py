"""Which fraction of a layer's units is dead at each sample, and since when they have been silent."""

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


def silent_since(facts: Facts, track: Track, row: int, known_at: int, limit: float) -> int:
    """The step from which on enough units were zero in every sampled batch.

    That they are dead is only known at the end of the window in which they stay so.

    Args:
        facts: The run.
        track: The table of activations.
        row: The layer's output in it.
        known_at: Index of the thinned sample at which it is known.
        limit: Fraction of the units.
    """
    known = int(track.at[known_at])
    try:
        units = facts.run.units(track.names[row])
    except NotRecordedError:
        zero = track.thin("zero_fraction")[: known_at + 1, row] >= 1
        if not zero[-1]:
            return known  # only of a layer that is silent as a whole it shows
        alive = np.flatnonzero(~zero)
        at = int(alive[-1]) + 1 if len(alive) else 0
        return int(track.at[min(at, known_at)])
    count = int(np.searchsorted(units.steps, known, side="right"))
    if not count:
        return known
    alive = units.max_abs[:count] != 0
    # Index of the first sample after the last one at which each unit was alive.
    silent = np.where(alive.any(axis=0), count - np.argmax(alive[::-1], axis=0), 0)
    needed = max(1, int(np.ceil(limit * len(silent))))
    at = int(np.sort(silent)[needed - 1])
    return int(units.steps[at]) if at < count else known
