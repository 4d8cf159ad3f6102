"""Activation maps, kernels and attention: many small pictures on one set of axes."""

from __future__ import annotations

from typing import Literal

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize

from tb_keras_inspect.plots.axes import BAD, at_step, axes_of, plain, shown_step
from tb_keras_inspect.plots.mosaic import mosaic
from tb_keras_inspect.records import DecodedMap
from tb_keras_inspect.store import RunData

GAP_COLOR = "#ffffff"
IN_A_ROW = 4  # heads
LONG = 3.0  # aspect ratio from which pixels are not square


def activation_maps(
    run: RunData,
    layer: str,
    step: int | None = None,
    sample: int = 0,
    channels: int = 64,
    ax: Axes | None = None,
) -> Axes:
    """Draws the output of a layer for one probe sample, one tile per channel.

    Args:
        run: From `load_run`.
        layer: Name of a site.
        step: Shows the newest snapshot at or before this step, or the first one if there is none.
            Defaults to None: the newest snapshot.
        sample: Number of the probe sample.
        channels: Maximum number of channels to show.
        ax: Axes to draw into. Defaults to None: a new figure.

    Returns:
        The axes, with one colour bar for all tiles. Red pixels are non-finite.

    Raises:
        NotRecordedError: if there are no maps of the layer.
        ValueError: if there is no such sample.

    Example:

    ```python
    plots.activation_maps(run, "conv2d", sample=1)
    ```
    """
    record, at = _record(run, layer, "maps", step)
    tiles = _sample(record.values, sample)[:channels]
    dead = int(record.dead[:channels].sum())
    what = f"{len(tiles)} of {record.full_shape[-1]} channels" if len(tiles) > 1 else "1 channel"
    note = f", {dead} zero for every probe sample" if dead else ""
    title = f"{plain(run.name)}: {plain(layer)}, {at}\nsample {sample}, {what}{note}"
    return _draw(ax, tiles, title, signed=bool((tiles < 0).any()), label="output")


def kernels(
    run: RunData,
    variable: str,
    step: int | None = None,
    units: int = 64,
    ax: Axes | None = None,
) -> Axes:
    """Draws weights as pictures.

    A convolution has one tile per unit and input channel, with channels downwards and units to the
    right. Any other variable is one picture, with inputs downwards and units to the right.

    Args:
        run: From `load_run`.
        variable: Path of a variable of rank 2 or higher.
        step: As for `activation_maps`.
        units: Maximum number of units of a convolution to show.
        ax: Axes to draw into. Defaults to None: a new figure.

    Returns:
        The axes, with a colour bar centred on 0. Red pixels are non-finite.

    Raises:
        NotRecordedError: if there are no pictures of the variable.

    Example:

    ```python
    plots.kernels(run, "conv2d/kernel")
    ```
    """
    record, at = _record(run, variable, "kernels", step)
    values = record.values
    title = f"{plain(run.name)}: {plain(variable)}, {at}"
    if record.layout != "kernel":
        title += f"\n{values.shape[2]} inputs (down) x {values.shape[3]} units"
        return _draw(ax, values[0, :1], title, signed=True, label="weight")
    tiles = values[:, :units]  # inputs, units, height, width
    inputs, shown = tiles.shape[:2]
    columns = shown if inputs > 1 else None
    title += f"\n{shown} units" + (f" to the right, {inputs} inputs down" if inputs > 1 else "")
    return _draw(ax, tiles.reshape(-1, *tiles.shape[2:]), title, True, "weight", columns)


def attention(
    run: RunData,
    layer: str,
    step: int | None = None,
    sample: int = 0,
    head: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draws attention scores, queries downwards and keys to the right, one tile per head.

    Args:
        run: From `load_run`.
        layer: Name of a call of an attention layer.
        step: As for `activation_maps`.
        sample: Number of the probe sample.
        head: A single head. Defaults to None: all recorded heads.
        ax: Axes to draw into. Defaults to None: a new figure.

    Returns:
        The axes, with a colour bar from 0 to the largest score.

    Raises:
        NotRecordedError: if there are no scores of the layer.
        ValueError: if there is no such sample or head.

    Example:

    ```python
    plots.attention(run, "attention", head=0)
    ```
    """
    record, at = _record(run, layer, "attention", step)
    tiles = _sample(record.values, sample)
    if head is not None:
        if not 0 <= head < len(tiles):
            raise ValueError(f"Expected a head from 0 to {len(tiles) - 1}. Received: {head}")
        tiles = tiles[head : head + 1]
    which = f"head {head}" if head is not None else f"{len(tiles)} heads"
    title = f"{plain(run.name)}: {plain(layer)}, {at}\nsample {sample}, {which}"
    columns = len(tiles) if len(tiles) <= IN_A_ROW else None
    ax = _draw(ax, tiles, title, signed=False, label="score", columns=columns)
    ax.set(xlabel="key", ylabel="query")
    return ax


def _record(run: RunData, name: str, kind: str, step: int | None) -> tuple[DecodedMap, str]:
    found = run.maps(name, kind)
    index = at_step(found.steps, step)
    return found.record(index), shown_step(int(found.steps[index]), step)


def _sample(values: np.ndarray, sample: int) -> np.ndarray:
    if not 0 <= sample < len(values):
        raise ValueError(f"Expected a sample from 0 to {len(values) - 1}. Received: {sample}")
    chosen: np.ndarray = values[sample]
    return chosen


def _draw(
    ax: Axes | None,
    tiles: np.ndarray,
    title: str,
    signed: bool,
    label: str,
    columns: int | None = None,
) -> Axes:
    picture = mosaic(tiles, columns)
    ratio = picture.shape[0] / picture.shape[1]
    aspect: Literal["equal", "auto"] = "equal" if 1 / LONG < ratio < LONG else "auto"
    ax = axes_of(ax, 6, min(max(5 * ratio, 2.0), 5.0))
    finite = picture[np.isfinite(picture.filled(np.nan))]
    most = float(np.abs(finite).max()) if finite.count() else 1.0
    low, high = (-most, most) if signed else (0.0, most)
    colors = matplotlib.colormaps["RdBu_r" if signed else "viridis"].with_extremes(bad=GAP_COLOR)
    norm = Normalize(low, high or 1.0)
    image = ax.imshow(picture, cmap=colors, norm=norm, aspect=aspect, interpolation="nearest")
    bad = ~picture.mask & np.isnan(picture.data) if np.ndim(picture.mask) else np.isnan(picture)
    if bad.any():
        red = matplotlib.colors.ListedColormap([BAD])
        paint = np.ma.masked_where(~bad, np.ones(bad.shape))
        ax.imshow(paint, cmap=red, aspect=aspect, interpolation="nearest")
    ax.set(xticks=[], yticks=[])
    ax.set_title(title, fontsize=10)
    ax.spines[:].set_visible(False)
    ax.figure.colorbar(image, ax=ax, label=label, shrink=0.8)
    return ax
