"""Pools many samples into few columns, for a plot as wide as a screen. NaN always wins over numbers."""

import numpy as np
import numpy.typing as npt


def starts(samples: int, width: int) -> np.ndarray:
    """First sample of each column: columns of equal length, within one sample.

    Args:
        samples: Number of samples S.
        width: Most columns.

    Returns:
        int64[C] with C = min(S, width).
    """
    columns = min(samples, width)
    return np.arange(columns, dtype=np.int64) * samples // max(columns, 1)


def pool(values: np.ndarray, first: np.ndarray, how: str) -> np.ndarray:
    """Reduces consecutive samples.

    Args:
        values: float[S, ...].
        first: int64[C], first sample of each column, from `starts`.
        how: "last", "min", "max" or "mean".

    Returns:
        float32[C, ...]. A NaN in a column makes its min, max and mean NaN.
    """
    if how == "last":
        return last_of(values, first)
    if len(first) == len(values):
        return values
    if how != "mean":
        return _reduce(values, first, {"min": np.minimum, "max": np.maximum}[how])
    counts = np.diff(np.append(first, len(values)))
    sums = _reduce(values, first, np.add, np.float64)
    with np.errstate(over="ignore"):
        means: np.ndarray = sums / counts.reshape(-1, *[1] * (values.ndim - 1))
    return means.astype(np.float32)


def _reduce(
    values: np.ndarray, first: np.ndarray, combine: np.ufunc, dtype: npt.DTypeLike | None = None
) -> np.ndarray:
    # All columns at once, sample by sample: several times as fast as `reduceat` over the first axis.
    lengths = np.diff(np.append(first, len(values)))
    result: np.ndarray = values[first].astype(dtype or values.dtype)
    for offset in range(1, int(lengths.max(initial=0))):
        there = lengths > offset
        if there.all():
            combine(result, values[first + offset], out=result)
        else:
            result[there] = combine(result[there], values[first[there] + offset])
    return result


def pool_sum(counts: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Adds up histogram counts: uint32[S, B] to uint32[C, B], held at the largest uint32."""
    if len(first) == len(counts):
        return counts
    sums = np.add.reduceat(counts, first, axis=0, dtype=np.uint64)
    return np.minimum(sums, np.iinfo(np.uint32).max).astype(np.uint32)


def last_of(values: np.ndarray, first: np.ndarray) -> np.ndarray:
    """The last sample of each column."""
    last: np.ndarray = values[np.append(first[1:], len(values))[: len(first)] - 1]
    return last
