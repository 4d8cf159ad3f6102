"""How an explosion is reported: its causes, what to try, and where it is largest."""

from collections.abc import Sequence

import numpy as np

from tb_keras_inspect.diagnosis.advice import clip, layer_line, lower_rate
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import median, ratio
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
    "lost": "Steps that were far too large have thrown the weights so far away that nothing leads "
    "back. The gradient there may be small again.",
}
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
    what, shown = trigger(facts, first) if variant != "initial_scale" else ("", [])
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
        advice=_advice(facts, layers),
    )


def _advice(facts: Facts, layers: Sequence[str]) -> list[Advice]:
    target = facts.track("target")
    scale = Advice(
        "Scale the targets to mean 0 and standard deviation 1.", "y = (y - y.mean()) / y.std()"
    )
    others = [lower_rate(facts), clip(facts)]
    if target is not None and len(target.names) == 1 and len(facts.structure.outputs) == 1:
        size = float(median(np.hypot(target.thin("mean")[:, 0], target.thin("std")[:, 0])))
        is_regression = "entropy" not in facts.structure.compiled.get("loss", "")
        if size > LARGE_TARGETS and is_regression:
            return [scale, *others]
    path = layers[0] if layers else ""
    return [
        *others,
        Advice(
            "Use an initialiser that preserves the scale of the signal.",
            layer_line(facts, path, kernel_initializer='"he_normal"'),
        ),
    ]
