"""An output that gets no say: its loss is so small beside that of another that nothing learns from it.

Losses of several outputs are added up. Where one is a thousand times larger, because its targets have
another unit, it alone decides where the shared layers go, and its gradients those of an optimizer that
clips or has one rate for all. An output that has learned its part also has a small loss, so it counts
only while its own loss does not fall, or is still above that of a constant prediction, although the
other has learned.
"""

import json
import math
from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import median
from tb_keras_inspect.diagnosis.signals.progress import SQUARED
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.diagnosis.wording import number_text

PROBLEM = "ignored_output"
NEEDS = ("gradient",)
THRESHOLDS = (
    Threshold(
        "heads_apart",
        300.0,
        10.0,
        1e9,
        "gradient of one output's kernel divided by that of another's, each per element, above which "
        "only the first has a say",
        "a run whose second output learned nothing had 7,000; targets of the same unit give 10 at most",
    ),
    Threshold(
        "share_of_loss",
        0.01,
        0.0,
        0.5,
        "loss of an output, times its weight, as a part of the sum, below which it hardly counts",
        "auxiliary outputs that learn usually have a weight of 0.1 to 0.3 (Szegedy et al., 2015)",
    ),
)
LEAST_EPOCHS = 3
SMALL_WEIGHT = 0.02  # relative to the other
LEARNED = 0.5  # loss of the other output relative to its constant prediction
FALLS = 0.8  # loss of the last epoch relative to the first, from which it does not fall


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding for each output."""
    losses = _losses(facts)
    if len(losses) < 2 or facts.structure.has_own_step:
        return
    gradients = {name: _gradient(facts, name) for name in losses}
    weights = _weights(facts, list(losses))
    first = {name: weights[name] * float(values[0]) for name, values in losses.items()}
    total = sum(abs(value) for value in first.values())
    strongest = max(gradients, key=lambda name: np.nan_to_num(gradients[name][0]))
    for name, values in losses.items():
        size, kernel = gradients[name]
        if not size > 0 or not total > 0 or not values[0] > 0 or weights[name] == 0:
            continue
        apart, share = gradients[strongest][0] / size, abs(first[name]) / total
        falls = float(median(values[-2:])) < FALLS * values[0]
        limits = facts.thresholds
        if apart >= limits["heads_apart"] and share < limits["share_of_loss"] and not falls:
            factor = 10.0 ** round(math.log10(1 / share))
            yield _finding(facts, name, strongest, kernel, (apart, share, factor), values)
        elif apart > 1 and (constant := _below_constant(facts, losses, name, strongest)):
            last = {key: weights[key] * float(median(x[-2:])) for key, x in losses.items()}
            share = abs(last[name]) / sum(abs(value) for value in last.values())
            if share < limits["share_of_loss"]:
                numbers = (apart, share, 10.0 ** round(math.log10(1 / share)))
                yield _finding(facts, name, strongest, kernel, numbers, values, constant)


def _losses(facts: Facts) -> dict[str, np.ndarray]:
    """Output to its loss in each epoch, where Keras logs it and enough epochs are there."""
    track = facts.track("epoch")
    if track is None:
        return {}
    found = {}
    for layer in facts.structure.layers:
        name = layer.path.split("/")[-1]
        if layer.parent < 0 and track.has(f"{name}_loss"):
            values = track.column(f"{name}_loss")
            values = values[np.isfinite(values)]
            if len(values) >= LEAST_EPOCHS:
                found[name] = values
    return found


def _below_constant(
    facts: Facts, losses: dict[str, np.ndarray], name: str, strongest: str
) -> float:
    """Loss of a constant prediction for an output that is still above it; 0 where it is not.

    It only counts where the strongest output has learned, both have a squared error, and the targets
    tell what a constant prediction has.
    """
    constants = _constants(facts)
    if not {name, strongest} <= constants.keys():
        return 0.0
    now = {key: float(median(losses[key][-2:])) for key in (name, strongest)}
    learned = now[strongest] < LEARNED * constants[strongest]
    return constants[name] if learned and now[name] >= constants[name] else 0.0


def _constants(facts: Facts) -> dict[str, float]:
    """Output to the variance of its targets, for those with a squared error."""
    track = facts.track("target")
    try:
        kinds = json.loads(facts.structure.compiled.get("loss", "{}"))
    except ValueError:
        return {}
    if track is None or not isinstance(kinds, dict):
        return {}
    squared = [name for name in track.names if kinds.get(name) in SQUARED]
    spread = {name: float(median(facts.thin("target", "std", name))) for name in squared}
    return {name: value**2 for name, value in spread.items() if value > 0}


def _gradient(facts: Facts, output: str) -> tuple[float, str]:
    """Gradient of the output's last kernel, per element, and the kernel; NaN where it has none."""
    track = facts.track("gradient")
    kernels = [path for path in facts.kernels(track) if path.startswith(f"{output}/")]
    if track is None or not kernels:
        return math.nan, ""
    shapes = {variable.path: variable.shape for variable in facts.structure.variables}
    norm = float(median(track.thin("l2")[:, track.rows(kernels[-1:])]))
    return norm / math.sqrt(max(math.prod(shapes[kernels[-1]]), 1)), kernels[-1]


