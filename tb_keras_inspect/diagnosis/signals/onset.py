"""When a condition began and how long it has held, and robust medians for it."""

import dataclasses

import numpy as np
import numpy.typing as npt


@dataclasses.dataclass(frozen=True)
class Period:
    """A stretch of samples in which a condition holds.

    Attributes:
        first, last: Indices of its samples, both included.
        ongoing: Whether it reaches the end.
    """

    first: int
    last: int
    ongoing: bool

    @property
    def length(self) -> int:
        """Number of samples."""
        return self.last - self.first + 1


def last_period(condition: np.ndarray, gap: int = 2) -> Period | None:
    """The period that reaches the end or, if there is none, the longest one.

    Args:
        condition: bool[C].
        gap: Interruptions of at most this many samples do not end a period.

    Returns:
        None if the condition never holds.
    """
    where = np.flatnonzero(condition)
    if not len(where):
        return None
    breaks = np.flatnonzero(np.diff(where) > gap + 1)
    firsts = where[np.append(0, breaks + 1)]
    lasts = where[np.append(breaks, len(where) - 1)]
    if len(condition) - 1 - lasts[-1] <= gap:
        return Period(int(firsts[-1]), int(lasts[-1]), True)
    longest = int(np.argmax(lasts - firsts))
    return Period(int(firsts[longest]), int(lasts[longest]), False)


def tail(count: int, fraction: float = 0.25, least: int = 5) -> slice:
    """The last samples of `count`, which show the present state."""
    return slice(max(0, count - max(least, int(count * fraction))), count)


def median(values: npt.ArrayLike, axis: int | None = None) -> np.ndarray:
    """Median that ignores NaN, without warnings; NaN where there is nothing else.

    Args:
        values: Numbers of any shape.
        axis: The axis to reduce. Defaults to all.

    Returns:
        float64, a scalar array if `axis` is None.
    """
    values = np.asarray(values, np.float64)
    if not values.size:
        shape = () if axis is None else tuple(np.delete(values.shape, axis))
        return np.asarray(np.full(shape, np.nan)[()])
    missing = np.isnan(values)
    if not missing.any():
        return np.asarray(np.median(values, axis=axis))
    if missing.all():
        return np.asarray(np.full(np.shape(np.median(values, axis=axis)), np.nan)[()])
    # Sorting puts NaN last, so the median is in the middle of what comes before.
    ordered = np.sort(values, axis=axis)
    counts = np.sum(~missing, axis=axis)
    if axis is None:
        return np.asarray(np.median(ordered[: int(counts)]))
    low = np.expand_dims(np.maximum((counts - 1) // 2, 0), axis)
    high = np.expand_dims(np.maximum(counts // 2, 0), axis)
    high = np.minimum(high, values.shape[axis] - 1)
    with np.errstate(over="ignore", invalid="ignore"):
        both = np.take_along_axis(ordered, low, axis) + np.take_along_axis(ordered, high, axis)
        return np.where(counts > 0, np.squeeze(both / 2, axis), np.nan)


def running_median(values: npt.ArrayLike, width: int) -> np.ndarray:
    """Median of the last `width` samples at each sample: float64[C]."""
    values = np.asarray(values, np.float64)
    if len(values) == 0 or width <= 1:
        return values
    padded = np.concatenate([np.full(width - 1, np.nan), values])
    windows = np.lib.stride_tricks.sliding_window_view(padded, width)
    return median(windows, axis=1)


def rise_begins(values: npt.ArrayLike, at: int, factor: float = 2.0) -> int:
    """Where a rise that is seen at some sample began.

    Args:
        values: Numbers of S samples.
        at: Index of a sample at which they have risen.
        factor: Above this many times the lowest level before, they rise.

    Returns:
        Index of the first sample above that level, of those without a break up to `at`.
    """
    values = np.asarray(values, np.float64)[: at + 1]
    levels = running_median(values, 5)[4:] if len(values) > 5 else values[:1]
    finite = levels[np.isfinite(levels)]
    if not len(finite):
        return at
    low = np.flatnonzero(values[:at] <= factor * np.min(finite))
    return int(low[-1]) + 1 if len(low) else 0


def ratio(numerator: npt.ArrayLike, denominator: npt.ArrayLike) -> np.ndarray:
    """A quotient, without warnings; NaN where the denominator is 0 or either one is NaN."""
    with np.errstate(all="ignore"):
        divisor = np.where(np.asarray(denominator) == 0, np.nan, denominator)
        return np.asarray(np.asarray(numerator, np.float64) / divisor)
