"""Weight decay, or a regularizer, that outweighs what the loss teaches: the weights shrink to nothing.

Decay shrinks weights in healthy runs too, by a few percent. It outweighs learning if the kernels lose
most of their size while the run learns nothing.
"""

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
)
REGULARIZERS = ("kernel_regularizer", "recurrent_regularizer", "embeddings_regularizer")
LEAST_SAMPLES = 8
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
    if weights is None or step is None or not kernels or len(weights.at) < LEAST_SAMPLES:
        return
    if facts.progress.has_learned or not facts.progress.known:
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
    text = facts.structure.compiled.get("optimizer.weight_decay", "")
    present = updates.present(kernels) if updates is not None else []
    if not re.fullmatch(r"[\d.e+-]+", text) or step is None or updates is None or not present:
        return np.nan
    rate = float(median(step.column("learning_rate")))
    typical = float(median(updates.thin("ratio")[:, updates.rows(present)]))
    return float(ratio(rate * float(text), typical))


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
