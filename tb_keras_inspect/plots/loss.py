"""The loss of batches and epochs, with the findings."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes

from tb_keras_inspect.diagnosis import Finding, diagnose
from tb_keras_inspect.plots.axes import axes_of, mark_not_finite, plain, pooled
from tb_keras_inspect.store import RunData

COLORS = {"error": "#d93025", "warning": "#f29900", "note": "#80868b"}
MOST_FINDINGS = 4
LOG_FROM = 50.0  # ratio of largest to smallest loss from which the axis is logarithmic


def loss(
    run: RunData,
    findings: Iterable[Finding] | None = None,
    names: Iterable[str] = ("loss", "val_loss"),
    ax: Axes | None = None,
) -> Axes:
    """Draws the batch loss of each sampled step, the logs of each epoch, and the findings.

    Args:
        run: From `load_run`.
        findings: Findings from `diagnose`, or `()` for none. Defaults to None: calls `diagnose`.
        names: Which of Keras's epoch logs to draw, if present.
        ax: Axes to draw into. Defaults to None: a new figure.

    Returns:
        The axes. A red mark at the bottom stands for a non-finite value.

    Example:

    ```python
    plots.loss(run, names=["loss", "val_loss"])
    ```
    """
    ax = axes_of(ax)
    data = run.loss
    if len(data.steps):
        steps, values = pooled(data.steps, data.values)
        ax.plot(steps, values, color="#9aa0a6", linewidth=1, label="batch, sampled steps")
        mark_not_finite(ax, steps, values)
    for name in names:
        if name in data.epochs:
            steps, values = data.epochs[name]
            ax.plot(steps, values, ".-", markersize=4, label=f"{plain(name)}, epoch")
    shown = diagnose(run) if findings is None else list(findings)
    for number, finding in enumerate(list(shown)[:MOST_FINDINGS]):
        _mark(ax, finding, number)
    if len(shown) > MOST_FINDINGS:
        ax.plot([], [], " ", label=f"and {len(shown) - MOST_FINDINGS} more findings")
    _finish(ax, run)
    return ax


def _mark(ax: Axes, finding: Finding, number: int) -> None:
    color = COLORS[finding.severity]
    label = f"{finding.severity}: {finding.problem}, step {finding.first_step}"
    last = max(finding.last_step, finding.first_step + 1)
    low = 1 - 0.03 * (number + 1)
    ax.axvspan(finding.first_step, last, ymin=low, ymax=low + 0.02, color=color, label=label)
    ax.axvline(finding.first_step, color=color, linewidth=0.8, linestyle=":")


def _finish(ax: Axes, run: RunData) -> None:
    series = [np.asarray(line.get_ydata(), float) for line in ax.lines]
    drawn = [values for values in series if len(values) > 2]
    values = np.concatenate(drawn) if drawn else np.zeros(0)
    values = values[np.isfinite(values)]
    positive = values[values > 0]
    if len(positive) and (values >= 0).all() and positive.max() > LOG_FROM * positive.min():
        ax.set_yscale("log")
    ax.set(xlabel="training step", ylabel="loss", title=plain(run.name))
    if ax.get_legend_handles_labels()[0]:
        ax.legend(fontsize=8, frameon=False)
