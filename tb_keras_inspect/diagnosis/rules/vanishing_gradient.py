"""The gradient fades on its way from the loss to the first layers.

Sizes are compared within the same step, so that a converged run, whose gradients are all small, is
none: what counts is how much smaller the gradient of the early layers' kernels is than that of the
late ones. Kernels are judged one by one and biases left aside: in a recurrent layer the bias still
gets the gradient of the last time step when nothing of the steps before it is left. Exactly zero is
another fault (dead units, a cut path).
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.facts import Facts
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where, listed, number_text
from tb_keras_inspect.diagnosis.onset import (
    last_spell,
    median,
    ratio,
    tail,
)
from tb_keras_inspect.diagnosis.structure import RECURRENT, Weighted
from tb_keras_inspect.diagnosis.thresholds import Threshold

PROBLEM = "vanishing_gradient"
THRESHOLDS = (
    Threshold(
        "vanishing_ratio",
        1e-2,
        1e-12,
        0.5,
        "gradient of the early kernels over that of the late ones, each per element and relative to "
        "the weights, below which it has vanished",
        "healthy runs measured here stay above 0.1; AutoTrainer says 1e-3, which misses shallower ones",
    ),
)
# Biases have larger gradients than kernels by nature: how much stricter a comparison with one is.
TIME, SIGNAL = 1e-3, 1e-2
STILL_LARGE = 0.03  # gradient over weight; healthy layers have about 0.1
LEAST_STEPS = 40  # of training
LEAST_SAMPLES = 4


def find(facts: Facts) -> Iterator[Finding]:
    """At most one finding."""
    gradients = facts.track("gradient")
    layers = facts.structure.weighted
    if gradients is None or len(gradients) < LEAST_SAMPLES or facts.steps_done < LEAST_STEPS:
        return
    for measure in (_over_depth, _over_time, _of_signal):
        found = measure(facts, gradients, layers)
        if found is not None:
            yield found
            return


def _relative(facts: Facts, gradients, paths) -> np.ndarray:
    """float64[C, n]: gradient l2 over weight l2, so that layers of any size compare."""
    weights = facts.track("weight")
    rows = [weights.row(path) if weights is not None else None for path in paths]
    sizes = [weights.typical("l2")[row] if row is not None else np.nan for row in rows]
    return ratio(gradients.thin("l2")[:, [gradients.row(path) for path in paths]], sizes)


def _per_layer(
    facts: Facts, gradients, layers: list[Weighted]
) -> tuple[list[Weighted], np.ndarray]:
    """Layers whose kernels have a gradient, and the largest one of each: float64[C, n]."""
    kept, columns = [], []
    for item in layers:
        paths = [path for path in item.kernels if gradients.row(path) is not None]
        if paths:
            kept.append(item)
            columns.append(np.max(_relative(facts, gradients, paths), axis=1))
    return kept, np.stack(columns, axis=1) if columns else np.zeros((0, 0))


def _over_depth(facts: Facts, gradients, layers) -> Finding | None:
    """Early layers against late ones."""
    layers = [item for item in layers if not _is_in_attention(facts, item)]
    kept, sizes = _per_layer(facts, gradients, layers)
    if len(kept) < 3:
        return None
    third = max(1, len(kept) // 3)
    early, late = (np.max(part, axis=1) for part in (sizes[:, :third], sizes[:, -third:]))
    # Weights that have grown make a gradient look small beside them: it must be small by itself too.
    alone = np.stack([_largest_per_element(facts, gradients, item) for item in kept], axis=1)
    shares = np.fmax(
        ratio(early, late),
        ratio(np.max(alone[:, :third], axis=1), np.max(alone[:, -third:], axis=1)),
    )
    # Small against the last layers' and large against the weights is no fading.
    shares[(early == 0) | (early > STILL_LARGE)] = np.nan
    return _judge(
        facts,
        gradients,
        shares,
        kept[:third],
        "the gradient of {} is {} of the last layers'",
        1.0,
        "Every layer passes on only part of the gradient it gets, and the parts multiply. With "
        "slopes well under 1 (a sigmoid's is at most 1/4), or small weights, next to nothing "
        "arrives at the first layers.",
    )


def _is_in_attention(facts: Facts, item: Weighted) -> bool:
    """What the softmax of attention lets through to its parts says nothing about depth."""
    parent = item.layer.parent
    return parent >= 0 and facts.structure.layers[parent].class_name.endswith("Attention")


def _over_time(facts: Facts, gradients, layers) -> Finding | None:
    """Kernels of a recurrent layer against its own bias, which the last time step alone feeds."""
    for item in layers:
        biases = [path for path in item.others if gradients.row(path) is not None]
        kernels = [path for path in item.kernels if gradients.row(path) is not None]
        if item.layer.class_name not in RECURRENT or not biases or not kernels:
            continue
        sizes = _per_element(facts, gradients, [*kernels, biases[0]])
        shares = ratio(np.min(sizes[:, :-1], axis=1), sizes[:, -1])
        found = _judge(
            facts,
            gradients,
            shares,
            [item],
            "the gradient of a kernel of {} is {} of its bias's",
            TIME,
            "The gradient fades as it goes back through the time steps: only the last ones still "
            "feed the bias. What the sequence said earlier does not reach the weights.",
        )
        if found is not None:
            return found
    return None


def _of_signal(facts: Facts, gradients, layers) -> Finding | None:
    """All kernels against the output's bias: neither signal nor gradient get through."""
    kept = [item for item in layers if all(gradients.row(p) is not None for p in item.kernels)]
    if len(kept) < 3 or not facts.progress.is_stuck:
        return None
    biases = [path for path in kept[-1].others if gradients.row(path) is not None]
    if not biases:
        return None
    kernels = [path for item in kept for path in item.kernels]
    sizes = _per_element(facts, gradients, [*kernels, biases[0]])
    shares = ratio(np.max(sizes[:, :-1], axis=1), sizes[:, -1])
    shares[shares == 0] = np.nan
    return _judge(
        facts,
        gradients,
        shares,
        kept[:-1],
        "the gradient of all kernels, {} among them, is {} of the output bias's",
        SIGNAL,
        "The weights are so small that the signal fades on its way forward and the gradient on its "
        "way back. Only the output's bias is trained, which cannot tell inputs apart.",
    )


