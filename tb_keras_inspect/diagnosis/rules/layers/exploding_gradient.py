"""Gradients so large that each step throws the weights far away, growing or from the start.

No healthy run shows one of these signs: the gradient norm rises a hundredfold and the loss rises with
it, or the loss alone rises and stays there; updates are as large as the weights again and again
without progress; gradients dwarf the weights from the first step on while the loss starts, and stays,
far above the baseline. Late spikes of a converged run lie far below its first gradients, and where
clipping or Adam keeps the updates small the loss does not rise.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.explosion import (
    RISE,
    explosion,
    is_harmless,
    loss_rise,
    most_in,
    worst_kernels,
)
from tb_keras_inspect.diagnosis.finding import Evidence, Finding
from tb_keras_inspect.diagnosis.large_updates import (
    fast_updates,
    killing_updates,
    large_updates,
    single_update,
)
from tb_keras_inspect.diagnosis.rules.layers import dying_relu
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import (
    last_period,
    median,
    rise_begins,
    running_median,
)
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.diagnosis.wording import number_text

PROBLEM = "exploding_gradient"
NEEDS = ("step",)
THRESHOLDS = (
    Threshold(
        "exploding_growth",
        100.0,
        3.0,
        1e9,
        "factor by which the gradient norm must exceed its first values while the loss rises too",
        "AutoTrainer's ratio of 70 between layers found 0 of 12 explosions; growth over time does",
    ),
    Threshold(
        "exploding_step",
        1.0,
        0.05,
        100.0,
        "l2 of a layer's update divided by l2 of its weights, above which a step replaces what was "
        "learned",
        "healthy: about 1e-3 (Karpathy, cs231n)",
    ),
    Threshold(
        "exploding_scale",
        100.0,
        5.0,
        1e9,
        "l2 of all gradients divided by l2 of all weights, above which the scale is wrong if the "
        "loss starts far above the baseline too",
        "healthy runs measured here stay below 10",
    ),
)
# Optimizers that move each weight by about the learning rate, however large the gradient is.
BOUNDED_STEPS = ("Adam", "AdamW", "Adamax", "Nadam", "RMSprop", "Lion", "Adafactor")
FIRST = 5  # samples that show where the norm began
FAR_ABOVE = 20.0  # first loss, relative to the baseline


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding, for the first sign that shows."""
    for sign in SIGNS:
        found = sign(facts)
        if found is not None:
            yield found
            return


def _single_update(facts: Facts) -> Finding | None:
    return single_update(facts) if facts.progress.is_stuck else None


def _killing(facts: Facts) -> Finding | None:
    return killing_updates(facts, dying_relu.find)


def _norm(facts: Facts) -> tuple[np.ndarray, np.ndarray]:
    """Steps and gradient norm before clipping. Where clipping helps, the loss does not rise."""
    step = facts.track("step")
    if step is None:
        return np.zeros(0, np.int64), np.zeros(0)
    return step.steps, step.column("gradient_norm")


def _growth(facts: Facts) -> Finding | None:
    """Gradient norm and loss grow together."""
    steps, norm = _norm(facts)
    if len(norm) < 4:
        return None
    # The first sample may already have grown: start from the smallest of the first ones.
    start = float(np.nanmin(norm[:FIRST])) if np.isfinite(norm[:FIRST]).any() else np.nan
    limit = facts.thresholds["exploding_growth"]
    high = norm >= limit * start
    period = last_period(high)
    if not start > 0 or period is None or not _loss_rises(facts, high):
        return None
    seen = int(np.argmax(high))
    first = int(steps[rise_begins(norm, seen)])
    finite = norm[high & np.isfinite(norm)]
    peak = float(np.max(finite)) if len(finite) else np.inf
    lasting = period.ongoing or facts.breakdown is not None or facts.progress.fraction > 2
    variables = worst_kernels(facts)
    layers = facts.structure.layers_of_variables(variables)
    return explosion(
        facts,
        "growth",
        "error" if lasting else "warning",
        0.95 if lasting else 0.6,
        f"The gradient norm has grown by a factor of {number_text(peak / start)} since step "
        f"{first}{most_in(layers)}",
        (first, int(steps[-1 if period.ongoing else period.last]), period.ongoing),
        [
            Evidence(
                "growth of the gradient norm", peak / start, "times", limit, "step", "gradient_norm"
            ),
            Evidence("largest gradient norm", peak, "", None, "step", "gradient_norm"),
            *loss_rise(facts),
        ],
        variables,
        int(steps[seen]),
    )


