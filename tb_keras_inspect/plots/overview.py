"""A run on one page."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tb_keras_inspect.plots.axes import plain
from tb_keras_inspect.plots.flow import gradient_flow, over_time
from tb_keras_inspect.plots.loss import loss
from tb_keras_inspect.plots.units import dead_units
from tb_keras_inspect.store import NotRecordedError, RunData


def overview(run: RunData) -> Figure:
    """Draws the loss with findings, gradients by layer, gradients over time, and dead units.

    Args:
        run: From `load_run`.

    Returns:
        A figure with four axes. Axes without recorded data say so.

    Example:

    ```python
    plots.overview(run).savefig("run.png")
    ```
    """
    figure, places = plt.subplots(2, 2, figsize=(13, 8), layout="constrained")
    figure.suptitle(plain(run.name))
    drawings: dict[str, Callable[..., Axes]] = {
        "Loss": loss,
        "Gradient of each layer": gradient_flow,
        "Gradients over time": over_time,
        "Dead units": dead_units,
    }
    for (title, draw), ax in zip(drawings.items(), places.flat, strict=True):
        try:
            draw(run, ax=ax).set_title(title)
        except (NotRecordedError, ValueError) as error:
            ax.text(0.5, 0.5, str(error).replace("$", r"\$"), ha="center", va="center", wrap=True)
            ax.set_axis_off()
    return figure
