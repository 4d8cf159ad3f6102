"""How an explosion is reported: its causes, what to try, and where it is largest."""

from collections.abc import Sequence

import numpy as np

from tb_keras_inspect.diagnosis.advice import clip, higher_precision, layer_line, lower_rate
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import median, ratio
from tb_keras_inspect.diagnosis.signals.structure import RECURRENT
from tb_keras_inspect.diagnosis.trigger import trigger
from tb_keras_inspect.diagnosis.wording import listed

RISE = 3.0  # factor by which the loss must rise with the norm
CAUSES = {
    "growth": "Each step is too large for the slope it follows and lands where the gradient is even "
    "larger. So gradient, weights and loss grow together.",
    "large_updates": "A single update is as large as the weights, so each step replaces what the "
    "steps before it have learned. The gradient times the learning rate is far too large.",
    "initial_scale": "The initial weights are so large that the signal grows from layer to layer, "
    "and the gradient on its way back. The loss starts far above that of a constant prediction.",
    "overflow": "Each step is too large for the slope it follows and lands where the gradient is "
    "even larger. Within a few steps the numbers exceeded what float32 can hold.",
    "uphill": "A single step is small compared with the weights, so its size is not at fault. The loss "
    "rises with each of them all the same, from the first on: the gradient is applied with the wrong "
    "sign.",
    "lost": "Steps that were far too large have thrown the weights so far away that nothing leads "
    "back. The gradient there may be small again.",
}
UPHILL = 5  # samples up to where the loss has doubled
FALLEN = 0.97  # of the first loss: what falls below it has gone downhill
TURN = [
    Advice(
        "Turn the sign: give the optimizer the gradient of the loss as it is, which it subtracts, and "
        "a positive learning rate.",
        "self.optimizer.apply(tape.gradient(loss, self.trainable_variables))",
    )
]
USUAL_STEP = 0.02  # update relative to the weights: twice the largest of healthy runs
LARGE_TARGETS = 10.0  # root mean square


def loss_rise(facts: Facts) -> list[Evidence]:
    """The largest loss relative to the first one; nothing if the loss cannot be judged."""
    if not facts.progress.known:
        return []
    finite = facts.progress.loss[np.isfinite(facts.progress.loss)]
    rise = float(ratio(np.max(finite), facts.progress.start))
    return [Evidence("largest loss / first loss", rise, "times", RISE, "step", "loss")]


def worst_kernels(facts: Facts) -> list[str]:
    """The kernels with the largest gradients relative to their weights."""
    gradients, weights = facts.track("gradient"), facts.track("weight")
    paths = facts.kernels(gradients, weights)
    if gradients is None or weights is None or not paths:
        return []
    largest = gradients.largest("l2")[gradients.rows(paths)]
    sizes = ratio(largest, weights.typical("l2")[weights.rows(paths)])
    order = np.argsort(np.nan_to_num(sizes))[::-1]
    return [paths[i] for i in order[:3]]


def most_in(layers: list[str]) -> str:
    """The end of a title that names the layers with the largest gradients."""
    return f"; the largest gradients are in {listed(layers)}" if layers else ""


def explosion(
    facts: Facts,
    variant: str,
    severity: str,
    confidence: float,
    title: str,
    when: tuple[int, int, bool],
    evidence: Sequence[Evidence],
    variables: list[str],
    confirmed: int | None = None,
) -> Finding:
    """An `exploding_gradient` finding.

    Args:
        facts: The run.
        variant: One of `CAUSES`.
        severity, confidence, title, evidence: As in `Finding`.
        when: First step, last step, and whether it is ongoing.
        variables: Paths of the variables to point at.
        confirmed: As `Finding.confirmed_step`.
    """
    first, last, ongoing = when
    uphill = variant in ("growth", "overflow", "lost") and goes_uphill(facts)
    if uphill:
        variant, first, confirmed = "uphill", facts.first_step, confirmed or first
        title = (
            "The loss rises from the first step on, by small steps: they go up the slope, not down"
        )
    what, shown = trigger(facts, first) if variant not in ("initial_scale", "uphill") else ("", [])
    layers = facts.structure.layers_of_variables(variables)
    return Finding(
        problem="exploding_gradient",
        variant=variant,
        severity=severity,
        confidence=confidence,
        title=title,
        first_step=first,
        confirmed_step=confirmed,
        last_step=last,
        ongoing=ongoing,
        cause=f"{CAUSES[variant]} {what}".rstrip(),
        where=Where(layers=layers, variables=variables),
        evidence=[*evidence, *shown],
        advice=[*(TURN if uphill else []), *_advice(facts, layers)],
    )


def is_harmless(facts: Facts) -> bool:
    """Whether large targets make the gradient large, and Adam or clipping small steps of it."""
    updates, progress = facts.track("update"), facts.progress
    kernels = facts.kernels(updates)
    if updates is None or not kernels or facts.breakdown or not has_large_targets(facts):
        return False
    largest = float(np.nanmax(np.nan_to_num(updates.typical("ratio")[updates.rows(kernels)])))
    return largest < USUAL_STEP and progress.end <= RISE * progress.start


def has_large_targets(facts: Facts) -> bool:
    """Whether the targets of a regression are so large that their scale makes the gradient."""
    target = facts.track("target")
    if target is None or len(target.names) != 1 or len(facts.structure.outputs) != 1:
        return False
    size = float(median(np.hypot(target.thin("mean")[:, 0], target.thin("std")[:, 0])))
    return size > LARGE_TARGETS and "entropy" not in facts.structure.compiled.get("loss", "")


def goes_uphill(facts: Facts) -> bool:
    """Whether the loss rises all the time from the start, by small steps of an own `train_step`.

    Steps that are too large are large, and overshoot: the loss falls between its rises.
    """
    step, updates = facts.track("step"), facts.track("update")
    kernels = facts.kernels(updates)
    if step is None or updates is None or not kernels:
        return False
    negative = float(median(step.column("learning_rate"))) < 0
    if not facts.structure.has_own_step and not negative:
        return False
    if negative:
        return True
    loss = facts.progress.loss[np.isfinite(facts.progress.loss)]
    doubled = np.flatnonzero(loss > 2 * loss[:1])
    if not len(doubled) or doubled[0] < UPHILL:
        return False
    before = loss[: doubled[0]]
    rises = np.mean(np.diff(before) > 0)
    end = int(np.searchsorted(updates.at, facts.progress.steps[doubled[0]]))
    typical = float(median(updates.thin("ratio")[:end][:, updates.rows(kernels)]))
    return bool(np.min(before) > FALLEN * before[0] and rises > 0.5 and typical < USUAL_STEP)


def _advice(facts: Facts, layers: Sequence[str]) -> list[Advice]:
    scale = Advice(
        "Scale the targets to mean 0 and standard deviation 1.", "y = (y - y.mean()) / y.std()"
    )
    steps = [lower_rate(facts), clip(facts)]
    known = {layer.path: layer.class_name for layer in facts.structure.layers}
    if any(known.get(path) in RECURRENT for path in layers):
        steps.reverse()  # over many time steps a gradient grows at any rate (Pascanu et al., 2013)
    others = [*higher_precision(facts), *steps]
    if has_large_targets(facts):
        return [scale, *others]
    path = layers[0] if layers else ""
    return [
        *others,
        Advice(
            "Use an initialiser that preserves the scale of the signal.",
            layer_line(facts, path, kernel_initializer='"he_normal"'),
        ),
    ]
