"""Weight decay, or a regularizer, that outweighs what the loss teaches: the weights shrink to nothing.

Decay shrinks weights in healthy runs too, by a few percent. It outweighs learning if the kernels lose
most of their size while the run learns nothing.
"""

import dataclasses
import re
from collections.abc import Iterator, Sequence

import numpy as np

from tb_keras_inspect.diagnosis.advice import layer_line, optimizer_line
from tb_keras_inspect.diagnosis.evidence import loss_fraction
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import median, ratio, tail
from tb_keras_inspect.diagnosis.thresholds import Threshold

PROBLEM = "weight_decay"
NEEDS = ("weight", "step")
THRESHOLDS = (
    Threshold(
        "decay_shrink",
        0.5,
        0.0,
        1.0,
        "l2 of the kernels at the end divided by that at the start, below which decay has outweighed "
        "learning",
        "37 healthy runs measured here: 0.9 at least",
    ),
    Threshold(
        "decay_fraction",
        0.3,
        0.01,
        10.0,
        "learning rate times weight decay, divided by l2 of the update relative to the weights: the "
        "part of each update that decay makes",
        "a decay that takes back a third of each update; two runs with it measured here keep "
        "16 % of their weights at most",
    ),
    Threshold(
        "penalty_fraction",
        0.5,
        0.05,
        1.0,
        "penalties on outputs as a part of the first loss, above which they outweigh the predictions",
        "what is more than half of the loss goes first; 24 healthy runs with penalties measured here: "
        "0.14 at most",
    ),
)
ACTIVITY = "activity_regularizer"
REGULARIZERS = ("kernel_regularizer", "recurrent_regularizer", "embeddings_regularizer")
LEAST_SAMPLES = 8
HELD = 0.6  # factor on limits, for a run that learns all the same
WHOLE = 0.95  # of their size, above which weights have not begun to shrink
CAUSES = {
    "optimizer": "Each step shrinks the weights by the learning rate times the decay, and that is a "
    "large part of the whole update. What the gradient adds is taken away again.",
    "regularizer": "The loss contains a penalty on the size of the weights that outweighs what "
    "the data asks for, so the best that training can do is to make the weights small.",
}


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding."""
    weights, step = facts.track("weight"), facts.track("step")
    kernels = facts.kernels(weights)
    if facts.progress.known and facts.progress.has_learned:
        yield from _holds_back(facts)
        return
    if not facts.progress.known:
        return
    if activity := _activity(facts):
        yield activity
        return
    if weights is None or step is None or not kernels or len(weights.at) < LEAST_SAMPLES:
        return
    sizes = weights.thin("l2")[:, weights.rows(kernels)]
    left = ratio(median(sizes[tail(len(sizes))], axis=0), sizes[0])
    limits = facts.thresholds
    if not float(median(left)) < limits["decay_shrink"]:
        return
    # They shrink from where they last were at nearly their full size.
    whole = np.flatnonzero(median(ratio(sizes, np.max(sizes, axis=0)), axis=1) >= WHOLE)
    first = int(weights.at[whole[-1]]) if len(whole) else facts.first_step
    decay = _decay_fraction(facts, kernels)
    penalties = _penalties(facts)
    if decay >= limits["decay_fraction"]:
        yield _finding(facts, "optimizer", float(median(left)), kernels, first, decay)
    elif penalties:
        yield _finding(facts, "regularizer", float(median(left)), kernels, first, np.nan, penalties)


def _decay_fraction(facts: Facts, kernels: Sequence[str]) -> float:
    """Rate times decay, relative to the whole update; NaN if it is not known."""
    step, updates = facts.track("step"), facts.track("update")
    if updates is not None and updates.has("decay_l2"):
        rows = updates.rows(updates.present(kernels))
        parts = ratio(updates.thin("decay_l2")[:, rows], updates.thin("l2")[:, rows])
        if np.isfinite(parts).any():
            return float(median(parts))
    text = facts.structure.compiled.get("optimizer.weight_decay", "")
    present = updates.present(kernels) if updates is not None else []
    if not re.fullmatch(r"[\d.e+-]+", text) or step is None or updates is None or not present:
        return np.nan
    rate = float(median(step.column("learning_rate")))
    typical = float(median(updates.thin("ratio")[:, updates.rows(present)]))
    return float(ratio(rate * float(text), typical))


def _activity(facts: Facts) -> Finding | None:
    """A penalty on what a layer outputs that is most of the loss when training begins."""
    step = facts.track("step")
    layers = {
        layer.path: layer.settings[ACTIVITY]
        for layer in facts.structure.layers
        if ACTIVITY in layer.settings
    }
    if not layers or step is None or not step.has("added_loss") or len(step) < LEAST_SAMPLES:
        return None
    part = float(median(ratio(step.column("added_loss")[:3], step.column("loss")[:3])))
    limit = facts.thresholds["penalty_fraction"]
    if not part >= limit:
        return None
    path = next(iter(layers))
    return Finding(
        problem=PROBLEM,
        variant="activity",
        severity="warning",
        confidence=0.9,
        title=f"{layers[path]} as activity_regularizer of {path} makes {100 * part:.0f} % of the first "
        "loss: training makes its outputs 0",
        first_step=facts.first_step,
        last_step=facts.last_step,
        ongoing=True,
        cause="The penalty on the outputs of this layer is larger than the loss of the predictions, so "
        "the best that training can do first is to make them 0. Then nothing passes through the layer.",
        where=Where(layers=list(layers)),
        evidence=[
            Evidence("added loss / loss at the start", part, "%", limit, "step", "added_loss"),
            *loss_fraction(facts),
        ],
        advice=[
            Advice(
                f"Lower the activity_regularizer of {path} by a factor of 1000, or leave it out.",
                layer_line(facts, path, activity_regularizer="keras.regularizers.L1(1e-5)"),
            )
        ],
    )


def _holds_back(facts: Facts) -> Iterator[Finding]:
    """A penalty on weights that is a large part of the loss at the end, in a run that learns."""
    weights, step, penalties = facts.track("weight"), facts.track("step"), _penalties(facts)
    structure = facts.structure
    kernels = [path for x in structure.weighted if x.layer.path in penalties for path in x.kernels]
    if weights is None or step is None or not step.has("added_loss") or not kernels:
        return
    if len(weights.present(kernels)) < len(kernels) or len(weights.at) < LEAST_SAMPLES:
        return
    sizes = weights.thin("l2")[:, weights.rows(kernels)]
    end = tail(len(sizes))
    left = float(median(ratio(median(sizes[end], axis=0), sizes[0])))
    part = float(median(ratio(step.column("added_loss"), step.column("loss"))[tail(len(step))]))
    limits = facts.thresholds
    if left < HELD * limits["decay_shrink"] and part >= HELD * limits["penalty_fraction"]:
        first = facts.first_step
        found = _finding(facts, "regularizer", left, kernels, first, np.nan, penalties)
        yield dataclasses.replace(found, severity="note", confidence=0.6)


def _penalties(facts: Facts) -> dict[str, str]:
    """Path of a layer to its regularizer."""
    return {
        layer.path: layer.settings[name]
        for layer in facts.structure.layers
        for name in REGULARIZERS
        if name in layer.settings
    }


def _finding(
    facts: Facts,
    variant: str,
    left: float,
    kernels: Sequence[str],
    first: int,
    fraction: float,
    penalties: dict[str, str] | None = None,
) -> Finding:
    limits = facts.thresholds
    decay = facts.structure.compiled.get("optimizer.weight_decay", "")
    layers = list(penalties or facts.structure.layers_of_variables(list(kernels)))
    by = f"a weight decay of {decay}"
    if penalties:
        by = f"{penalties[layers[0]]} in {layers[0]}"
    evidence = [
        Evidence(
            "l2 of the kernels, end / start",
            left,
            "%",
            limits["decay_shrink"],
            "weight",
            "l2",
            kernels[0],
        ),
        *loss_fraction(facts),
    ]
    if variant == "optimizer":
        what = "part of each update that decay makes"
        evidence.insert(1, Evidence(what, fraction, "%", limits["decay_fraction"]))
    return Finding(
        problem=PROBLEM,
        variant=variant,
        severity="error" if facts.progress.is_stuck else "warning",
        confidence=0.9,
        title=f"The weights have shrunk to {100 * left:.2g} % of their size: {by} outweighs learning",
        first_step=first,
        last_step=facts.last_step,
        ongoing=True,
        cause=CAUSES[variant],
        where=Where(layers=layers, variables=list(kernels)),
        evidence=evidence,
        advice=_advice(facts, variant, layers[0], decay),
    )


def _advice(facts: Facts, variant: str, path: str, decay: str) -> list[Advice]:
    if variant == "optimizer":
        lower = float(decay) / 100
        line = optimizer_line(facts, weight_decay=lower)
        text = f"Lower the weight decay by a factor of 100, from {decay} to {lower:.3g}."
        return [Advice(text, f"model.compile(optimizer={line}, ...)")]
    return [
        Advice(
            f"Lower the penalty of {path} by a factor of 1000, or leave it out.",
            layer_line(facts, path),
        )
    ]
