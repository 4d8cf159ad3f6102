"""The picture of a coordinate check."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from tb_keras_inspect.plots.axes import axes_of

MOST = 10  # lines with a name


def coordinates(check: Any, ax: Axes | None = None) -> Axes:
    """Draws what training changes in each layer's output, over the width, with its exponent.

    Args:
        check: From `coordinate_check`.
        ax: Axes to draw into. Defaults to None: a new figure.

    Returns:
        The axes. Level lines mean that the model learns alike at each width.

    Example:

    ```python
    from tb_keras_inspect import coordinate_check


    def make_model(width):
        model = keras.Sequential([keras.layers.Dense(width), keras.layers.Dense(1)])
        model.compile("adam", "mse")
        return model


    plots.coordinates(coordinate_check(make_model, [16, 64], (x, y), steps=2, seeds=1))
    ```
    """
    ax = axes_of(ax)
    by_exponent = sorted(
        check.layers, key=lambda name: -abs(np.nan_to_num(check.exponents[name], nan=0.0))
    )
    named = set(by_exponent[:MOST])
    for position, name in enumerate(check.layers):
        values = np.where(
            check.changes[:, -1, position] > 0, check.changes[:, -1, position], np.nan
        )
        exponent = check.exponents[name]
        label = f"{name}: {exponent:+.2f}" if name in named else None
        ax.plot(check.widths, values, "o-", linewidth=1, markersize=4, label=label)
    ax.set(xlabel="width", ylabel=f"change of the output after {check.changes.shape[1]} steps, RMS")
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    ax.set_title("Stable" if check.is_stable else "Not stable", fontsize=10)
    ax.legend(fontsize=8, frameon=False, title="exponent of the width")
    return ax
