"""An activation function over the pre-activations it received."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from tb_keras_inspect.plots.axes import axes_of, plain, shown_step
from tb_keras_inspect.records import DecodedActivationFunction
from tb_keras_inspect.store import RunData


def activation_function(
    run: RunData, layer: str, step: int | None = None, ax: Axes | None = None
) -> Axes:
    """Draws the function over the range of its pre-activations, with their histogram.

    Args:
        run: From `load_run`.
        layer: Name of a layer call, see `run.activation_functions().functions`.
        step: Shows the newest snapshot at or before this step, or the first one if there is none.
            Defaults to None: the newest snapshot.
        ax: Axes to draw into. Defaults to None: a new figure. The histogram has a separate
            y axis.

    Returns:
        The axes of the curve. The title states the fraction of pre-activations where the function is
        flat (its slope is less than 1/40 of the steepest).

    Raises:
        NotRecordedError: if the function was not recorded.

    Example:

    ```python
    plots.activation_function(run, "hidden_1", step=0)
    ```
    """
    found = run.activation_functions(step, [layer])
    if layer not in found.functions:
        raise ValueError(f"Expected an activation function that can be read. Received: {layer!r}")
    item = found.functions[layer]
    ax = axes_of(ax, 6, 3.5)
    beside = ax.twinx()
    widths = np.diff(item.edges)
    beside.bar(item.edges[:-1], item.counts, widths, align="edge", color="#d2e3fc")
    beside.set_ylabel("pre-activations", color="#5f83b8")
    beside.tick_params(axis="y", colors="#5f83b8")
    if item.curve is not None:
        ax.plot(item.edges, item.curve, color="#174ea6", linewidth=2)
    ax.set_zorder(beside.get_zorder() + 1)  # draws the curve above the bars
    ax.patch.set_visible(False)
    ax.set(xlabel="pre-activation", ylabel=f"{plain(item.function)} of it")
    where = f"{plain(run.name)}: {plain(layer)}, {shown_step(found.step, step)}"
    ax.set_title(f"{where}\n{_words(item)}", fontsize=10)
    return ax


def _words(item: DecodedActivationFunction) -> str:
    parts = [] if item.curve is not None else [f"no curve: {plain(item.reason)}"]
    if np.isfinite(item.flat_fraction):
        parts.append(f"{100 * item.flat_fraction:.0f} % on the flat parts")
    if item.nonfinite:
        parts.append(f"{item.nonfinite} not finite")
    return ", ".join(parts)
