"""Weights that something other than training sets to other values, again and again.

A kernel cannot move further from one sample to the next than all updates between them together. A
callback that loads weights at the beginning of every epoch moves it further. A single time is no
fault (a resumed training), and neither is an optimizer that averages its weights.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.evidence import loss_fraction
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import ratio
from tb_keras_inspect.diagnosis.thresholds import Threshold

PROBLEM = "overwritten_weights"
NEEDS = ("weight", "update")
THRESHOLDS = (
    Threshold(
        "overwritten_jump",
        4.0,
        1.5,
        1e6,
        "how far a kernel has moved between two samples, divided by what updates of the size seen "
        "there can have moved it, above which it was overwritten",
        "steps between two samples that are all twice as large as those sampled make 2",
    ),
)
LEAST_TIMES = 2
LEAST_STEPS = 20
ROUNDING = 1e-3  # of the size of a kernel
SAME = 1e-5  # relative, of all statistics


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding."""
    weights, updates = facts.track("weight"), facts.track("update")
    kernels = facts.kernels(weights, updates)
    if weights is None or updates is None or not kernels or facts.steps_done < LEAST_STEPS:
        return
    if facts.structure.compiled.get("optimizer.use_ema") == "True" or facts.run.controls:
        return
    if not np.array_equal(weights.at, updates.at):
        return
    shapes = {variable.path: variable.shape for variable in facts.structure.variables}
    counts = np.array([np.prod(shapes[path]) for path in kernels], np.float64)
    rows = weights.rows(kernels)
    size, mean, std = (weights.thin(name)[:, rows] for name in ("l2", "mean", "std"))
    # Each is at most the norm of the change.
    moved = np.maximum(
        np.abs(np.diff(size, axis=0)), np.sqrt(counts) * np.abs(np.diff(mean, axis=0))
    )
    moved = np.maximum(moved, np.sqrt(counts) * np.abs(np.diff(std, axis=0)))
    steps = updates.thin("l2")[:, updates.rows(kernels)]
    gaps = np.diff(weights.at)[:, None]
    possible = gaps * np.maximum(steps[1:], steps[:-1]) + ROUNDING * size[:-1]
    jumps = ratio(moved, possible)
    limit = facts.thresholds["overwritten_jump"]
    jumped = np.flatnonzero(np.mean(jumps >= limit, axis=1) >= 0.5)
    if len(jumped) < LEAST_TIMES:
        return
    yield _finding(
        facts,
        kernels,
        weights.at[jumped + 1],
        float(np.nanmax(jumps[jumped])),
        _back(size, mean, std, jumped + 1),
    )


def _back(size: np.ndarray, mean: np.ndarray, std: np.ndarray, at: np.ndarray) -> bool:
    """Whether the weights are those of the first sample again."""
    scale = size[0]
    close = [np.abs(values[at] - values[0]) <= SAME * scale for values in (size, mean, std)]
    return bool(np.mean(close) >= 0.5)


def _finding(
    facts: Facts, kernels: list[str], steps: np.ndarray, largest: float, back: bool
) -> Finding:
    learned = facts.progress.has_learned and not back
    what = "back to what they were at the first sample" if back else "to other values"
    times = f"{len(steps)} times, first before step {steps[0]}"
    return Finding(
        problem=PROBLEM,
        variant="set_back" if back else "replaced",
        severity="note" if learned else "error" if back else "warning",
        confidence=0.95 if back else 0.8,
        title=f"Something outside of training has set the weights {what}: {times}",
        first_step=int(steps[0]),
        confirmed_step=int(steps[LEAST_TIMES - 1]),
        last_step=int(steps[-1]),
        ongoing=True,
        cause="From one sample to the next the kernels have moved much further than their updates can "
        "have moved them. What was learned in between is lost each time. A callback that loads a "
        "checkpoint, or the model's weights being set in a loop around `fit`, does that.",
        where=Where(layers=facts.structure.layers_of_variables(kernels), variables=list(kernels)),
        evidence=[
            Evidence(
                "change between two samples / largest possible by updates",
                largest,
                "times",
                facts.thresholds["overwritten_jump"],
                "weight",
                "l2",
                kernels[0],
            ),
            *loss_fraction(facts),
        ],
        advice=[
            Advice(
                "Look for what sets weights at the beginning or the end of epochs, and let it do so "
                "once, before training.",
                "model.load_weights(path)  # before fit, not in a callback",
            )
        ],
    )
