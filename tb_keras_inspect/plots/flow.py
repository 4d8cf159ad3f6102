"""One statistic of all rows of a table, by layer at one step and over time."""

from __future__ import annotations

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize

from tb_keras_inspect.catalog.statistic import Format, Scale
from tb_keras_inspect.catalog.statistics import find
from tb_keras_inspect.plots.axes import (
    BAD,
    UNKNOWN,
    at_step,
    axes_of,
    column_edges,
    height_of,
    name_rows,
    paint_cells,
    plain,
    pooled,
    shown_step,
)
from tb_keras_inspect.store import RunData
from tb_keras_inspect.store.tables.table import StatTable

LOG_FROM = 20.0  # ratio of largest to smallest value from which colours are logarithmic


def gradient_flow(
    run: RunData,
    step: int | None = None,
    kind: str = "gradient",
    statistic: str = "l2",
    kernels_only: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Draws one statistic by layer, inputs first: a dot for one step, a bar for the whole run.

    Args:
        run: From `load_run`.
        step: Shows the newest sample at or before this step, or the first one if there is none.
            Defaults to None: the newest sample.
        kind: As for `RunData.table`.
        statistic: As for `StatTable.select`.
        kernels_only: Whether to leave out variables of rank 1 (biases, scales) if there are others.
        ax: Axes to draw into. Defaults to None: a new figure.

    Returns:
        The axes. Bars span the smallest to the largest finite value of the run. A red cross marks a
        row that is non-finite at the step. A value of 0, which a logarithmic axis cannot show, is at
        the left edge. A statistic with a sign has 0 in the middle of the axis.

    Raises:
        NotRecordedError: if the run lacks the kind or the statistic.

    Example:

    ```python
    plots.gradient_flow(run, step=0)
    ```
    """
    table = run.table(kind)
    index = at_step(table.steps, step)
    rows = _rows(run, table, kernels_only)
    values = np.asarray(table.select(statistic)[:, rows], np.float64)
    ax = axes_of(ax, height=height_of(len(rows)))
    middle = np.arange(len(rows)) + 0.5
    low, high = _range(values)
    logarithmic = _is_logarithmic(values, statistic)
    floor = _floor(values) if logarithmic else -np.inf
    ax.barh(middle, np.maximum(high, floor) - np.maximum(low, floor), 0.5,
            left=np.maximum(low, floor), color="#c6dafc", label="range over the run")  # fmt: skip
    now = values[index]
    good = np.isfinite(now)
    ax.plot(np.maximum(now[good], floor), middle[good], "o", color="#174ea6", markersize=5,
            label=shown_step(int(table.steps[index]), step))  # fmt: skip
    if logarithmic:
        ax.set_xscale("log")
        ax.set_xlim(left=floor)
    elif _has_sign(statistic):
        most = 1.05 * _largest_magnitude(values)
        ax.set_xlim(-most, most)
        ax.axvline(0, color=UNKNOWN, linewidth=1, zorder=0)
    _mark_bad(ax, middle[~good], table, index, rows)
    name_rows(ax, [table.names[row] for row in rows])
    ax.set(xlabel=f"{kind} {plain(statistic)}", title=plain(run.name))
    ax.grid(axis="x", alpha=0.3)
    ax.legend(fontsize=8, frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return ax


def over_time(
    run: RunData,
    kind: str = "gradient",
    statistic: str = "l2",
    kernels_only: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Draws one statistic as colours: one row per layer, inputs first, one column per sampled step.

    Args:
        run: From `load_run`.
        kind: As for `RunData.table`.
        statistic: As for `StatTable.select`.
        kernels_only: As for `gradient_flow`.
        ax: Axes to draw into. Defaults to None: a new figure.

    Returns:
        The axes, with a colour bar. Red cells are non-finite, grey ones were not recorded. If there
        are more than 1500 samples, neighbours share a column that shows their largest value.

    Raises:
        NotRecordedError: if the run lacks the kind or the statistic.

    Example:

    ```python
    plots.over_time(run, "update", "ratio")
    ```
    """
    table = run.table(kind)
    at_step(table.steps, None)
    rows = _rows(run, table, kernels_only)
    steps, values = pooled(table.steps, table.select(statistic)[:, rows])
    ax = axes_of(ax, height=height_of(len(rows)))
    norm, colors = _norm(values, statistic)
    mesh = ax.pcolormesh(
        column_edges(steps),
        np.arange(len(rows) + 1),
        np.ma.masked_invalid(values.T),
        norm=norm,
        cmap=matplotlib.colormaps[colors],
        rasterized=True,
    )
    _paint_bad(ax, steps, table, rows, values)
    name_rows(ax, [table.names[row] for row in rows])
    ax.set(xlabel="training step", title=plain(run.name))
    ax.figure.colorbar(mesh, ax=ax, label=f"{kind} {plain(statistic)}")
    return ax


def _rows(run: RunData, table: StatTable, kernels_only: bool) -> list[int]:
    every = list(range(len(table.names)))
    if not kernels_only or "model" not in run.kinds:
        return every
    flat = {variable.path for variable in run.model.variables if len(variable.shape) < 2}
    kernels = [row for row in every if table.names[row] not in flat]
    return kernels or every


def _range(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Smallest and largest finite value of each row, or NaN if there is none."""
    finite = np.isfinite(values)
    low = np.where(finite, values, np.inf).min(axis=0)
    high = np.where(finite, values, -np.inf).max(axis=0)
    none = ~finite.any(axis=0)
    return np.where(none, np.nan, low), np.where(none, np.nan, high)


def _floor(values: np.ndarray) -> float:
    """A value slightly below the smallest positive one."""
    return float(values[np.isfinite(values) & (values > 0)].min()) / 2


def _mark_bad(ax: Axes, where: np.ndarray, table: StatTable, index: int, rows: list[int]) -> None:
    if table.recorded is not None:
        where = where[table.recorded[index, rows][(where - 0.5).astype(int)]]
    if len(where):
        at = np.full(len(where), 0.99)
        ax.plot(at, where, "x", color=BAD, transform=ax.get_yaxis_transform(), label="not finite")


def _has_sign(statistic: str) -> bool:
    known = find(statistic)
    return known is not None and known.scale is Scale.DIVERGING


def _is_logarithmic(values: np.ndarray, statistic: str) -> bool:
    """Whether the values suit a logarithm; it would hide those below zero."""
    known = find(statistic)
    if known is not None and known.scale is not Scale.LOG:
        return False
    finite = values[np.isfinite(values)]
    return bool((finite > 0).any() and not (finite < 0).any())


def _largest_magnitude(values: np.ndarray) -> float:
    """Of the finite values; 1 where it would be zero, which spans nothing."""
    return float(np.abs(values[np.isfinite(values)]).max(initial=0.0)) or 1.0


def _norm(values: np.ndarray, statistic: str) -> tuple[Normalize, str]:
    known = find(statistic)
    if known is not None and known.format is Format.PERCENT:
        return Normalize(0, 1), "viridis"
    if _has_sign(statistic):
        most = _largest_magnitude(values)
        return Normalize(-most, most), "RdBu_r"
    if _is_logarithmic(values, statistic):
        positive = values[np.isfinite(values) & (values > 0)]
        if positive.max() > LOG_FROM * positive.min():
            return LogNorm(positive.min(), positive.max(), clip=True), "viridis"
    return Normalize(), "viridis"


def _paint_bad(
    ax: Axes, steps: np.ndarray, table: StatTable, rows: list[int], values: np.ndarray
) -> None:
    """Colours of cells without a finite value: grey if nothing was recorded, otherwise red."""
    there = np.ones(values.shape, bool)
    if table.recorded is not None:
        there = pooled(table.steps, table.recorded[:, rows])[1]
    paint_cells(ax, steps, there & ~np.isfinite(values), BAD)
    paint_cells(ax, steps, ~there, UNKNOWN)
