"""Shared by all plots: axes to draw into, names as plain text, marks for non-finite values."""

from __future__ import annotations

import math
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

from tb_keras_inspect.store.tables import pooling

WIDTH = 1500  # most columns of a plot: more than a screen shows
ROW, TALLEST = 0.24, 11.0  # inches: height of a row with a name, and of a figure
NAMES_PER_INCH = 7  # as many as can be distinguished
LONGEST = 32  # characters of a name on an axis
BAD = "#d93025"  # NaN or infinite
UNKNOWN = "#d0d0d0"  # not recorded
DEAD = "#3c4043"


def axes_of(ax: Axes | None, width: float = 7.0, height: float = 3.5) -> Axes:
    """Returns the given axes, or those of a new figure of this size in inches."""
    if ax is not None:
        return ax
    _, made = plt.subplots(figsize=(width, height), layout="constrained")
    return made


def plain(name: str, longest: int = 0) -> str:
    """A name from a log as plain text: no markup, no control characters, shortened in the middle."""
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(name))
    if longest and len(text) > longest:
        half = (longest - 1) // 2
        text = f"{text[:half]}\N{HORIZONTAL ELLIPSIS}{text[-half:]}"
    return text.replace("\\", "/").replace("$", r"\$")


def at_step(steps: np.ndarray, step: int | None) -> int:
    """Index of the newest sample at or before `step`, or of the first one. None means the newest.

    Raises:
        ValueError: if there are no samples.
    """
    if not len(steps):
        raise ValueError("Expected a run with samples. Received: one with none")
    if step is None:
        return len(steps) - 1
    return max(int(np.searchsorted(steps, step, side="right")) - 1, 0)


def shown_step(step: int, wanted: int | None) -> str:
    """The shown step as text for a title, with the requested step if it differs."""
    return f"step {step}" if wanted in (None, step) else f"step {step} (nearest to {wanted})"


def column_edges(steps: np.ndarray) -> np.ndarray:
    """float64[S + 1]: edges of the columns, half-way between neighbouring samples."""
    steps = np.asarray(steps, np.float64)
    if len(steps) < 2:
        return np.array([steps[0] - 0.5, steps[0] + 0.5])
    middle = steps[:-1] + np.diff(steps) / 2
    return np.concatenate([[2 * steps[0] - middle[0]], middle, [2 * steps[-1] - middle[-1]]])


def pooled(
    steps: np.ndarray, values: np.ndarray, how: str = "max"
) -> tuple[np.ndarray, np.ndarray]:
    """Pools to at most `WIDTH` samples: steps [C] and values [C, ...]. A NaN makes its column NaN."""
    first = pooling.starts(len(steps), WIDTH)
    return pooling.last_of(steps, first), pooling.pool(np.asarray(values), first, how)


def paint_cells(ax: Axes, steps: np.ndarray, cells: np.ndarray, color: str) -> None:
    """Paints the marked cells of a heatmap, bool[S, N], in one colour."""
    if cells.any():
        paint = np.ma.masked_where(~cells.T, np.ones(cells.T.shape))
        edges = column_edges(steps), np.arange(cells.shape[1] + 1)
        ax.pcolormesh(*edges, paint, cmap=ListedColormap([color]), rasterized=True)


def height_of(rows: int) -> float:
    """Height in inches of a figure with this many named rows."""
    return min(max(2.5, ROW * rows + 1.2), TALLEST)


def name_rows(ax: Axes, names: Sequence[str]) -> None:
    """Labels the y axis with a name at the middle of each row, as many as are legible."""
    inches = ax.get_window_extent().height / ax.figure.dpi
    every = max(1, math.ceil(len(names) / max(4, inches * NAMES_PER_INCH)))
    ticks = range(0, len(names), every)
    ax.set_yticks([t + 0.5 for t in ticks], [plain(names[t], LONGEST) for t in ticks], fontsize=8)
    ax.set_ylim(len(names), 0)


def mark_not_finite(ax: Axes, steps: np.ndarray, values: np.ndarray) -> None:
    """Draws a red mark at the bottom of the axes for each non-finite value."""
    bad = np.asarray(steps)[~np.isfinite(values)]
    if len(bad):
        transform = ax.get_xaxis_transform()
        at = np.zeros(len(bad))
        ax.plot(bad, at, "|", color=BAD, transform=transform, clip_on=False, label="not finite")