def _loss_rises(facts: Facts, high: np.ndarray) -> bool:
    """Whether the loss is high too where the norm is (bool[S])."""
    loss, start = facts.progress.loss, facts.progress.start
    if not facts.progress.known or len(loss) != len(high):
        return facts.breakdown is not None
    reference = max(float(np.nanmin(loss[:FIRST])), 0.0)
    peak = float(np.nanmax(loss[high])) if np.isfinite(loss[high]).any() else np.inf
    return peak > RISE * max(reference, start if len(loss) > 3 * FIRST else reference)


def _initial_scale(facts: Facts) -> Finding | None:
    """Gradients that dwarf the weights from the first step on."""
    steps, norm = _norm(facts)
    weights, progress = facts.track("weight"), facts.progress
    if weights is None or len(norm) < 4 or not progress.known:
        return None
    size = median(np.sqrt(np.nansum(weights.thin("l2") ** 2, axis=1)))
    scale = running_median(norm, 3) / size
    limit = facts.thresholds["exploding_scale"]
    at_start = float(median(scale[:FIRST]))
    far_above = at_start >= limit and progress.start >= FAR_ABOVE * progress.baseline
    period = last_period(scale >= limit)
    if not far_above or period is None:
        return None
    if not (progress.end > progress.baseline or facts.breakdown) or is_harmless(facts):
        return None
    return explosion(
        facts,
        "initial_scale",
        "warning" if progress.has_learned else "error",
        0.85,
        f"The gradient is {number_text(at_start)} times as large as the weights from the first step "
        "on",
        (int(steps[0]), int(steps[period.last]), period.ongoing),
        [
            Evidence(
                "gradient norm / weight norm at the start",
                at_start,
                "times",
                limit,
                "step",
                "gradient_norm",
            ),
            Evidence(
                "first loss, relative to the baseline",
                float(progress.start / progress.baseline),
                "times",
                FAR_ABOVE,
                "step",
                "loss",
            ),
        ],
        facts.kernels(weights),
    )


def _overflow(facts: Facts) -> Finding | None:
    """Large updates, then NaN, too fast for the growth to show between two samples."""
    broken, updates = facts.breakdown, facts.track("update")
    if broken is None or updates is None or broken.tensors[0].kind in ("input", "target"):
        return None
    kernels = facts.kernels(updates)
    if not kernels:
        return None
    every = updates.thin("ratio")[:, updates.rows(kernels)]
    ratios = every[-3:]
    limit = facts.thresholds["exploding_step"] / 10
    if facts.structure.compiled.get("optimizer", "") in BOUNDED_STEPS:
        limit *= 10  # a first step of a tenth is usual there, and no step can be far larger
    if not np.any(ratios >= limit):
        return None
    sizes = np.nan_to_num(np.nanmax(ratios, axis=0))
    path, largest = kernels[int(np.argmax(sizes))], float(np.max(sizes))
    # The stretch of large updates that ends with the overflow.
    period = last_period(np.any(every >= limit, axis=1))
    first = period.first if period is not None and period.ongoing else len(every) - 1
    step = int(updates.at[-1])
    return explosion(
        facts,
        "overflow",
        "error",
        0.9 if largest > 1 else 0.7,
        f"A single update changed {path} by {100 * largest:.3g} % near step {step}, and values "
        f"overflowed by step {broken.step}",
        (int(updates.at[first]), broken.step, broken.ongoing),
        [
            Evidence(
                "largest update / weight before the overflow",
                largest,
                "times",
                limit,
                "update",
                "ratio",
                path,
            ),
            Evidence("steps from there to the first NaN", float(broken.step - step), "steps"),
        ],
        [path],
    )


def _lost(facts: Facts) -> Finding | None:
    """A loss that has jumped up and stays there, while no sample shows the norm on its way."""
    progress = facts.progress
    limit = facts.thresholds["exploding_growth"]
    if not progress.known:
        return None
    reference = float(np.fmax(progress.loss[0], progress.baseline))
    if not progress.end >= limit * reference:
        return None
    seen = int(np.argmax(progress.loss >= limit * reference))
    first = int(progress.steps[rise_begins(progress.loss, seen)])
    variables = worst_kernels(facts)
    layers = facts.structure.layers_of_variables(variables)
    return explosion(
        facts,
        "lost",
        "error",
        0.9,
        f"The loss has risen by a factor of {number_text(progress.end / reference)} since step {first} "
        f"and stays there{most_in(layers)}",
        (first, int(progress.steps[-1]), True),
        loss_rise(facts),
        variables,
        int(progress.steps[seen]),
    )


SIGNS = (
    _single_update,
    _killing,
    _growth,
    large_updates,
    _initial_scale,
    _overflow,
    _lost,
    fast_updates,
)
