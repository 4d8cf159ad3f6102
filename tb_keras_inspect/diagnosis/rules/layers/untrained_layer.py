"""Layers whose weights never change: cut off from the loss, without a gradient, or without an update.

Biases in front of a normalising layer, and of
attention keys, have no gradient by construction: a layer counts by its kernels only.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.advice import (
    accumulate_less,
    no_weights,
    optimizer_line,
    raise_rate,
)
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import median
from tb_keras_inspect.diagnosis.signals.structure import Weighted
from tb_keras_inspect.diagnosis.signals.track import Track
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.diagnosis.wording import listed

PROBLEM = "untrained_layer"
NEEDS = ("gradient",)
THRESHOLDS = (
    Threshold(
        "untrained_samples",
        5,
        2,
        1000,
        "samples over which a layer's weights must have had no gradient, or no update, at all",
        "SageMaker Debugger says 3 steps; a batch that skips a rare branch is no fault",
    ),
)
LEAST_STEPS = 100
PRECISION = 1e-6  # relative, of float32; lower ones are far coarser
TITLES = {
    "disconnected": "{} receives no gradient: the loss does not depend on it",
    "zero_gradient": "The gradient of {} is exactly zero at every sampled step",
    "zero_rate": "The weights of {} never change: the learning rate is 0",
    "below_precision": "The weights of {} never change: the updates are too small for their precision",
    "zero_update": "The weights of {} never change, although a gradient arrives",
}
CAUSES = {
    "disconnected": "The loss does not depend on these variables, so the backward pass never reaches "
    "them. A branch that is not used, an output without a loss, or an operation without a derivative "
    "(argmax, round, stop_gradient, a NumPy call) cuts them off.",
    "zero_gradient": "The backward pass reaches these kernels with a gradient of zero. Either the "
    "layers after them are flat (dead units, all-zero weights, a clipped or rounded value), or "
    "their own input is zero.",
    "zero_rate": "A gradient arrives, and the optimizer multiplies it by a learning rate of 0.",
    "below_precision": "A gradient arrives, but the learning rate times it is smaller than the last "
    "digit of the weights, so adding it changes nothing.",
    "zero_update": "A gradient arrives, and the optimizer leaves the weights as they are: most likely "
    "it does not have these variables.",
}


def find(facts: Facts) -> Iterator[Finding]:
    """Yields one finding for each reason: no path to the loss, zero gradient, zero update."""
    yield from _disconnected(facts)
    yield from _unchanged(facts)


def _disconnected(facts: Facts) -> Iterator[Finding]:
    model = facts.structure.model
    if model is None:
        return
    known = {variable.path for variable in facts.structure.variables}
    names = [item.name for item in model.omissions if item.what == "gradient"]
    names = [name for name in names if name in known and _never_moves(facts, name)]
    kernels = {path for item in facts.structure.weighted for path in item.kernels}
    if kernels.isdisjoint(names):
        return
    layer = facts.structure.layer_of_variable(names[0])
    top = layer.path.split("/")[0] if layer else names[0]
    yield _finding(
        facts,
        "disconnected",
        names,
        "warning",
        Evidence("variables without a gradient", len(names), "variables"),
        [
            Advice("Connect the layer's output to one that has a loss, or remove the layer."),
            Advice(
                "If you do not want to train it, freeze it.",
                f'model.get_layer("{top}").trainable = False',
            ),
        ],
    )


def _never_moves(facts: Facts, name: str) -> bool:
    """Whether a variable without a recorded gradient has none: then it is never updated either.

    A gradient can be missing for other reasons, such as a form that cannot be recorded.
    """
    if np.any(_values(facts, "gradient", name) > 0):
        return False
    updates = _values(facts, "update", name)
    if len(updates):
        return not np.any(updates)
    weights = _values(facts, "weight", name)
    return len(weights) > 1 and bool(np.all(weights == weights[0]))


def _values(facts: Facts, kind: str, name: str) -> np.ndarray:
    """The l2 of a row at the thinned samples at which it was recorded."""
    values = facts.thin(kind, "l2", name)
    return np.asarray(values[~np.isnan(values)])


def _unchanged(facts: Facts) -> Iterator[Finding]:
    gradients, updates = facts.track("gradient"), facts.track("update")
    least = int(facts.thresholds["untrained_samples"])
    without_update: list[str] = []
    without_gradient: list[str] = []
    for item in facts.structure.weighted:
        gradient = [_largest(gradients, path) for path in item.kernels]
        update = [_largest(updates, path) for path in item.kernels]
        if gradients is not None and len(gradients) >= least and set(gradient) == {0.0}:
            without_gradient += item.kernels
        elif (
            updates is not None
            and len(updates) >= least
            and set(update) == {0.0}
            and (not all(np.isnan(gradient)) or _is_left_out(facts, item))
        ):
            without_update += item.kernels
    severity = "warning" if facts.progress.has_learned else "error"
    if without_gradient:
        yield _finding(
            facts,
            "zero_gradient",
            without_gradient,
            severity,
            Evidence(
                "largest l2 of the gradient", 0.0, "", None, "gradient", "l2", without_gradient[0]
            ),
            no_weights(facts)
            or [
                Advice(
                    "Check the layers directly before and after: dead units, zero weights, clipping."
                ),
                Advice(
                    "Initialise with small random numbers.", 'kernel_initializer="glorot_uniform"'
                ),
            ],
        )
    if without_update:
        variant, advice = _why_no_update(facts, without_update)
        evidence = Evidence(
            "largest l2 of the update", 0.0, "", None, "update", "l2", without_update[0]
        )
        yield _finding(facts, variant, without_update, severity, evidence, advice)


def _is_left_out(facts: Facts, item: Weighted) -> bool:
    """Whether an own `train_step` updates other layers beside this one.

    A model within the model that is not updated at all, such as a teacher, is meant to stay.
    """
    structure, updates = facts.structure, facts.track("update")
    beside = [x for x in structure.weighted if x.layer.parent == item.layer.parent]
    moved = [max((_largest(updates, path) for path in x.kernels), default=0.0) for x in beside]
    moves = np.nanmax(moved, initial=0.0) > 0
    return structure.has_own_step and bool(moves or _is_fresh(facts, beside))


def _is_fresh(facts: Facts, part: list[Weighted]) -> bool:
    """Whether a part of the model that trains nowhere holds its first biases, which are zero.

    A teacher has been trained before, and a network that follows another one has its shapes.
    """
    structure = facts.structure
    shapes = {v.path: tuple(v.shape) for v in structure.variables}
    biases = [path for item in part for path in item.others if path.endswith("bias")]
    kernels = [shapes[path] for item in part for path in item.kernels]
    inside = {item.layer.path for item in part}
    others = [
        [
            shapes[path]
            for item in structure.weighted
            if item.layer.parent == parent
            for path in item.kernels
        ]
        for parent in {x.layer.parent for x in structure.weighted if x.layer.path not in inside}
    ]
    known = [_values(facts, "weight", path) for path in biases]
    if facts.steps_done < LEAST_STEPS or not known or kernels in others or not others:
        return False
    return all(len(values) and not np.any(values) for values in known)


def _why_no_update(facts: Facts, paths: list[str]) -> tuple[str, list[Advice]]:
    """The form of the problem, and what to try."""
    step, weights = facts.track("step"), facts.track("weight")
    rates = step.column("learning_rate") if step is not None else np.full(1, np.nan)
    if np.nanmax(rates, initial=-np.inf) == 0:
        check = "print(float(model.optimizer.learning_rate))"
        return "zero_rate", [Advice("Check the learning rate and its schedule.", check)]
    rate = float(median(rates))
    sizes = [_largest(weights, path) for path in paths]
    gradients = [_largest(facts.track("gradient"), path) for path in paths]
    # Rounded in float32, and in units of the largest weight: what is far below adds nothing.
    if np.all(rate * np.array(gradients) < PRECISION * np.array(sizes)):
        return "below_precision", [
            Advice(
                "Find out what takes the gradient away: small weights, saturated or dead layers "
                "behind these."
            ),
            raise_rate(facts),
        ]
    if advice := accumulate_less(facts):
        return "zero_update", [advice]
    if facts.structure.has_own_step:
        line = "gradients = tape.gradient(loss, self.trainable_variables)"
        return "zero_update", [
            Advice("Take the gradient for all variables in `train_step`, and apply it.", line)
        ]
    again = "model.compile(optimizer=" + optimizer_line(facts) + ", ...)"
    return "zero_update", [Advice("Compile again after you change what is trainable.", again)]


def _largest(track: Track | None, path: str) -> float:
    """The largest l2 of a row, NaN if it was not recorded."""
    row = track.row(path) if track is not None else None
    return float(track.largest("l2")[row]) if track is not None and row is not None else np.nan


def _finding(
    facts: Facts,
    variant: str,
    names: list[str],
    severity: str,
    evidence: Evidence,
    advice: list[Advice],
) -> Finding:
    layers = facts.structure.layers_of_variables(names)
    return Finding(
        problem=PROBLEM,
        variant=variant,
        severity=severity,
        confidence=0.9,
        title=TITLES[variant].format(listed(layers or names)),
        first_step=facts.first_step,
        last_step=facts.last_step,
        ongoing=True,
        cause=CAUSES[variant],
        where=Where(layers=layers, variables=names),
        evidence=[evidence],
        advice=advice,
    )
