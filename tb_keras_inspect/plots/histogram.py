"""Histograms of one tensor over time."""

from __future__ import annotations

import matplotlib
import numpy as np
from matplotlib.axes import Axes

from tb_keras_inspect.plots.axes import WIDTH, axes_of, column_edges, plain
from tb_keras_inspect.store import RunData
from tb_keras_inspect.store.tables import pooling

MOST_LABELS = 9
NEAR_ZERO = 0.005  # fraction of all elements


def histograms(run: RunData, name: str, kind: str = "gradient", ax: Axes | None = None) -> Axes:
    """Draws the distribution of the elements of a tensor over time.

    Args:
        run: From `load_run`.
        name: Path of a variable, or name of a site.
        kind: "gradient", "weight", "update" or "activation".
        ax: Axes to draw into. Defaults to None: a new figure.

    Returns:
        The axes, with a colour bar. There is one column per sampled step, with the non-empty bins
        upwards, by sign and power of two. Colour is the fraction of the finite elements at that step.
        Bins close to 0 that together hold less than 0.5% of all elements are merged. Non-finite
        elements are in no bin; see `run.table(kind).select("nonfinite_count")`.

    Raises:
        NotRecordedError: if there are no histograms.
        ValueError: if all of them are empty.

    Example:

    ```python
    plots.histograms(run, "conv2d/kernel", kind="weight")
    ```
    """
    data = run.histogram(kind, name)
    if not data.counts.any():
        raise ValueError(f"Expected histograms with counts in them. Received: {name!r}, all empty")
    first = pooling.starts(len(data.steps), WIDTH)
    steps = pooling.last_of(data.steps, first)
    counts, edges = _near_zero_as_one(data.counts, data.edges)
    filled = np.flatnonzero(counts.any(axis=0))
    bins = slice(filled[0], filled[-1] + 1)
    counts = pooling.pool_sum(counts[:, bins], first).astype(np.float64)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    ax = axes_of(ax)
    rows = np.arange(share.shape[1] + 1)
    shown = np.ma.masked_equal(100 * share.T, 0)
    colors = matplotlib.colormaps["viridis"]
    mesh = ax.pcolormesh(column_edges(steps), rows, shown, cmap=colors, rasterized=True)
    _label_bins(ax, edges[bins.start : bins.stop + 1])
    ax.set(xlabel="training step", ylabel="value", title=f"{plain(run.name)}: {kind} {plain(name)}")
    ax.figure.colorbar(mesh, ax=ax, label="elements, %")
    return ax


def _near_zero_as_one(counts: np.ndarray, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Merges the bins of small magnitudes that hold few elements. Returns counts [S, B] and edges."""
    middle = counts.shape[1] // 2
    totals = counts.sum(axis=0, dtype=np.float64)
    by_magnitude = totals[middle:] + np.where(np.arange(middle + 1) > 0, totals[middle::-1], 0)
    few = int(np.searchsorted(np.cumsum(by_magnitude), NEAR_ZERO * totals.sum(), side="right"))
    reach = max(few - 1, 0)
    inner = counts[:, middle - reach : middle + reach + 1].sum(axis=1, dtype=counts.dtype)
    left, right = counts[:, : middle - reach], counts[:, middle + reach + 1 :]
    kept = np.concatenate([edges[: middle - reach + 1], edges[middle + reach + 1 :]])
    return np.concatenate([left, inner[:, None], right], axis=1), kept


def _label_bins(ax: Axes, edges: np.ndarray) -> None:
    """Labels the axis with powers of two, evenly spaced."""
    ticks = np.unique(np.linspace(0, len(edges) - 1, MOST_LABELS).astype(int))
    ax.set_yticks(ticks, [f"{edges[tick]:.1e}" if edges[tick] else "0" for tick in ticks])
    ax.tick_params(axis="y", labelsize=8)
