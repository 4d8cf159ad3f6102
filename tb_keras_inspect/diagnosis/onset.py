"""From a condition at each sample to "since step n": small robust helpers over time."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Spell:
    """A stretch of samples: indices `first` to `last`, and whether it reaches the end."""

    first: int
    last: int
    ongoing: bool

    @property
    def length(self) -> int:
        """Number of samples."""
        return self.last - self.first + 1


def last_spell(condition: np.ndarray, gap: int = 2) -> Spell | None:
    """The stretch in which a condition holds: the one that reaches the end, else the longest.

    Args:
        condition: bool[C].
        gap: Interruptions of up to so many samples do not end a stretch.
    """
    where = np.flatnonzero(condition)
    if not len(where):
        return None
    breaks = np.flatnonzero(np.diff(where) > gap + 1)
    firsts = where[np.append(0, breaks + 1)]
    lasts = where[np.append(breaks, len(where) - 1)]
    if len(condition) - 1 - lasts[-1] <= gap:
        return Spell(int(firsts[-1]), int(lasts[-1]), True)
    longest = int(np.argmax(lasts - firsts))
    return Spell(int(firsts[longest]), int(lasts[longest]), False)


def tail(count: int, share: float = 0.25, least: int = 5) -> slice:
    """The last samples: what is called the present state."""
    return slice(max(0, count - max(least, int(count * share))), count)


def median(values: np.ndarray, axis: int | None = None) -> np.ndarray:
    """Median without the NaN; NaN where there is nothing else. Quiet about both."""
    values = np.asarray(values, np.float64)
    if not values.size:
        shape = () if axis is None else np.delete(values.shape, axis)
        return np.full(shape, np.nan)[()]
    missing = np.isnan(values)
    if not missing.any():
        return np.median(values, axis=axis)
    if missing.all():
        return np.full(np.median(values, axis=axis).shape, np.nan)[()]
    # Sorting puts NaN last: the median is in the middle of what comes before.
    ordered = np.sort(values, axis=axis)
    counts = np.sum(~missing, axis=axis)
    if axis is None:
        return np.median(ordered.ravel()[: int(counts)])
    low = np.expand_dims(np.maximum((counts - 1) // 2, 0), axis)
    high = np.expand_dims(np.maximum(counts // 2, 0), axis)
    high = np.minimum(high, values.shape[axis] - 1)
    with np.errstate(over="ignore", invalid="ignore"):
        both = np.take_along_axis(ordered, low, axis) + np.take_along_axis(ordered, high, axis)
        return np.where(counts > 0, np.squeeze(both / 2, axis), np.nan)


def running_median(values: np.ndarray, width: int) -> np.ndarray:
    """Median of the last `width` samples at each one: float64[C]."""
    values = np.asarray(values, np.float64)
    if len(values) == 0 or width <= 1:
        return values
    padded = np.concatenate([np.full(width - 1, np.nan), values])
    windows = np.lib.stride_tricks.sliding_window_view(padded, width)
    return median(windows, axis=1)


def ratio(numerator, denominator) -> np.ndarray:
    """A quotient; NaN where the denominator is 0 or either is NaN. Quiet."""
    with np.errstate(all="ignore"):
        denominator = np.where(np.asarray(denominator) == 0, np.nan, denominator)
        return np.asarray(numerator, np.float64) / denominator
