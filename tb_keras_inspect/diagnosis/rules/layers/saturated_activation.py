"""Hidden sigmoid or tanh layers that output almost only their extreme values.

The slope there is less than 1/40 of the steepest, so hardly any gradient gets through. Learning pushes
some units there. A layer that saturates from the first step on, or in a network that does not learn,
has a problem. Outputs of the model are meant to be confident, and the softmax inside attention to be
sharp: neither is judged.
"""

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np

from tb_keras_inspect.diagnosis.advice import layer_line, lower_rate
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import Period, last_period, median, tail
from tb_keras_inspect.diagnosis.signals.structure import BOUNDED
from tb_keras_inspect.diagnosis.signals.track import Track
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.diagnosis.trigger import trigger
from tb_keras_inspect.diagnosis.wording import capitalised, listed, since_each, up_to

PROBLEM = "saturated_activation"
NEEDS = ("activation",)
THRESHOLDS = (
    Threshold(
        "saturated_share",
        0.5,
        0.05,
        1.0,
        "fraction of a layer's outputs on the flat parts of its activation function",
        "SageMaker Debugger and DeepDiagnosis: more than 50 %",
    ),
)
LEAST_SAMPLES = 3
# The function of a recurrent layer is applied inside its cell; bounded outputs show as much.
RECURRENT_TANH = ("SimpleRNN",)
CAUSES = {
    "from_start": "The values that enter the function are far outside the range around 0 where it has "
    "a slope: the initial weights, or the inputs, are too large. Hardly any gradient gets through "
    "the layer.",
    "later": "Training has pushed the values that enter the function far outside the range around 0 "
    "where it has a slope. Hardly any gradient gets through the layer now, so it cannot return.",
}


@dataclasses.dataclass(frozen=True)
class _Affected:
    """A saturated site: since when, and the fraction of saturated outputs then and now."""

    site: str
    period: Period
    known: float
    fraction: float


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding for all layers."""
    track = facts.track("activation")
    if track is None:
        return
    limit = facts.thresholds["saturated_share"]
    affected = []
    for row, name in enumerate(track.names):
        fractions = _fractions(facts, track, row, name)
        if fractions is None:
            continue
        period = last_period(fractions >= limit)
        least = max(LEAST_SAMPLES, len(fractions) // 4)
        if period and period.ongoing and period.length >= least:
            now = float(median(fractions[tail(len(fractions))]))
            then = float(median(fractions[period.first : period.first + LEAST_SAMPLES]))
            affected.append(_Affected(name, period, min(then, now), now))
    if affected:
        yield _finding(facts, track, affected, limit)


def _fractions(facts: Facts, track: Track, row: int, name: str) -> np.ndarray | None:
    """Fraction of saturated outputs at the thinned samples: float64[C]; None if not applicable."""
    site = facts.structure.site(name)
    if site is None or facts.structure.is_output(site):
        return None
    if facts.structure.activation_of(site) in BOUNDED and track.has("saturated_fraction"):
        return np.asarray(track.thin("saturated_fraction")[:, row])
    if facts.structure.class_of(site) in RECURRENT_TANH and _is_tanh(track, row):
        # A fraction f of outputs at -1 and 1 makes a mean square of at least f.
        square = track.thin("mean")[:, row] ** 2 + track.thin("std")[:, row] ** 2
        return np.asarray(np.clip((square - 0.5) / 0.5, 0, 1))
    return None


def _is_tanh(track: Track, row: int) -> bool:
    """Whether the outputs stay between -1 and 1."""
    return bool(np.nanmax(track.thin("max_abs")[:, row]) <= 1.0)


def _finding(facts: Facts, track: Track, affected: Sequence[_Affected], limit: float) -> Finding:
    peak = max(item.fraction for item in affected)
    variant = "from_start" if any(item.period.first == 0 for item in affected) else "later"
    steps: dict[str, int] = {}
    for item in affected:
        layer = facts.structure.layer_of_site(item.site)
        if layer is not None:
            step = int(track.at[item.period.first])
            steps[layer.path] = min(step, steps.get(layer.path, step))
    layers = list(steps)
    first = int(track.at[min(item.period.first for item in affected)])
    known = max(item.known for item in affected if track.at[item.period.first] == first)
    later = f", now {up_to(peak, layers)}" if peak > known + 0.05 else ""
    severity, confidence = _severity(facts, peak, variant)
    what, shown = trigger(facts, first, layers) if variant == "later" else ("", [])
    return Finding(
        problem=PROBLEM,
        variant=variant,
        severity=severity,
        confidence=confidence,
        title=f"{capitalised(up_to(known, layers))} of the outputs of {listed(layers)} lie on the flat "
        f"parts of the activation function {since_each(steps, facts.first_step)}{later}",
        first_step=first,
        last_step=int(track.at[-1]),
        ongoing=True,
        cause=f"{CAUSES[variant]} {what}".rstrip(),
        where=Where(layers=layers, first_steps=steps),
        evidence=[
            Evidence(
                f"saturated outputs of {item.site}",
                item.fraction,
                "%",
                limit,
                "activation",
                "saturated_fraction",
                item.site,
            )
            for item in sorted(affected, key=lambda item: -item.fraction)[:5]
        ]
        + shown,
        advice=_advice(facts, variant, layers[0]),
    )


def _severity(facts: Facts, peak: float, variant: str) -> tuple[str, float]:
    if variant == "from_start":
        return "warning", 0.85
    if facts.progress.has_learned:
        return "note", 0.4
    return ("error" if peak > 0.9 and facts.progress.is_stuck else "warning"), 0.75


def _advice(facts: Facts, variant: str, path: str) -> list[Advice]:
    norm = Advice("Normalise before the activation function.", "keras.layers.BatchNormalization()")
    relu = Advice("Use a function that does not saturate.", 'activation="relu"')
    if variant == "from_start":
        return [
            Advice(
                "Use an initialiser that preserves the scale of the signal.",
                layer_line(facts, path, kernel_initializer='"glorot_uniform"'),
            ),
            Advice(
                "Scale the inputs to mean 0 and standard deviation 1.",
                "normalise = keras.layers.Normalization(); normalise.adapt(x_train)",
            ),
            norm,
            relu,
        ]
    return [lower_rate(facts), norm, relu]
