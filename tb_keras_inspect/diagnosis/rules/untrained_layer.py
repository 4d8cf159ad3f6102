"""Layers whose weights do not change: disconnected from the loss, without a gradient, or frozen.

A frozen layer is a note: freezing is how one fine-tunes. It is more than that where layers in front of
it train, or where the model does not learn with it. Biases in front of a normalising layer, and of
attention keys, have no gradient by construction: only whole layers count, by their kernels.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.facts import Facts
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where, listed
from tb_keras_inspect.diagnosis.structure import NORMALISING
from tb_keras_inspect.diagnosis.thresholds import Threshold

PROBLEM = "untrained_layer"
THRESHOLDS = (
    Threshold(
        "untrained_samples",
        5,
        2,
        1000,
        "samples over which a layer's weights must have had no gradient or no update at all",
        "SageMaker Debugger says 3 steps; a batch that leaves a rare branch out is no fault",
    ),
)
NO_GRADIENT = "no gradient"
NOT_FALLING = 0.95  # of the loss of guessing: a head on frozen layers may learn slowly
MOSTLY_FROZEN = 0.9  # of all parameters


def find(facts: Facts) -> Iterator[Finding]:
    """One finding for each reason: no path to the loss, zero gradient, zero update, frozen."""
    yield from _disconnected(facts)
    yield from _unmoved(facts)
    yield from _frozen(facts)


def _disconnected(facts: Facts) -> Iterator[Finding]:
    model = facts.structure.model
    if model is None:
        return
    names = [o.name for o in model.omissions if o.what == "gradient" and NO_GRADIENT in o.reason]
    gradients = facts.track("gradient")
    known = {variable.path for variable in facts.structure.variables}
    names = [name for name in names if name in known and not _ever(gradients, name)]
    kernels = {path for item in facts.structure.weighted for path in item.kernels}
    if not any(name in kernels for name in names):
        return
    yield _make(
        facts,
        names,
        "warning",
        0.9,
        "{} gets no gradient: the loss does not depend on it",
        "The loss does not depend on these variables, so the backward pass never reaches them. A "
        "branch that is not used, an output without a loss, or an operation without a derivative "
        "(argmax, round, stop_gradient, a NumPy call) cuts them off.",
        [
            Advice("Connect the layer's output to one that has a loss, or remove the layer."),
            Advice(
                "If it is not meant to be trained, say so.",
                f'model.get_layer("{_top(facts, names)}").trainable = False',
            ),
        ],
        Evidence("variables without any gradient", len(names), "variables"),
    )


def _ever(gradients, name: str) -> bool:
    """Whether a variable had a gradient at some step."""
    row = gradients.row(name) if gradients is not None else None
    return row is not None and bool(np.any(gradients.thin("l2")[:, row] > 0))


def _unmoved(facts: Facts) -> Iterator[Finding]:
    gradients, updates = facts.track("gradient"), facts.track("update")
    least = int(facts.thresholds["untrained_samples"])
    still, dry = [], []
    for item in facts.structure.weighted:
        gradient = [_largest(gradients, path) for path in item.kernels]
        update = [_largest(updates, path) for path in item.kernels]
        if gradients is not None and len(gradients) >= least and set(gradient) == {0.0}:
            dry += item.kernels
        elif not all(np.isnan(gradient)) and set(update) == {0.0} and len(updates) >= least:
            still += item.kernels
    if dry:
        yield _zero_gradient(facts, dry)
    if still:
        yield _zero_update(facts, still)


def _largest(track, path: str) -> float:
    row = track.row(path) if track is not None else None
    return float(track.largest("l2")[row]) if row is not None else np.nan


def _zero_gradient(facts: Facts, names: list[str]) -> Finding:
    return _make(
        facts,
        names,
        "error" if not facts.progress.has_learned else "warning",
        0.9,
        "The gradient of {} is exactly zero at every sampled step",
        "The backward pass reaches these kernels, and what arrives is zero. Either what comes after "
        "them is flat (dead units, weights that are all zero, a clipped or rounded value), or what "
        "comes into them is zero.",
        [
            Advice(
                "Look at the layers right after and before: dead units, zero weights, clipping."
            ),
            Advice("Initialise with small random numbers.", 'kernel_initializer="glorot_uniform"'),
        ],
        Evidence("largest l2 of the gradient", 0.0, "", None, "gradient", "l2", names[0]),
    )


def _zero_update(facts: Facts, names: list[str]) -> Finding:
    return _make(
        facts,
        names,
        "error" if not facts.progress.has_learned else "warning",
        0.9,
        "{} has a gradient, but its weights never change",
        "A gradient arrives, and the optimizer leaves the weights as they are. The learning rate is "
        "0 or too small for the weights' precision, or the optimizer was not given these variables.",
        [
            Advice(
                "Check the learning rate and its schedule.",
                "print(float(model.optimizer.learning_rate))",
            ),
            Advice(
                "Compile after changing what is trainable.",
                'model.compile(optimizer="adam", loss=...)',
            ),
        ],
        Evidence("largest l2 of the update", 0.0, "", None, "update", "l2", names[0]),
    )


def _frozen(facts: Facts) -> Iterator[Finding]:
    structure = facts.structure
    frozen = [
        i
        for i, layer in enumerate(structure.layers)
        if not layer.trainable and layer.parameters and not structure.is_container(i)
    ]
    if not frozen:
        return
    paths = [structure.layers[i].path for i in frozen]
    severity, why = _of_frozen(facts, frozen)
    yield Finding(
        problem=PROBLEM,
        severity=severity,
        confidence=0.5 if severity == "note" else 0.7,
        title=f"{listed(paths)} {'is' if len(paths) == 1 else 'are'} frozen{why}",
        first_step=facts.first_step,
        last_step=facts.last_step,
        ongoing=True,
        cause="`trainable` is False for these layers, so their weights stay as they are. In "
        "fine-tuning that is meant; with weights that were never trained it is a mistake.",
        where=Where(layers=paths),
        evidence=[
            Evidence(
                "parameters that are frozen",
                float(sum(structure.layers[i].parameters for i in frozen)),
                "parameters",
            )
        ],
        advice=[
            Advice(
                "If it is not meant, set it back before `compile`.",
                f'model.get_layer("{paths[0].split("/")[0]}").trainable = True',
            )
        ],
    )


def _of_frozen(facts: Facts, frozen: list[int]) -> tuple[str, str]:
    """Severity, and what makes it more than a note."""
    structure = facts.structure
    if not structure.variables:
        return "error", ", which is all there is: nothing is trained"
    if structure.has_own_step:
        return "note", ""
    if _are_behind_trained(facts, frozen):
        return "warning", ", behind layers that are trained"
    if facts.progress.is_stuck and facts.progress.share > NOT_FALLING:
        return "warning", ", and the loss does not fall"
    return "note", ""


def _are_behind_trained(facts: Facts, frozen: list[int]) -> bool:
    """Whether layers in front of them train: fine-tuning freezes the first layers, not the last.

    Models within a model (the discriminator while a generator is trained), frozen normalisation, and
    models that are frozen but for adapters are meant so.
    """
    structure = facts.structure
    total = sum(layer.parameters for i, layer in _leaves(facts))
    share = sum(structure.layers[i].parameters for i in frozen) / max(total, 1)
    first_site = {site.layer: n for n, site in reversed(list(enumerate(structure.sites)))}
    trained = min((item.depth for item in structure.weighted), default=0)
    return share < MOSTLY_FROZEN and any(
        first_site.get(i, -1) > trained
        and structure.layers[i].parent < 0
        and structure.layers[i].class_name not in NORMALISING
        for i in frozen
    )


def _leaves(facts: Facts):
    layers = enumerate(facts.structure.layers)
    return [(i, layer) for i, layer in layers if not facts.structure.is_container(i)]


def _top(facts: Facts, names: list[str]) -> str:
    layer = facts.structure.layer_of_variable(names[0])
    return layer.path.split("/")[0] if layer else names[0]


def _make(
    facts: Facts,
    names: list[str],
    severity: str,
    confidence: float,
    title: str,
    cause: str,
    advice: list[Advice],
    evidence: Evidence,
) -> Finding:
    layers = [facts.structure.layer_of_variable(name) for name in names]
    paths = list(dict.fromkeys(layer.path for layer in layers if layer is not None))
    return Finding(
        problem=PROBLEM,
        severity=severity,
        confidence=confidence,
        title=title.format(listed(paths or names)),
        first_step=facts.first_step,
        last_step=facts.last_step,
        ongoing=True,
        cause=cause,
        where=Where(layers=paths, variables=names),
        evidence=[evidence],
        advice=advice,
    )
