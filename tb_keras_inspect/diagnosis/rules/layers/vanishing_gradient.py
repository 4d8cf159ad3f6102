"""The gradient fades on its way from the loss back to the first layers.

Gradients are compared within one step, so a converged run, whose gradients are all small, shows
nothing: what counts is how much smaller the gradients of the early kernels are than those of the late
ones. Kernels are judged one by one, and biases are left out: the bias of a recurrent layer still
receives the gradient of the last time step when nothing of the earlier ones is left. A gradient of
exactly zero is another problem (dead units, a path that is cut off).
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from tb_keras_inspect.diagnosis.advice import layer_line
from tb_keras_inspect.diagnosis.evidence import loss_fraction
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import last_period, median, ratio, tail
from tb_keras_inspect.diagnosis.signals.structure import RECURRENT, Weighted
from tb_keras_inspect.diagnosis.signals.track import Track
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.diagnosis.wording import capitalised, listed, number_text, since

PROBLEM = "vanishing_gradient"
NEEDS = ("gradient",)
THRESHOLDS = (
    Threshold(
        "vanishing_ratio",
        1e-2,
        1e-12,
        0.5,
        "gradient of the early kernels divided by that of the late ones, each per element and "
        "relative to the weights, below which it has vanished",
        "healthy runs measured here stay above 0.1; AutoTrainer's 1e-3 misses shallower networks",
    ),
)
# Biases have larger gradients than kernels by nature: factors on the threshold where one is compared.
STRICTNESS = {"depth": 1.0, "time": 1e-3, "signal": 1e-2}
CAUSES = {
    "depth": "Every layer passes on only part of the gradient that it receives, and the parts "
    "multiply. With small weights, or slopes far below 1 (a sigmoid's is at most 1/4), almost "
    "nothing reaches the first layers.",
    "time": "The gradient fades as it goes back through the time steps, and only the last ones still "
    "reach the bias. The weights learn nothing from the earlier part of the sequence.",
    "signal": "The weights are so small that the signal fades on its way forward and the gradient on "
    "its way back. Only the bias of the output trains, and it cannot tell inputs apart.",
}
STILL_LARGE = 0.03  # gradient / weight; healthy layers have about 0.1
LEAST_STEPS = 40  # training steps
LEAST_SAMPLES = 4


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding."""
    gradients = facts.track("gradient")
    layers = facts.structure.weighted
    if gradients is None or len(gradients) < LEAST_SAMPLES or facts.steps_done < LEAST_STEPS:
        return
    for comparison in (_over_depth, _over_time, _of_signal):
        found = comparison(facts, gradients, layers)
        if found is not None:
            yield found
            return


