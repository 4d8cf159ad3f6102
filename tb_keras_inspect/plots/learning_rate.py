"""The curve of a search for a learning rate."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from tb_keras_inspect.plots.axes import axes_of, mark_not_finite


def learning_rate(curve: Any, ax: Axes | None = None) -> Axes:
    """Draws loss over learning rate, and the suggested rate.

    Args:
        curve: From `find_learning_rate`.
        ax: Axes to draw into. Defaults to None: a new figure.

    Returns:
        The axes. A red mark at the bottom stands for a non-finite loss.

    Example:

    ```python
    from tb_keras_inspect import find_learning_rate

    plots.learning_rate(find_learning_rate(model, (x, y), steps=20, trials=0))
    ```
    """
    ax = axes_of(ax)
    rates, losses = np.asarray(curve.rates), np.asarray(curve.losses)
    ax.plot(rates, losses, color="#9aa0a6", linewidth=1, label="range test, each batch")
    ax.plot(rates, curve.smoothed, color="#1a73e8", label="range test, smoothed")
    mark_not_finite(ax, rates, losses)
    finite = {rate: loss for rate, loss in curve.trials.items() if np.isfinite(loss)}
    if finite:
        ax.plot(
            list(finite),
            list(finite.values()),
            "o-",
            color="#188038",
            label="short runs, at their end",
        )
    if curve.suggestion is not None:
        label = f"suggested: {curve.suggestion:.2g}"
        ax.axvline(curve.suggestion, color="#f29900", linestyle="--", label=label)
    shown = np.concatenate([curve.smoothed, list(finite.values())])
    shown = shown[np.isfinite(shown)]
    if len(shown):  # what blows up would hide the rest
        low, high = shown.min(), max(losses[0], *finite.values(), shown.min())
        ax.set_ylim(low - 0.1 * (high - low or 1), high + 0.3 * (high - low or 1))
    ax.set(xscale="log", xlabel="learning rate", ylabel="loss")
    ax.legend(fontsize=8, frameon=False)
    return ax
