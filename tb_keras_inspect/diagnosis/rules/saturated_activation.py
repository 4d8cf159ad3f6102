"""Hidden sigmoid or tanh layers that put out nearly only their extreme values.

There the slope is under 1/40 of its steepest and hardly any gradient gets through. A network that
has learned pushes some units there of itself; a layer that is so from the first step, or one in a
network that does not learn, is ill. Outputs of the model are meant to be sure, and softmax inside
attention to be sharp: neither is looked at.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.facts import Facts
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where, listed, up_to
from tb_keras_inspect.diagnosis.onset import last_spell, median, tail
from tb_keras_inspect.diagnosis.structure import BOUNDED
from tb_keras_inspect.diagnosis.thresholds import Threshold

PROBLEM = "saturated_activation"
THRESHOLDS = (
    Threshold(
        "saturated_share",
        0.5,
        0.05,
        1.0,
        "share of a layer's outputs on the flat parts of its activation function",
        "SageMaker Debugger and DeepDiagnosis: more than 50 %",
    ),
)
LEAST_SAMPLES = 3
# A recurrent layer's function works inside its cell; its outputs say as much where they are bounded.
RECURRENT_TANH = ("SimpleRNN",)


def find(facts: Facts) -> Iterator[Finding]:
    """At most one finding for all layers."""
    track = facts.track("activation")
    if track is None:
        return
    limit = facts.thresholds["saturated_share"]
    sick = []
    for row, name in enumerate(track.names):
        shares = _shares(facts, track, row, name)
        spell = last_spell(shares >= limit) if shares is not None else None
        if spell and spell.ongoing and spell.length >= max(LEAST_SAMPLES, len(shares) // 4):
            sick.append((name, spell, float(median(shares[tail(len(shares))])), shares))
    if sick:
        yield _finding(facts, track, sick, limit)


def _shares(facts: Facts, track, row: int, name: str) -> np.ndarray | None:
    site = facts.structure.site(name)
    if site is None or facts.structure.is_output(site):
        return None
    if facts.structure.activation_of(site) in BOUNDED and track.has("saturated_fraction"):
        return track.thin("saturated_fraction")[:, row]
    if facts.structure.class_of(site) in RECURRENT_TANH and _is_tanh(facts, site):
        # A share s of outputs at -1 and 1 makes a mean square of at least s.
        square = track.thin("mean")[:, row] ** 2 + track.thin("std")[:, row] ** 2
        return np.clip((square - 0.5) / 0.5, 0, 1)
    return None


def _is_tanh(facts: Facts, site) -> bool:
    """Whether its outputs stay within -1 and 1, as a tanh's do."""
    track = facts.track("activation")
    return bool(np.nanmax(track.thin("max_abs")[:, track.row(site.name)]) <= 1.0)


def _finding(facts: Facts, track, sick: list, limit: float) -> Finding:
    peak = max(item[2] for item in sick)
    born = any(spell.first == 0 for _, spell, *_ in sick)
    layers = [facts.structure.layer_of_site(item[0]).path for item in sick]
    first = int(track.at[min(item[1].first for item in sick)])
    severity, confidence = _severity(facts, peak, born)
    return Finding(
        problem=PROBLEM,
        severity=severity,
        confidence=confidence,
        title=f"{up_to(peak, layers)} of the outputs of {listed(layers)} lie on flat parts of the "
        f"activation function {'from the start' if born else f'since step {first}'}",
        first_step=first,
        last_step=int(track.at[-1]),
        ongoing=True,
        cause=_cause(born),
        where=Where(layers=list(dict.fromkeys(layers))),
        evidence=[
            Evidence(
                f"saturated outputs of {item[0]}",
                item[2],
                "%",
                limit,
                "activation",
                "saturated_fraction",
                item[0],
            )
            for item in sorted(sick, key=lambda item: -item[2])[:5]
        ],
        advice=_advice(born),
    )


def _severity(facts: Facts, peak: float, born: bool) -> tuple[str, float]:
    if born:
        return "warning", 0.85
    if facts.progress.has_learned:
        return "note", 0.4
    return ("error" if peak > 0.9 and facts.progress.is_stuck else "warning"), 0.75


def _cause(born: bool) -> str:
    if born:
        return (
            "What goes into the function is far larger than the few units around 0 in which it has a "
            "slope: the initial weights, or the inputs, are too large. Hardly any gradient gets "
            "through the layer."
        )
    return (
        "Training has pushed what goes into the function far beyond the few units around 0 in which "
        "it has a slope. Hardly any gradient gets through the layer any more, and it cannot go back."
    )


def _advice(born: bool) -> list[Advice]:
    start = Advice(
        "Initialise with weights that keep the signal's scale.",
        'keras.layers.Dense(units, activation="tanh", kernel_initializer="glorot_uniform")',
    )
    scale = Advice(
        "Scale the inputs to mean 0 and deviation 1.",
        "normalise = keras.layers.Normalization(); normalise.adapt(x_train)",
    )
    norm = Advice("Normalise before the function.", "keras.layers.BatchNormalization()")
    lower = Advice(
        "Lower the learning rate.", "model.compile(optimizer=keras.optimizers.Adam(1e-3), ...)"
    )
    relu = Advice("Use a function that does not saturate.", 'activation="relu"')
    return [start, scale, norm, relu] if born else [lower, norm, relu]
