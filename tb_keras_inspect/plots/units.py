"""Dead units over time: how many in each layer, and which ones."""

from __future__ import annotations

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize

from tb_keras_inspect.plots.axes import (
    BAD,
    DEAD,
    at_step,
    axes_of,
    column_edges,
    paint_cells,
    plain,
    pooled,
)
from tb_keras_inspect.store import NotRecordedError, RunData

MOST_LINES = 12  # layers that can be distinguished; those with the most dead units are drawn
DEPTH = 1e-3  # fraction of the largest activity at which colours begin


def dead_units(run: RunData, layers: list[str] | None = None, ax: Axes | None = None) -> Axes:
    """Draws the fraction of dead units in each layer.

    Args:
        run: From `load_run`.
        layers: Names of sites. Defaults to None: those with the most dead units, at most 12.
        ax: Axes to draw into. Defaults to None: a new figure.

    Returns:
        The axes. Dead means zero for every input in the window of samples that ends at the step; the
        window is stated below the plot.

    Raises:
        NotRecordedError: if no units were recorded.

    Example:

    ```python
    plots.dead_units(run, ["hidden_1", "hidden_2"])
    ```
    """
    names = run.units_at().names if layers is None else layers
    found = {name: run.units(name) for name in names}
    if layers is None:
        worst = sorted(found, key=lambda name: -found[name].dead.mean())[:MOST_LINES]
        found = {name: units for name, units in found.items() if name in worst}
    if not found:
        raise NotRecordedError("layer with units", "", ())
    ax = axes_of(ax)
    for name, units in found.items():
        share = units.dead.mean(axis=1) if units.dead.shape[1] else np.zeros(len(units.steps))
        steps, share = pooled(units.steps, share)
        ax.plot(steps, 100 * share, label=plain(name, 24))
    window = next(iter(found.values())).window
    ax.set(ylim=(-2, 102), ylabel="dead units, %", title=plain(run.name))
    ax.set_xlabel(f"training step\ndead: zero in {plain(window)}")
    ax.legend(fontsize=8, frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    ax.grid(axis="y", alpha=0.3)
    return ax


def unit_activity(run: RunData, layer: str, sort: bool = True, ax: Axes | None = None) -> Axes:
    """Draws every unit of one layer, one row per unit, coloured by its largest magnitude in the batch.

    Args:
        run: From `load_run`.
        layer: Name of a site.
        sort: Whether to show the units that die first at the top, instead of in layer order.
        ax: Axes to draw into. Defaults to None: a new figure.

    Returns:
        The axes. Dark cells are dead; red ones are non-finite.

    Raises:
        NotRecordedError: if no units were recorded for the layer.

    Example:

    ```python
    plots.unit_activity(run, "hidden_2")
    ```
    """
    units = run.units(layer)
    at_step(units.steps, None)
    steps, activity = pooled(units.steps, units.max_abs)
    _, dead = pooled(units.steps, units.dead, "min")  # if it is always dead
    if sort:
        order = np.argsort(-dead.sum(axis=0), kind="stable")
        activity, dead = activity[:, order], dead[:, order]
    ax = axes_of(ax, height=4)
    edges = column_edges(steps), np.arange(activity.shape[1] + 1)
    colors = matplotlib.colormaps["viridis"]
    shown = np.ma.masked_invalid(np.where(dead, np.nan, activity).T)
    mesh = ax.pcolormesh(*edges, shown, norm=_norm(shown), cmap=colors, rasterized=True)
    paint_cells(ax, steps, np.asarray(dead, bool), DEAD)
    paint_cells(ax, steps, ~np.isfinite(activity), BAD)
    ax.invert_yaxis()
    by = "units, dead longest first" if sort else "unit"
    title = f"{plain(run.name)}: {plain(layer)} (dark: dead)"
    ax.set(xlabel="training step", ylabel=by, title=title)
    ax.figure.colorbar(mesh, ax=ax, label="largest magnitude in the batch")
    return ax


def _norm(values: np.ma.MaskedArray) -> Normalize:
    most = float(values.max()) if values.count() else 0.0
    return LogNorm(DEPTH * most, most, clip=True) if most > 0 else Normalize(0, 1)