def _over_depth(facts: Facts, gradients: Track, layers: list[Weighted]) -> Finding | None:
    """Compares early layers with late ones."""
    layers = [
        item
        for item in layers
        if gradients.present(item.kernels) and not _is_in_attention(facts, item)
    ]
    if len(layers) < 3:
        return None
    third = max(1, len(layers) // 3)
    relative = _largest(facts, gradients, layers, _relative)
    early, late = (np.max(part, axis=1) for part in (relative[:, :third], relative[:, -third:]))
    # Weights that have grown make a gradient look small: it must be small in itself too.
    absolute = _largest(facts, gradients, layers, _per_element)
    ratios = np.fmax(
        ratio(early, late),
        ratio(np.max(absolute[:, :third], axis=1), np.max(absolute[:, -third:], axis=1)),
    )
    # Small compared with the last layers but large compared with the weights has not faded.
    ratios[(early == 0) | (early > STILL_LARGE)] = np.nan
    title = "the gradient of {} is {} times smaller than that of the last layers"
    return _judge(facts, gradients, "depth", ratios, layers[:third], title)


def _is_in_attention(facts: Facts, item: Weighted) -> bool:
    # How much the softmax of attention passes on to its parts says nothing about depth.
    parent = item.layer.parent
    return parent >= 0 and facts.structure.layers[parent].class_name.endswith("Attention")


def _over_time(facts: Facts, gradients: Track, layers: list[Weighted]) -> Finding | None:
    """Compares a recurrent layer's kernels with its bias, which the last time step alone reaches."""
    for item in layers:
        biases, kernels = gradients.present(item.others), gradients.present(item.kernels)
        if item.layer.class_name not in RECURRENT or not biases or not kernels:
            continue
        sizes = _per_element(facts, gradients, [*kernels, biases[0]])
        ratios = ratio(np.min(sizes[:, :-1], axis=1), sizes[:, -1])
        title = "the gradient of a kernel of {} is {} times smaller than that of its bias"
        found = _judge(facts, gradients, "time", ratios, [item], title)
        if found is not None:
            return found
    return None


def _of_signal(facts: Facts, gradients: Track, layers: list[Weighted]) -> Finding | None:
    """Compares all kernels with the output's bias: neither signal nor gradient gets through."""
    layers = [item for item in layers if len(gradients.present(item.kernels)) == len(item.kernels)]
    if len(layers) < 3 or not facts.progress.is_stuck:
        return None
    biases = gradients.present(layers[-1].others)
    if not biases:
        return None
    kernels = [path for item in layers for path in item.kernels]
    sizes = _per_element(facts, gradients, [*kernels, biases[0]])
    ratios = ratio(np.max(sizes[:, :-1], axis=1), sizes[:, -1])
    ratios[ratios == 0] = np.nan
    title = "the gradients of all kernels ({}) are {} times smaller than that of the output bias"
    return _judge(facts, gradients, "signal", ratios, layers[:-1], title)


def _largest(
    facts: Facts,
    gradients: Track,
    layers: list[Weighted],
    measure: Callable[[Facts, Track, Sequence[str]], np.ndarray],
) -> np.ndarray:
    """The largest of a measure over the kernels of each layer: float64[C, layers]."""
    columns = [
        np.max(measure(facts, gradients, gradients.present(item.kernels)), axis=1)
        for item in layers
    ]
    return np.stack(columns, axis=1)


def _relative(facts: Facts, gradients: Track, paths: Sequence[str]) -> np.ndarray:
    """Gradient l2 / weight l2, so that layers of any size compare: float64[C, paths]."""
    weights = facts.track("weight")
    rows = [weights.row(path) if weights is not None else None for path in paths]
    typical = weights.typical("l2") if weights is not None else np.zeros(0)
    sizes = [typical[row] if row is not None else np.nan for row in rows]
    return ratio(gradients.thin("l2")[:, gradients.rows(paths)], sizes)


def _per_element(facts: Facts, gradients: Track, paths: Sequence[str]) -> np.ndarray:
    """Root mean square of the gradients: float64[C, paths]."""
    rows = gradients.rows(paths)
    return np.asarray(np.hypot(gradients.thin("mean")[:, rows], gradients.thin("std")[:, rows]))


def _judge(
    facts: Facts,
    gradients: Track,
    variant: str,
    ratios: np.ndarray,
    early: list[Weighted],
    title: str,
) -> Finding | None:
    """A finding if the ratios (float64[C]) are, and stay, below the threshold."""
    limit = facts.thresholds["vanishing_ratio"] * STRICTNESS[variant]
    period = last_period(ratios < limit)
    if period is None or not period.ongoing:
        return None
    now = float(median(ratios[tail(len(ratios))]))
    if period.length < max(LEAST_SAMPLES, len(ratios) // 4) or not now < limit:
        return None
    paths = [item.layer.path for item in early]
    first = int(gradients.at[period.first])
    severity, confidence = _severity(facts, now, limit)
    text = title.format(listed(paths), number_text(float(ratio(1, now))))
    return Finding(
        problem=PROBLEM,
        variant=variant,
        severity=severity,
        confidence=confidence,
        title=f"{capitalised(text)} {since(first, facts.first_step)}",
        first_step=first,
        last_step=int(gradients.at[-1]),
        ongoing=True,
        cause=CAUSES[variant],
        where=Where(layers=paths, variables=[p for item in early for p in item.kernels]),
        evidence=_evidence(facts, gradients, early, now, limit),
        advice=_advice(facts, early[0]),
    )


def _severity(facts: Facts, now: float, limit: float) -> tuple[str, float]:
    if facts.progress.has_learned:
        return "note", 0.5
    if facts.progress.is_stuck:
        return "error", 0.95 if now < limit / 10 else 0.85
    return "warning", 0.7


def _evidence(
    facts: Facts, gradients: Track, early: list[Weighted], now: float, limit: float
) -> list[Evidence]:
    path = gradients.present(early[0].kernels)[0]
    (row,) = gradients.rows([path])
    size = float(median(gradients.thin("l2")[tail(len(gradients.at)), row]))
    return [
        Evidence("early gradient / late gradient", now, "", limit, "gradient", "l2", path),
        Evidence(f"l2 of the gradient of {path}", size, "", None, "gradient", "l2", path),
        *loss_fraction(facts),
    ]


def _advice(facts: Facts, first: Weighted) -> list[Advice]:
    if first.layer.class_name in RECURRENT:
        return [
            Advice("Use a gated cell.", "keras.layers.LSTM(units)"),
            Advice(
                "Use the output of every time step, not only of the last one.",
                "keras.layers.LSTM(units, return_sequences=True), "
                "keras.layers.GlobalAveragePooling1D()",
            ),
            Advice("Shorten the sequences."),
        ]
    return [
        Advice(
            "Use an activation function with slope 1 and the matching initialiser.",
            layer_line(
                facts,
                first.layer.path,
                activation='"relu"',
                kernel_initializer='"he_normal"',
            ),
        ),
        Advice("Normalise between the layers.", "keras.layers.BatchNormalization()"),
        Advice(
            "Add residual connections.", "x = keras.layers.Add()([x, keras.layers.Dense(n)(x)])"
        ),
    ]