def _per_element(facts: Facts, gradients, paths: list[str]) -> np.ndarray:
    """Root mean square of each gradient: float64[C, n]."""
    mean, deviation = gradients.thin("mean"), gradients.thin("std")
    rows = [gradients.row(path) for path in paths]
    return np.hypot(mean[:, rows], deviation[:, rows])


def _largest_per_element(facts: Facts, gradients, item: Weighted) -> np.ndarray:
    paths = [path for path in item.kernels if gradients.row(path) is not None]
    return np.max(_per_element(facts, gradients, paths), axis=1)


def _judge(
    facts: Facts, gradients, shares, early, title: str, strictness: float, cause: str
) -> Finding | None:
    limit = facts.thresholds["vanishing_ratio"] * strictness
    spell = last_spell(shares < limit)
    if spell is None or not spell.ongoing or spell.length < max(LEAST_SAMPLES, len(shares) // 4):
        return None
    now = float(median(shares[tail(len(shares))]))
    if not now < limit:
        return None
    paths = [item.layer.path for item in early]
    first = int(gradients.at[spell.first])
    text = title.format(listed(paths), number_text(now))
    severity, confidence = _severity(facts, now, limit)
    return Finding(
        problem=PROBLEM,
        severity=severity,
        confidence=confidence,
        title=f"{text[0].upper()}{text[1:]} since step {first}",
        first_step=first,
        last_step=int(gradients.at[-1]),
        ongoing=True,
        cause=cause,
        where=Where(layers=paths, variables=[p for item in early for p in item.kernels]),
        evidence=_evidence(facts, gradients, early, now, limit),
        advice=_advice(early[0]),
    )


def _severity(facts: Facts, now: float, limit: float) -> tuple[str, float]:
    if facts.progress.has_learned:
        return "note", 0.5
    if facts.progress.is_stuck:
        return "error", 0.95 if now < limit / 10 else 0.85
    return "warning", 0.7


def _evidence(facts: Facts, gradients, early, now: float, limit: float) -> list[Evidence]:
    path = early[0].kernels[0]
    size = float(median(gradients.thin("l2")[tail(len(gradients.at)), gradients.row(path)]))
    found = [
        Evidence("gradient, early over late", now, "", limit, "gradient", "l2", path),
        Evidence(f"l2 of the gradient of {path}", size, "", None, "gradient", "l2", path),
    ]
    if facts.progress.known:
        share = facts.progress.share
        found.append(
            Evidence("loss, as a share of that of guessing", share, "%", None, "step", "loss")
        )
    return found


def _advice(first: Weighted) -> list[Advice]:
    if first.layer.class_name in RECURRENT:
        return [
            Advice("Use a cell with gates.", "keras.layers.LSTM(units)"),
            Advice(
                "Let every time step count, not only the last one.",
                "keras.layers.LSTM(units, return_sequences=True), "
                "keras.layers.GlobalAveragePooling1D()",
            ),
            Advice("Shorten the sequences."),
        ]
    return [
        Advice(
            "Use an activation function with slope 1, and the initialiser made for it.",
            'keras.layers.Dense(units, activation="relu", kernel_initializer="he_normal")',
        ),
        Advice("Normalise between the layers.", "keras.layers.BatchNormalization()"),
        Advice(
            "Lead the gradient around layers.",
            "x = keras.layers.Add()([x, keras.layers.Dense(n)(x)])",
        ),
    ]
