"""Draws what a tool was asked for, as a PNG."""

import io
import threading
from collections.abc import Callable
from typing import Any

import matplotlib
import matplotlib.pyplot as plt

from tb_keras_inspect import plots
from tb_keras_inspect.store import RunData

# Of each picture: how it is drawn, and which of `name`, `step` and `sample` it takes.
PICTURES: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "overview": (plots.overview, ()),
    "loss": (plots.loss, ()),
    "gradient_flow": (plots.gradient_flow, ("step",)),
    "gradients_over_time": (plots.over_time, ()),
    "dead_units": (plots.dead_units, ()),
    "unit_activity": (plots.unit_activity, ("name",)),
    "histograms": (plots.histograms, ("name",)),
    "activation_maps": (plots.activation_maps, ("name", "step", "sample")),
    "attention": (plots.attention, ("name", "step", "sample")),
    "kernels": (plots.kernels, ("name", "step")),
    "activation_function": (plots.activation_function, ("name", "step")),
    "model_graph": (plots.model_graph, ("step",)),
}
DPI = 80
_drawing = threading.Lock()  # pyplot keeps all figures in one list


def draw(run: RunData, picture: str, name: str, step: int | None, sample: int) -> bytes:
    """Returns a PNG.

    Raises:
        ValueError: If there is no such picture, or it needs a name.
        NotRecordedError: If what it shows was not recorded.
    """
    if picture not in PICTURES:
        raise ValueError(f"There is no picture {picture!r}. Pictures: {', '.join(PICTURES)}")
    function, takes = PICTURES[picture]
    if "name" in takes and not name:
        raise ValueError(f"The picture {picture!r} needs the `name` of a layer or variable")
    given = {"name": name, "step": step, "sample": sample}
    arguments = [given["name"]] if "name" in takes else []
    options = {key: given[key] for key in takes if key != "name"}
    with _drawing:
        matplotlib.use("agg")
        try:
            drawn = function(run, *arguments, **options)
            figure = drawn.figure if hasattr(drawn, "figure") and drawn.figure else drawn
            data = io.BytesIO()
            figure.savefig(data, format="png", dpi=DPI)
        finally:
            plt.close("all")
    return data.getvalue()
