"""The graph of the model, with a number on each layer."""

from __future__ import annotations

import itertools
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LogNorm, Normalize
from matplotlib.patches import FancyBboxPatch

from tb_keras_inspect.plots.axes import BAD, at_step, axes_of, plain, shown_step
from tb_keras_inspect.plots.graph_layout import layered
from tb_keras_inspect.store import RunData
from tb_keras_inspect.store.model.model import ModelInfo

BOX_WIDTH, BOX_HEIGHT = 0.86, 0.62
NOTHING = "#f1f3f4"
LOG_FROM = 10.0
MOST_LAYERS = 150


def model_graph(
    run: RunData,
    kind: str | None = "gradient",
    statistic: str = "l2",
    step: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draws the innermost layers as boxes, inputs at the top, coloured by a statistic.

    Args:
        run: From `load_run`.
        kind: "gradient", "weight" or "update" (the largest over the variables of a layer), or
            "activation"; None for no colours.
        statistic: As for `StatTable.select`.
        step: Shows the newest sample at or before this step, or the first one if there is none.
            Defaults to None: the newest sample.
        ax: Axes to draw into. Defaults to None: a new figure.

    Returns:
        The axes. A layer without such a number is grey; one with a non-finite number is red.

    Raises:
        NotRecordedError: if the run lacks the model, the kind or the statistic.
        ValueError: if the model has more than 150 innermost layers, too many for a figure.

    Example:

    ```python
    plots.model_graph(run, "activation", "dead_fraction")
    ```
    """
    model = run.model
    nodes = _innermost(model)
    if len(nodes) > MOST_LAYERS:
        raise ValueError(f"Expected at most {MOST_LAYERS} layers. Received: {len(nodes)}")
    edges = [*model.edges] or list(itertools.pairwise(nodes))
    places = layered(nodes, edges)
    rows = max((row for row, _ in places.values()), default=0) + 1
    across = max((abs(x) for _, x in places.values()), default=0)
    ax = axes_of(ax, max(3.6, 2.1 * (2 * across + 1)), max(2.0, 0.52 * rows + 0.8))
    values: dict[int, float] = {}
    title = plain(run.name)
    if kind is not None:
        values, at = _values(run, kind, statistic, step)
        title += f"\n{kind} {plain(statistic)}, {at}"
    norm = _norm([v for v in values.values() if np.isfinite(v)])
    colors = matplotlib.colormaps["viridis"]
    for source, target in edges:
        if source in places and target in places:
            _arrow(ax, places[source], places[target])
    for node, (row, x) in places.items():
        _box(ax, model, node, x, row, values.get(node), colors, norm)
    ax.set(xlim=(-across - 0.6, across + 0.6), ylim=(rows - 0.4, -0.6), xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    ax.set_title(title, fontsize=10)
    if any(np.isfinite(v) for v in values.values()):
        label = f"{kind} {plain(statistic)}"
        ax.figure.colorbar(ScalarMappable(norm, colors), ax=ax, shrink=0.7, label=label)
    return ax


def _innermost(model: ModelInfo) -> list[int]:
    """The layers at the ends of edges, or, if no edges are known, those that contain no others."""
    outer = {layer.parent for layer in model.layers}
    at_edges = {end for edge in model.edges for end in edge}
    if at_edges:  # a layer without edges is not used
        return sorted(at_edges)
    return [n for n in range(len(model.layers)) if n not in outer]


def _values(
    run: RunData, kind: str, statistic: str, step: int | None
) -> tuple[dict[int, float], str]:
    """The largest number over the rows of each layer; non-finite if any row is."""
    table, model = run.table(kind), run.model
    index = at_step(table.steps, step)
    now = dict(zip(table.names, table.select(statistic)[index].tolist(), strict=True))
    owners = [(v.path, v.layer) for v in model.variables]
    if kind == "activation":
        owners = [(site.name, site.layer) for site in model.sites]
    found: dict[int, float] = {}
    for name, layer in owners:
        if name in now and layer >= 0:
            found[layer] = float(np.maximum(found.get(layer, -np.inf), now[name]))
    if statistic in (
        "dead_fraction",
        "saturated_fraction",
    ):  # NaN there means that it does not apply
        found = {layer: value for layer, value in found.items() if not np.isnan(value)}
    return found, shown_step(int(table.steps[index]), step)


def _norm(values: list[float]) -> Normalize:
    positive = [v for v in values if v > 0]
    if positive and len(positive) == len(values) and max(positive) > LOG_FROM * min(positive):
        return LogNorm(min(positive), max(positive))
    return Normalize(min(values, default=0), max(values, default=1))


def _arrow(ax: Axes, source: tuple[int, float], target: tuple[int, float]) -> None:
    (row, x), (to_row, to_x) = source, target
    start, end, bend = (x, row + BOX_HEIGHT / 2), (to_x, to_row - BOX_HEIGHT / 2), 0.0
    if to_row - row > 1:  # beside the boxes in between
        start, end, bend = (x + BOX_WIDTH / 2, row), (to_x + BOX_WIDTH / 2, to_row), -0.25
    ax.annotate(
        "",
        end,
        start,
        arrowprops={
            "arrowstyle": "-|>",
            "color": "#80868b",
            "linewidth": 1,
            "connectionstyle": f"arc3,rad={bend}",
            "shrinkA": 0,
            "shrinkB": 0,
        },
    )


def _box(
    ax: Axes,
    model: ModelInfo,
    node: int,
    x: float,
    row: int,
    value: float | None,
    colors: Colormap,
    norm: Normalize,
) -> None:
    layer = model.layers[node]
    color: Any = NOTHING if value is None else BAD
    if value is not None and np.isfinite(value):
        color = colors(norm(value))
    corner = (x - BOX_WIDTH / 2 + 0.05, row - BOX_HEIGHT / 2 + 0.05)
    size = BOX_WIDTH - 0.1, BOX_HEIGHT - 0.1
    style = "round,pad=0.05,rounding_size=0.08"
    ax.add_patch(FancyBboxPatch(corner, *size, style, facecolor=color, edgecolor="#5f6368"))
    red, green, blue, *_ = matplotlib.colors.to_rgb(color)
    ink = "black" if 0.3 * red + 0.59 * green + 0.11 * blue > 0.5 else "white"
    number = "" if value is None else f"  {value:.2g}"
    text = f"{plain(layer.path.rpartition('/')[2], 22)}\n{plain(layer.class_name, 20)}{number}"
    ax.text(x, row, text, ha="center", va="center", fontsize=7, color=ink, linespacing=1.1)
