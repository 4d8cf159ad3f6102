"""A NaN or an infinity has reached the loss, the gradients or the weights.

The finding names the tensor that was non-finite first within its step (data, then weights, then layers
in forward order, then the loss, then gradients from the last layer back) and what grew before it. An
infinite gradient that a mixed-precision optimizer skips is not reported, and neither is an infinity
that a layer outputs on purpose while loss, gradients and weights stay finite.
"""

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np

from tb_keras_inspect.diagnosis.advice import clip, higher_precision, lower_rate
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.signals.breakdown import Breakdown, NonFinite
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.structure import PASSING
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.diagnosis.wording import capitalised, number_text

PROBLEM = "non_finite"
NEEDS = ("step",)
THRESHOLDS = (
    Threshold(
        "growth_before_nan",
        10.0,
        1.5,
        1e6,
        "factor by which a number must have grown over the last samples to be named as what grew "
        "before the first NaN",
        "loss and gradient norm of healthy batches differ by a factor of 2 to 3",
    ),
)
BEFORE = 10  # samples looked back over
DIVERGING = 100.0  # factor of growth at which the NaN is the end of a divergence
DATA = ("input", "target")
# Layers of Keras without weights that make no NaN of finite inputs, or only by an overflow.
OF_KERAS: tuple[str, ...] = (*PASSING, "Activation", "ReLU", "LeakyReLU", "ELU", "Softmax", "Add")
OF_KERAS += ("Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot")
OF_KERAS += ("Rescaling",)
# Losses that can be computed from logits, and their classes.
LOSSES = {
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "binary_crossentropy": "BinaryCrossentropy",
}
MOST_KINDS = 4  # of tensors shown as evidence
# Kind of table to the name of one of its rows, and to the form of the problem that begins there.
NAMES = {
    "input": "the input data {row}",
    "target": "the target {row}",
    "weight": "the weight {row}",
    "activation": "the output of layer {row}",
    "step": "the loss",
    "gradient": "the gradient of {row}",
    "update": "the update of {row}",
    "epoch": "{statistic} of the epoch",
}
VARIANTS = {kind: "loss" if kind == "step" else kind for kind in NAMES}
REASONS = {
    "input": "The batch itself holds non-finite values.",
    "target": "The targets themselves hold non-finite values.",
    "weight": "The update before this step made non-finite weights.",
    "activation": "The output of {row} is the first in the forward pass that is not finite.",
    "step": "The outputs of all layers are finite, and the loss computed from them is not.",
    "gradient": "The loss is finite, and the gradient of {row} is the first in the backward pass that "
    "is not.",
    "update": "The gradients are finite, and the optimizer's update of {row} is not.",
    "epoch": "It happened between two sampled steps.",
}
# Tables and statistics that may have grown, and what a row of them is called.
GROWING = (
    ("step", "gradient_norm", "the gradient norm"),
    ("step", "loss", "the loss"),
    ("weight", "max_abs", "the largest value of {row}"),
    ("activation", "max_abs", "the largest output of {row}"),
)


