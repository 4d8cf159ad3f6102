"""A NaN or an infinity has reached the loss, the gradients or the weights.

The finding names the tensor that was first within its step (data, then weights, then layers in the
order of the forward pass, then the loss, then gradients from the last layer backwards) and what grew
before it. An infinite gradient that a mixed-precision optimizer skips is no finding, nor is an
infinity that a layer puts out on purpose while loss, gradients and weights stay finite.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.breakdown import Breakdown, Culprit
from tb_keras_inspect.diagnosis.facts import Facts
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.thresholds import Threshold

PROBLEM = "non_finite"
THRESHOLDS = (
    Threshold(
        "growth_before_nan",
        10.0,
        1.5,
        1e6,
        "times by which a number must have grown over the last samples to be named as what grew "
        "before the first NaN",
        "healthy batches differ by a factor of 2 to 3 in loss and gradient norm",
    ),
)
BEFORE = 10  # samples looked back over
DIVERGING = 100.0  # times grown, from which the NaN is where a divergence ended
WORDS = {
    "input": "the input data {row}",
    "target": "the target {row}",
    "weight": "the weight {row}",
    "activation": "the output of layer {row}",
    "step": "the loss",
    "gradient": "the gradient of {row}",
    "update": "the update of {row}",
    "epoch": "{statistic} of the epoch",
}


def find(facts: Facts) -> Iterator[Finding]:
    """At most one finding: the first place; everything after it is an echo."""
    broken = facts.breakdown
    if broken is None or not broken.culprits:
        return
    first = broken.culprits[0]
    grown = _grown(facts, broken)
    unseen = None if grown else _data_seen_later(facts, broken)
    where_in = ", and the data holds values that are not finite" if unseen else ""
    place = WORDS[first.kind].format(row=first.row, statistic=first.statistic)
    until = "" if broken.lasts else f" until step {broken.end}"
    yield Finding(
        problem=PROBLEM,
        severity="error" if broken.lasts else "warning",
        confidence=1.0,
        title=f"{place[0].upper()}{place[1:]} is not finite since step {broken.step}{until}{where_in}",
        first_step=broken.step,
        last_step=facts.last_step if broken.lasts else broken.end,
        ongoing=broken.lasts,
        cause=_cause_in_data(unseen) if unseen else _cause(first, grown),
        where=_where(facts, broken),
        evidence=[*([unseen] if unseen else []), *_counts(broken), *grown],
        advice=_advice(unseen.kind if unseen else first.kind, grown),
    )


def _data_seen_later(facts: Facts, broken: Breakdown) -> Evidence | None:
    """Data that is not finite in samples after the breakdown, and in none before it.

    The batch that did the damage lay between two samples; later epochs bring it again.
    """
    if broken.culprits[0].kind in ("input", "target"):
        return None
    for kind in ("input", "target"):
        table = facts.table(kind)
        if table is None or "nonfinite_count" not in table.statistics:
            continue
        steps, rows = np.nonzero(table.select("nonfinite_count") > 0)
        if len(steps) and table.steps[steps[0]] > broken.step:
            step, row = int(table.steps[steps[0]]), table.names[rows[0]]
            count = float(table.select("nonfinite_count")[steps[0], rows[0]])
            name = f"{WORDS[kind].format(row=row)} at step {step}"
            return Evidence(name, count, "elements not finite", None, kind, "nonfinite_count", row)
    return None


def _cause_in_data(seen: Evidence) -> str:
    return (
        f"Batches hold values that are not finite: {seen.name}, among others. The batch that did it "
        "most likely lay between two sampled steps; nothing had grown before it."
    )


def _where(facts: Facts, broken: Breakdown) -> Where:
    variables = [c.row for c in broken.culprits if c.kind in ("weight", "gradient", "update")]
    layers = []
    for culprit in broken.culprits:
        if culprit.kind == "activation":
            layers.append(facts.structure.layer_of_site(culprit.row))
        elif culprit.kind in ("weight", "gradient", "update"):
            layers.append(facts.structure.layer_of_variable(culprit.row))
    paths = dict.fromkeys(layer.path for layer in layers if layer is not None)
    return Where(layers=list(paths), variables=list(dict.fromkeys(variables)))


def _counts(broken: Breakdown) -> Iterator[Evidence]:
    shown: set[str] = set()
    for culprit in broken.culprits:
        if culprit.kind in shown or len(shown) == 4:
            continue
        shown.add(culprit.kind)
        name = WORDS[culprit.kind].format(row=culprit.row, statistic=culprit.statistic)
        if culprit.kind in ("step", "epoch"):
            name, unit = f"{name} at step {broken.step}", ""
        else:
            name, unit = f"{name} at step {broken.step}", "elements not finite"
        yield Evidence(
            name, culprit.count, unit, None, culprit.kind, culprit.statistic, culprit.row
        )


def _grown(facts: Facts, broken: Breakdown) -> list[Evidence]:
    """Numbers that grew over the last samples before, most grown first."""
    candidates = [("step", "gradient_norm", 3), ("step", "loss", 3)]
    candidates += [("weight", "max_abs", 1), ("activation", "max_abs", 1)]
    found = []
    for kind, statistic, _ in candidates:
        track = facts.track(kind)
        if track is None or not track.has(statistic) or len(track) < 3:
            continue
        recent = track.full(statistic)[-BEFORE:].astype(np.float64)
        factors = recent[-1] / np.where(recent.min(axis=0) > 0, recent.min(axis=0), np.nan)
        # What only comes back to where it began, as in a converged run's odd batch, has not grown.
        factors = np.where(recent[-1] > track.full(statistic)[0], factors, np.nan)
        if np.isnan(factors).all():
            continue
        row = int(np.nanargmax(factors))
        if factors[row] >= facts.thresholds["growth_before_nan"]:
            where = f" of {track.names[row]}" if track.names[row] else ""
            name = f"growth of {statistic}{where} over the {len(recent)} samples before"
            found.append(
                Evidence(
                    name,
                    float(factors[row]),
                    "times",
                    facts.thresholds["growth_before_nan"],
                    kind,
                    statistic,
                    track.names[row],
                )
            )
    return sorted(found, key=lambda item: -item.value)[:3]


def _cause(first: Culprit, grown: list[Evidence]) -> str:
    after = (
        f"Before that, {grown[0].name.removeprefix('growth of ').split(' over ')[0]} had grown "
        f"{grown[0].text}{': training was diverging' if grown[0].value >= DIVERGING else ''}."
        if grown
        else "Nothing had grown before it: the value was made in one step, by the data or by an "
        "operation such as log(0), 0 / 0 or the square root's slope at 0."
    )
    reasons = {
        "input": "The batch already holds values that are not finite.",
        "target": "The targets already hold values that are not finite.",
        "weight": "The update before this step made weights that are not finite.",
        "activation": f"The forward pass first goes wrong in {first.row}.",
        "step": "All layers put out finite values, and the loss computed from them is not finite.",
        "gradient": f"The loss is finite, and the backward pass first goes wrong at {first.row}.",
        "update": f"The gradients are finite, and the optimizer's update of {first.row} is not.",
        "epoch": "It became so between two sampled steps, or in validation.",
    }
    return f"{reasons[first.kind]} {after}"


def _advice(kind: str, grown: list[Evidence]) -> list[Advice]:
    if kind in ("input", "target"):
        return [
            Advice(
                "Remove or replace what is not finite in the data, and check it before training.",
                "assert np.isfinite(x).all() and np.isfinite(y).all()",
            )
        ]
    lower = Advice(
        "Lower the learning rate by a factor of 10.",
        "model.compile(optimizer=keras.optimizers.Adam(1e-4), ...)",
    )
    clip = Advice(
        "Limit the size of the gradients.",
        "optimizer=keras.optimizers.Adam(1e-3, global_clipnorm=1.0)",
    )
    stop = Advice(
        "Stop at the first NaN, and print where it came from.",
        'InspectCallback(log_dir, stop_on=["non_finite"])',
    )
    if grown and grown[0].value >= DIVERGING:
        return [lower, clip, stop]
    if kind in ("step", "gradient", "activation"):
        guard = Advice(
            "Guard the operation that can meet a zero: take the loss from logits, add an epsilon "
            "inside log, sqrt and division.",
            "loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
        )
        return [guard, lower, stop]
    return [lower, clip, stop]