def _weights(facts: Facts, names: list[str]) -> dict[str, float]:
    """The factor of each output's loss, 1 where none was given."""
    ones = dict.fromkeys(names, 1.0)
    try:
        given = json.loads(facts.structure.compiled.get("loss_weights", "{}"))
        if isinstance(given, list) and len(given) == len(names):
            given = dict(zip(names, given, strict=True))
        known = {name: float(given[name]) for name in names if given.get(name) is not None}
    except (AttributeError, TypeError, ValueError):
        return ones
    return ones | known


def _finding(
    facts: Facts,
    name: str,
    strongest: str,
    kernel: str,
    numbers: tuple[float, float, float],
    values: np.ndarray,
    constant: float = 0.0,
) -> Finding:
    apart, share, factor = numbers
    limits = facts.thresholds
    course = f"does not fall ({values[0]:.3g} to {values[-1]:.3g})"
    if constant:
        course = f"is still {values[-1]:.2g}, while a constant prediction has {constant:.2g}"
    return Finding(
        problem=PROBLEM,
        variant="loss",
        severity="warning",
        confidence=0.8,
        title=f"Output {name} gets no say: its loss makes up {number_text(share, '%')} of the sum and "
        f"{course}",
        first_step=facts.first_step,
        last_step=facts.last_step,
        ongoing=True,
        cause=f"The losses of all outputs are added up, and that of {strongest} is far larger, so the "
        f"shared layers and the learning rate suit {strongest} alone.",
        where=Where(layers=[name], variables=[kernel]),
        evidence=[
            Evidence(
                f"gradient of {strongest} / gradient of {name}, per element of the kernel",
                apart,
                "times",
                None if constant else limits["heads_apart"],
                "gradient",
                "l2",
                kernel,
            ),
            Evidence(
                "its part of the sum of all losses",
                share,
                "%",
                limits["share_of_loss"],
                "epoch",
                f"{name}_loss",
            ),
        ],
        advice=[
            *_own_weights(facts, name, strongest),
            Advice(
                "Bring the targets of all outputs to a mean of 0 and a standard deviation of 1.",
                "y = (y - y.mean(axis=0)) / y.std(axis=0)",
            ),
            Advice(
                "Or weight the losses, so that they are about equal at the beginning.",
                f"model.compile(..., loss_weights={{{name!r}: {factor:g}, {strongest!r}: 1.0}})",
            ),
        ],
    )


def _own_weights(facts: Facts, name: str, strongest: str) -> list[Advice]:
    """What to try first where `loss_weights` itself takes the say away."""
    weights = _weights(facts, [name, strongest])
    if not abs(weights[name]) <= SMALL_WEIGHT * abs(weights[strongest]):
        return []
    return [
        Advice(
            f"Raise the weight of {name}: loss_weights gives it {weights[name]:g}, and {strongest} "
            f"{weights[strongest]:g}.",
            f"model.compile(..., loss_weights={{{name!r}: 1.0, {strongest!r}: 1.0}})",
        )
    ]