@dataclasses.dataclass(frozen=True)
class _Growth:
    """A number that grew before the first NaN."""

    what: str
    factor: float
    evidence: Evidence


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding, for the first place: everything after it follows."""
    broken = facts.breakdown
    if broken is None or not broken.tensors:
        return
    first = broken.tensors[0]
    grown = _grown(facts)
    data = None if grown else _data_seen_later(facts, broken)
    until = "" if broken.ongoing else f" until step {broken.last_step}"
    end = ", and the data holds non-finite values" if data else ""
    yield Finding(
        problem=PROBLEM,
        variant="unsampled_data" if data else VARIANTS[first.kind],
        severity="error" if broken.ongoing else "warning",
        confidence=1.0,
        title=f"{capitalised(_name(first))} is not finite since step {broken.step}{until}{end}",
        first_step=broken.step,
        last_step=facts.last_step if broken.ongoing else broken.last_step,
        ongoing=broken.ongoing,
        cause=_cause_in_data(data) if data else _cause(first, grown),
        where=_where(facts, broken),
        evidence=[*([data] if data else []), *_counts(broken), *(item.evidence for item in grown)],
        advice=_advice(
            facts, data.kind if data else first.kind, grown, _own_operation(facts, first)
        ),
    )


def _name(tensor: NonFinite) -> str:
    return NAMES[tensor.kind].format(row=tensor.row, statistic=tensor.statistic)


def _evidence(tensor: NonFinite, step: int) -> Evidence:
    unit = "" if np.isnan(tensor.count) else "non-finite elements"
    name = f"{_name(tensor)} at step {step}"
    return Evidence(name, tensor.count, unit, None, tensor.kind, tensor.statistic, tensor.row)


def _data_seen_later(facts: Facts, broken: Breakdown) -> Evidence | None:
    """Data that is non-finite in samples after the breakdown, and in none before it.

    The batch that did the damage lay between two samples; later epochs repeat it.
    """
    if broken.tensors[0].kind in DATA:
        return None
    for kind in DATA:
        table = facts.table(kind)
        if table is None or "nonfinite_count" not in table.statistics:
            continue
        counts = table.select("nonfinite_count")
        samples, rows = np.nonzero(counts > 0)
        if len(samples) and table.steps[samples[0]] > broken.step:
            count = float(counts[samples[0], rows[0]])
            tensor = NonFinite(kind, table.names[rows[0]], "nonfinite_count", count)
            return _evidence(tensor, int(table.steps[samples[0]]))
    return None


def _cause_in_data(seen: Evidence) -> str:
    return (
        f"Some batches hold non-finite values: {seen.name}, among others. The batch that did the "
        "damage most likely lay between two sampled steps; nothing had grown before it."
    )


def _where(facts: Facts, broken: Breakdown) -> Where:
    variables, layers = [], []
    for tensor in broken.tensors:
        layer = None
        if tensor.kind == "activation":
            layer = facts.structure.layer_of_site(tensor.row)
        elif tensor.kind in ("weight", "gradient", "update"):
            variables.append(tensor.row)
            layer = facts.structure.layer_of_variable(tensor.row)
        if layer is not None:
            layers.append(layer.path)
    return Where(layers=list(dict.fromkeys(layers)), variables=list(dict.fromkeys(variables)))


def _counts(broken: Breakdown) -> list[Evidence]:
    """The first tensor of each kind."""
    firsts: dict[str, NonFinite] = {}
    for tensor in broken.tensors:
        firsts.setdefault(tensor.kind, tensor)
    return [_evidence(tensor, broken.step) for tensor in list(firsts.values())[:MOST_KINDS]]


def _grown(facts: Facts) -> list[_Growth]:
    """What grew over the last samples before the breakdown, the most first."""
    limit = facts.thresholds["growth_before_nan"]
    found = []
    for kind, statistic, words in GROWING:
        track = facts.track(kind)
        if track is None or not track.has(statistic) or len(track) < 3:
            continue
        recent = track.full(statistic)[-BEFORE:].astype(np.float64)
        recent = recent[np.isfinite(recent).any(axis=1)]
        if not len(recent):
            continue
        # A norm overflows before the loss does: then the largest finite value counts.
        largest = np.max(recent, axis=0, where=np.isfinite(recent), initial=-np.inf)
        last = np.where(np.isfinite(recent[-1]), recent[-1], largest)
        lowest = recent.min(axis=0)
        factors = last / np.where(lowest > 0, lowest, np.nan)
        # What only returns to where it began, as in an odd batch of a converged run, has not grown.
        factors = np.where(last > track.full(statistic)[0], factors, np.nan)
        if np.isnan(factors).all():
            continue
        row = int(np.nanargmax(factors))
        factor, name = float(factors[row]), track.names[row]
        if factor >= limit:
            what = words.format(row=name)
            text = f"growth of {what} over the {len(recent)} samples before"
            evidence = Evidence(text, factor, "times", limit, kind, statistic, name)
            found.append(_Growth(what, factor, evidence))
    return sorted(found, key=lambda item: -item.factor)[:3]


def _cause(first: NonFinite, grown: Sequence[_Growth]) -> str:
    reason = REASONS[first.kind].format(row=first.row)
    if not grown:
        return (
            f"{reason} Nothing had grown before it: the value was made in a single step, by the data "
            "or by an operation such as log(0), 0 / 0 or the slope of a square root at 0."
        )
    diverging = ": training was diverging" if grown[0].factor >= DIVERGING else ""
    times = number_text(grown[0].factor)
    return f"{reason} Before that, {grown[0].what} had grown by a factor of {times}{diverging}."


def _own_operation(facts: Facts, first: NonFinite) -> str:
    """Path of the layer without weights that made the first value; "" if it was another one."""
    layer = facts.structure.layer_of_site(first.row) if first.kind == "activation" else None
    if layer is None or layer.parameters:
        return ""
    of_keras = layer.class_name in OF_KERAS or "Pooling" in layer.class_name
    return "" if of_keras else layer.path


def _advice(facts: Facts, kind: str, grown: Sequence[_Growth], own: str) -> list[Advice]:
    if kind in DATA:
        return [
            Advice(
                "Remove or replace the non-finite values in the data, and check it before training.",
                "assert np.isfinite(x).all() and np.isfinite(y).all()",
            )
        ]
    if precision := higher_precision(facts):
        return precision
    lower, clipped = lower_rate(facts), clip(facts)
    stop = Advice(
        "Stop at the first NaN, and print where it came from.",
        'InspectCallback(log_dir, stop_on=["non_finite"])',
    )
    if grown and grown[0].factor >= DIVERGING:
        return [lower, clipped, stop]
    if kind in ("step", "gradient", "activation") or not grown:
        of_logits = LOSSES.get(facts.structure.compiled.get("loss", ""), "")
        guard = Advice(
            "Guard operations that can meet a zero: compute the loss from logits, add an epsilon "
            "inside log, sqrt and division.",
            f"loss=keras.losses.{of_logits}(from_logits=True)" if of_logits else "",
        )
        within = Advice(
            f"Guard the operations of {own}: take the maximum off before an exponential, add an "
            "epsilon inside log, sqrt and division.",
            "keras.ops.exp(x - keras.ops.max(x, axis=-1, keepdims=True))",
        )
        return [within, lower, stop] if own else [guard, lower, stop]
    return [lower, clipped, stop]
