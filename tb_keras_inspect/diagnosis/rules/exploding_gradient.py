"""Gradients so large that steps throw the weights about, growing or from the start.

Signs, none of which a healthy run shows: the norm rises a hundredfold over where it began while the
loss rises with it, or the loss alone does and stays there; steps are as large as the weights they
change, again and again, without the loss getting any better; or gradients dwarf the weights from the
first step on and the loss starts far above that of guessing, to which they never bring it down. Late
spikes of a converged run are far below its first gradients, and where clipping or Adam's scaling keeps
steps small the loss stays down.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.facts import Facts
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where, listed, number_text
from tb_keras_inspect.diagnosis.onset import (
    last_spell,
    median,
    ratio,
    running_median,
)
from tb_keras_inspect.diagnosis.thresholds import Threshold

PROBLEM = "exploding_gradient"
THRESHOLDS = (
    Threshold(
        "exploding_growth",
        100.0,
        3.0,
        1e9,
        "times by which the gradient norm must exceed its first values, the loss rising with it",
        "AutoTrainer's ratio of 70 between layers found 0 of 12 explosions; growth over time does",
    ),
    Threshold(
        "exploding_step",
        1.0,
        0.05,
        100.0,
        "l2 of a layer's update over l2 of its weights, from which a step replaces what was learned",
        "healthy: about 1e-3 (Karpathy, cs231n)",
    ),
    Threshold(
        "exploding_scale",
        100.0,
        5.0,
        1e9,
        "l2 of all gradients over l2 of all weights, from which the scale is absurd where the loss "
        "starts as far above that of guessing",
        "healthy runs measured here stay below 10",
    ),
)
FIRST = 5  # samples that say where the norm began
RISE = 3.0  # times by which the loss must rise with the norm


def find(facts: Facts) -> Iterator[Finding]:
    """At most one finding, by the first sign that shows."""
    for sign in (_growth, _steps, _scale, _divergence, _lost):
        found = sign(facts)
        if found is not None:
            yield found
            return


def _norm(facts: Facts) -> tuple[np.ndarray, np.ndarray]:
    """Steps and the norm of all gradients, before clipping: where that helps, the loss stays down."""
    step = facts.track("step")
    if step is None:
        return np.zeros(0, np.int64), np.zeros(0)
    return step.steps, step.column("gradient_norm")


def _growth(facts: Facts) -> Finding | None:
    steps, norm = _norm(facts)
    progress = facts.progress
    if len(norm) < 4:
        return None
    # The first sample may already be on its way: the smallest of the first ones is where it began.
    start = float(np.nanmin(norm[:FIRST])) if np.isfinite(norm[:FIRST]).any() else np.nan
    limit = facts.thresholds["exploding_growth"]
    high = norm >= limit * start
    if not start > 0 or not high.any():
        return None
    if not _loss_rises(facts, high):
        return None
    spell = last_spell(high)
    first = int(np.argmax(high))
    peak = float(np.max(norm[high]))
    lasting = spell.ongoing or facts.breakdown is not None or progress.share > 2
    return _make(
        facts,
        "error" if lasting else "warning",
        0.95 if lasting else 0.6,
        f"The gradient norm has grown {number_text(peak / start)} times since step {int(steps[first])}",
        int(steps[first]),
        int(steps[-1 if spell.ongoing else spell.last]),
        spell.ongoing,
        "Each step is too large for the slope it follows and lands higher up, where the gradient is "
        "larger still. So gradient, weights and loss grow together.",
        [
            Evidence(
                "growth of the gradient norm", peak / start, "times", limit, "step", "gradient_norm"
            ),
            Evidence("largest gradient norm", peak, "", None, "step", "gradient_norm"),
            *_loss_evidence(facts),
        ],
    )


def _loss_rises(facts: Facts, high: np.ndarray) -> bool:
    loss, start = facts.progress.loss, facts.progress.start
    if not facts.progress.known or len(loss) != len(high):
        return facts.breakdown is not None
    reference = max(float(np.nanmin(loss[:FIRST])), 0.0)
    peak = float(np.nanmax(loss[high])) if np.isfinite(loss[high]).any() else np.inf
    return peak > RISE * max(reference, start if len(loss) > 3 * FIRST else reference)


def _steps(facts: Facts) -> Finding | None:
    """Steps as large as the weights."""
    updates = facts.track("update")
    if updates is None or len(updates) < 4 or facts.progress.has_learned:
        return None
    kernels = facts.kernels(updates)
    if not kernels:
        return None
    ratios = updates.thin("ratio")[:, updates.rows(kernels)]
    limit = facts.thresholds["exploding_step"]
    share = np.mean(ratios[1:] >= limit, axis=0)  # weights may be zero before the first step
    worst = int(np.nanargmax(share))
    often = share[worst] >= 0.2 or np.sum(ratios[1:, worst] >= limit) >= 10
    if not often or not (facts.progress.is_stuck or facts.breakdown):
        return None
    spell = last_spell(ratios[:, worst] >= limit, gap=10)
    path = kernels[worst]
    first = int(updates.at[spell.first])
    return _make(
        facts,
        "error",
        0.8,
        f"Steps change {path} by as much as its own size since step {first}",
        first,
        int(updates.at[spell.last]),
        spell.ongoing,
        "The update of a single step is as large as the weights themselves, so that each step "
        "replaces what the ones before it had learned. The gradient, times the learning rate, is "
        "far too large.",
        [
            Evidence(
                "largest update over weight",
                float(np.nanmax(ratios[1:, worst])),
                "times",
                limit,
                "update",
                "ratio",
                path,
            ),
            Evidence(
                "share of steps beyond the limit",
                float(share[worst]),
                "%",
                None,
                "update",
                "ratio",
                path,
            ),
            *_loss_evidence(facts),
        ],
        [path],
    )


def _scale(facts: Facts) -> Finding | None:
    """Absurd from the start: weights so large that the signal grows from layer to layer."""
    steps, norm = _norm(facts)
    weights = facts.track("weight")
    progress = facts.progress
    if weights is None or len(norm) < 4 or not progress.known:
        return None
    total = np.sqrt(np.nansum(weights.thin("l2") ** 2, axis=1))
    scale = running_median(norm, 3) / median(total)
    limit = facts.thresholds["exploding_scale"]
    guess = progress.guess if np.isfinite(progress.guess) else np.nan
    is_absurd = median(scale[:FIRST]) >= limit and progress.start >= 20 * guess
    if not is_absurd or not (progress.end > guess or facts.breakdown):
        return None
    spell = last_spell(scale >= limit)
    return _make(
        facts,
        "error" if not progress.has_learned else "warning",
        0.85,
        f"The gradient is {number_text(float(median(scale[:FIRST])))} times the weights' size from the "
        "first step on",
        int(steps[0]),
        int(steps[spell.last]),
        spell.ongoing,
        "The initial weights are so large that the signal grows from layer to layer, and the "
        "gradient on its way back. The loss starts far above that of guessing.",
        [
            Evidence(
                "gradient norm over weight norm at the start",
                float(median(scale[:FIRST])),
                "times",
                limit,
                "step",
                "gradient_norm",
            ),
            Evidence(
                "first loss over that of guessing",
                float(progress.start / guess),
                "times",
                20.0,
                "step",
                "loss",
            ),
        ],
        facts.kernels(weights),
    )


def _divergence(facts: Facts) -> Finding | None:
    """Large steps, and then nothing but NaN: too quick to see the growth between two samples."""
    broken, updates = facts.breakdown, facts.track("update")
    if broken is None or updates is None or broken.culprits[0].kind in ("input", "target"):
        return None
    kernels = facts.kernels(updates)
    if not kernels:
        return None
    ratios = updates.thin("ratio")[-3:, updates.rows(kernels)]
    limit = facts.thresholds["exploding_step"] / 10
    if not np.any(ratios >= limit):
        return None
    sizes = np.nan_to_num(np.nanmax(ratios, axis=0))
    path, value = kernels[int(np.argmax(sizes))], float(np.max(sizes))
    step = int(updates.at[-1])
    return _make(
        facts,
        "error",
        0.9 if value > 1 else 0.7,
        f"Steps changed {path} by {100 * value:.3g} % of its size at step {step}, and the numbers "
        f"overflowed by step {broken.step}",
        int(updates.at[max(0, len(updates.at) - 3)]),
        broken.step,
        broken.lasts,
        "Each step is too large for the slope it follows and lands higher up, where the gradient is "
        "larger still. It took few steps from there to numbers that float32 cannot hold.",
        [
            Evidence(
                "largest update over weight before the end",
                value,
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
    """A loss that was thrown up and stays there, where no norm was sampled on its way."""
    progress = facts.progress
    limit = facts.thresholds["exploding_growth"]
    if not progress.known:
        return None
    reference = float(np.fmax(progress.loss[0], progress.guess))
    if not progress.end >= limit * reference:
        return None
    first = int(np.argmax(progress.loss >= limit * reference))
    return _make(
        facts,
        "error",
        0.9,
        f"The loss has grown {number_text(progress.end / reference)} times by step "
        f"{int(progress.steps[first])} and stays there",
        int(progress.steps[first]),
        int(progress.steps[-1]),
        True,
        "Steps that were far too large have thrown the weights so far away that nothing leads back. "
        "The gradient there may be small again.",
        _loss_evidence(facts),
    )


def _loss_evidence(facts: Facts) -> list[Evidence]:
    if not facts.progress.known:
        return []
    finite = facts.progress.loss[np.isfinite(facts.progress.loss)]
    worst = float(np.max(finite))
    return [
        Evidence(
            "largest loss over the first",
            float(ratio(worst, facts.progress.start)),
            "times",
            RISE,
            "step",
            "loss",
        )
    ]


def _worst_layers(facts: Facts) -> list[str]:
    """Kernels with the largest gradients relative to their weights, at the end."""
    gradients, weights = facts.track("gradient"), facts.track("weight")
    paths = facts.kernels(gradients, weights)
    if not paths:
        return []
    largest = gradients.largest("l2")[gradients.rows(paths)]
    sizes = ratio(largest, weights.typical("l2")[weights.rows(paths)])
    order = np.argsort(np.nan_to_num(sizes))[::-1]
    return [paths[i] for i in order[:3]]


def _make(facts, severity, confidence, title, first, last, ongoing, cause, evidence, variables=()):
    variables = list(variables) or _worst_layers(facts)
    found = [facts.structure.layer_of_variable(path) for path in variables]
    layers = list(dict.fromkeys(layer.path for layer in found if layer is not None))
    where = f", largest in {listed(layers)}" if layers and "Steps" not in title else ""
    return Finding(
        problem=PROBLEM,
        severity=severity,
        confidence=confidence,
        title=title + where,
        first_step=first,
        last_step=last,
        ongoing=ongoing,
        cause=cause,
        where=Where(layers=layers, variables=variables),
        evidence=evidence,
        advice=[
            Advice(
                "Limit the size of the gradients.",
                "optimizer=keras.optimizers.Adam(1e-3, global_clipnorm=1.0)",
            ),
            Advice(
                "Lower the learning rate by a factor of 10.",
                "model.compile(optimizer=keras.optimizers.SGD(1e-3), ...)",
            ),
            Advice(
                "Start with weights of the size that keeps the signal's scale.",
                'keras.layers.Dense(units, activation="relu", kernel_initializer="he_normal")',
            ),
            Advice("Scale inputs, and targets of a regression, to mean 0 and deviation 1."),
        ],
    )
