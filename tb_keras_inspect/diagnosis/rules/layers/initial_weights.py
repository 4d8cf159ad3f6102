"""Initial weights of the wrong scale: training starts far above a constant prediction, or not at all.

Large weights make the outputs grow from layer to layer, so that the first loss is many times that of
the best constant prediction. Small ones make signal and gradient fade. Both are compared with what the
usual initializers give for the layer's size. A large first loss alone is no proof: targets far from 0
have one too, so the outputs must be larger than the targets. Small weights alone are none either: Adam
grows them. So they count only where the run is stuck.
"""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from tb_keras_inspect.diagnosis.advice import layer_line
from tb_keras_inspect.diagnosis.evidence import loss_fraction
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.initial_scale import first_size, initial_excess
from tb_keras_inspect.diagnosis.signals.onset import median, ratio, tail
from tb_keras_inspect.diagnosis.signals.progress import CROSS_ENTROPIES
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.diagnosis.wording import listed, number_text

PROBLEM = "initial_weights"
NEEDS = ("step", "weight")
THRESHOLDS = (
    Threshold(
        "initial_loss",
        5.0,
        1.5,
        1e6,
        "first loss divided by that of a constant prediction (for a regression, the size of the "
        "first outputs divided by that of the targets), above which training starts far off",
        "37 healthy runs measured here: 2.5 at most; cs231n: check that the first loss is ln(classes)",
    ),
    Threshold(
        "initial_excess",
        1.5,
        1.0,
        100.0,
        "standard deviation of a layer's initial weights divided by that of He or Glorot "
        "initialisation, whichever is larger, above which they are too large",
        "Glorot and He initialisation give at most 1.0; 37 healthy runs measured here 1.13",
    ),
    Threshold(
        "initial_lack",
        0.3,
        1e-6,
        1.0,
        "standard deviation of a layer's initial weights divided by that of LeCun or Glorot "
        "initialisation, whichever is smaller, below which they are too small",
        "healthy hidden layers measured here: 0.9 at least",
    ),
)
LEAST_LAYERS = 2  # with small weights, for the signal to fade
GROWN = 10.0  # size of the largest output relative to the first
FADED = 0.05  # size of the last hidden output relative to the first
CAUSES = {
    "too_large": "The initial weights of these layers are larger than their number of inputs allows, "
    "so outputs grow from layer to layer. Most of training is spent on bringing them back, if they "
    "come back at all.",
    "grows": "Each layer has usual weights, but the layers together make the outputs grow: residual "
    "branches that add up, or layers without normalisation.",
    "too_small": "The initial weights of these layers are so small that each layer passes on a "
    "fraction of its input, and of the gradient on its way back. The fractions multiply, and almost "
    "nothing arrives at either end.",
}


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding."""
    if not facts.progress.known or facts.structure.has_own_step:
        return
    excess = initial_excess(facts)
    if excess:
        yield from _too_large(facts, excess)
        yield from _too_small(facts, excess)


def _too_large(facts: Facts, excess: dict[str, tuple[float, float, float]]) -> Iterator[Finding]:
    judged = _start(facts)
    limit = facts.thresholds["initial_excess"]
    culprits = [path for path, (_, _, high) in excess.items() if high >= limit]
    if judged is None:
        return
    if not culprits:
        yield from _grows(facts, judged)
        return
    progress = facts.progress
    times = number_text(float(f"{judged.value:.2g}"))
    what = (
        f"a loss of {number_text(progress.start)}, {times} times that of a constant prediction"
        if judged.kind == "step"
        else f"outputs {times} times as large as the targets"
    )
    above = _is_still_far(facts, judged)
    over = progress.has_learned or not above
    worst = max(excess[path][2] for path in culprits)
    kind = "biases" if all(path.endswith("bias") for path in culprits) else "weights"
    yield _finding(
        facts,
        "too_large",
        "error" if above and not progress.has_learned else "warning",
        0.9,
        f"Training starts with {what}: the initial {kind} of {_layers_text(facts, culprits)} are "
        f"{'up to ' if len(culprits) > 1 else ''}{number_text(_rounded(worst))} times as large as they "
        "should be",
        not over,
        culprits,
        [judged, *_weights(excess, culprits, 2, limit)],
    )


def _is_still_far(facts: Facts, judged: Evidence) -> bool:
    """Whether the loss, or the outputs of a regression, are far off at the end too."""
    track = facts.track("activation")
    if judged.kind == "step" or track is None:
        return not facts.progress.fraction < 1
    (row,) = track.rows([judged.row])
    size = np.hypot(track.thin("mean")[:, row], track.thin("std")[:, row])
    now = judged.value * float(ratio(median(size[tail(len(size))]), size[0]))
    return bool(now >= facts.thresholds["initial_loss"])


def _grows(facts: Facts, judged: Evidence) -> Iterator[Finding]:
    """Outputs that grow from layer to layer although each has usual weights."""
    sizes = [(site, first_size(facts, site.name)) for site in facts.structure.leaves]
    sizes = [(site, size) for site, size in sizes if np.isfinite(size) and size > 0]
    if len(sizes) < 2 or max(size for _, size in sizes) < GROWN * max(sizes[0][1], 1.0):
        return
    pairs = itertools.pairwise(sizes)
    (before, low), (site, high) = max(pairs, key=lambda pair: pair[1][1] / pair[0][1])
    layer = facts.structure.layer_of_site(site.name)
    if layer is None:
        return
    ends = Evidence(
        f"size of the output of {site.name} / of {before.name}",
        high / low,
        "times",
        None,
        "activation",
        "std",
        site.name,
    )
    over = facts.progress.has_learned
    yield Finding(
        problem=PROBLEM,
        variant="grows",
        severity="warning",
        confidence=0.75,
        title=f"Training starts far above a constant prediction ({judged.text}): outputs grow from "
        f"layer to layer, most in {layer.path}",
        first_step=facts.first_step,
        last_step=facts.last_step,
        ongoing=not over,
        cause=CAUSES["grows"],
        where=Where(layers=[layer.path]),
        evidence=[judged, ends],
        advice=[
            Advice("Normalise between the layers.", "keras.layers.LayerNormalization()"),
            Advice(
                "Start the last layer of each residual branch at zero.",
                layer_line(facts, layer.path, kernel_initializer='"zeros"'),
            ),
        ],
    )


def _start(facts: Facts) -> Evidence | None:
    """The number that shows a start far off; None if it is not far off, or not known."""
    progress, limit = facts.progress, facts.thresholds["initial_loss"]
    loss = facts.structure.compiled.get("loss", "")
    if loss in CROSS_ENTROPIES or loss == "binary_crossentropy":
        name = "first loss / loss of a constant prediction"
        found = Evidence(
            name, float(progress.start / progress.baseline), "times", limit, "step", "loss"
        )
    else:
        target, outputs = facts.track("target"), facts.structure.outputs
        if target is None or len(target.names) != 1 or not outputs:
            return None
        size = float(median(np.hypot(target.thin("mean")[:, 0], target.thin("std")[:, 0])))
        value = float(ratio(first_size(facts, outputs[0].name), size))
        name = "size of the first outputs / size of the targets"
        found = Evidence(name, value, "times", limit, "activation", "std", outputs[0].name)
    return found if found.value >= limit else None


def _too_small(facts: Facts, excess: dict[str, tuple[float, float, float]]) -> Iterator[Finding]:
    limit = facts.thresholds["initial_lack"]
    hidden = [item for item in facts.structure.weighted[:-1] if item.kernels[0] in excess]
    kernels = [path for item in hidden for path in item.kernels if path in excess]
    small = [path for path in kernels if excess[path][1] <= limit]
    if len(small) < max(LEAST_LAYERS, len(kernels) / 2) or not facts.progress.is_stuck:
        return
    faded = float(ratio(first_size(facts, hidden[-1].site), first_size(facts, hidden[0].site)))
    if not faded <= FADED or not any(excess[path][0] > 0 for path in small):
        return
    name = f"size of the output of {hidden[-1].layer.path} / of {hidden[0].layer.path}"
    times = number_text(_rounded(1 / excess[small[-1]][1]))
    yield _finding(
        facts,
        "too_small",
        "error",
        0.9,
        f"Signal and gradient fade: the initial weights of {_layers_text(facts, small)} are {times} "
        "times smaller than they should be",
        True,
        small,
        [
            Evidence(name, faded, "", FADED, "activation", "std", hidden[-1].site),
            *_weights(excess, small, 1, limit),
            *loss_fraction(facts),
        ],
    )


def _finding(
    facts: Facts,
    variant: str,
    severity: str,
    confidence: float,
    title: str,
    ongoing: bool,
    paths: Sequence[str],
    evidence: Sequence[Evidence],
) -> Finding:
    layers = facts.structure.layers_of_variables(list(paths))
    return Finding(
        problem=PROBLEM,
        variant=variant,
        severity=severity,
        confidence=confidence,
        title=title,
        first_step=facts.first_step,
        last_step=facts.last_step,
        ongoing=ongoing,
        cause=CAUSES[variant],
        where=Where(layers=layers, variables=list(paths)),
        evidence=evidence,
        advice=_advice(facts, layers[0], all(path.endswith("bias") for path in paths)),
    )


def _advice(facts: Facts, path: str, is_of_biases: bool) -> list[Advice]:
    layer = next(item for item in facts.structure.layers if item.path == path)
    if is_of_biases:
        bias = layer.settings.get("bias_initializer", "")
        text = f"Start the biases of {path} at 0{f' instead of {bias}' if bias else ''}."
        return [Advice(text, layer_line(facts, path, bias_initializer='"zeros"'))]
    now = layer.settings.get("kernel_initializer") or layer.settings.get("embeddings_initializer")
    instead = f" instead of {now}" if now else ""
    if layer.class_name == "Embedding":
        text = f"Draw the vectors of {path} with a standard deviation of at most 1{instead}."
        code = layer_line(facts, path, embeddings_initializer='"uniform"')
        return [Advice(text, code)]
    proper = "he_normal" if layer.activation in ("relu", "relu6", "gelu", "silu", "elu") else ""
    proper = proper or ("lecun_normal" if layer.activation == "selu" else "glorot_uniform")
    text = f"Use {proper} for these layers{instead}."
    return [
        Advice(text, layer_line(facts, path, kernel_initializer=f'"{proper}"')),
        Advice("Normalise between the layers.", "keras.layers.BatchNormalization()"),
    ]


def _layers_text(facts: Facts, paths: Sequence[str]) -> str:
    return listed(facts.structure.layers_of_variables(list(paths)))


def _weights(
    excess: dict[str, tuple[float, float, float]], paths: Sequence[str], which: int, limit: float
) -> list[Evidence]:
    return [
        Evidence(
            f"initial {path} / usual initialiser",
            excess[path][which],
            "times",
            limit,
            "weight",
            "std",
            path,
        )
        for path in paths[:3]
    ]


def _rounded(value: float) -> float:
    return float(f"{value:.2g}")
