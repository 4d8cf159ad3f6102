"""A run that leaves the range of good runs of the same script: `diagnose(run, against=[...])`.

What good runs of this script have in each layer and phase, and how far one of them may be from the
others, is learned from them. So this finds changes that no fixed rule knows, and says where they show
first.
"""

from collections.abc import Iterator, Mapping, Sequence

from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.good_runs.departures import (
    Departure,
    departures,
    step_of,
)
from tb_keras_inspect.diagnosis.good_runs.profile import GoodRuns
from tb_keras_inspect.diagnosis.good_runs.settings import other_settings
from tb_keras_inspect.diagnosis.signals.facts import GOOD_RUNS, Facts
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.diagnosis.wording import listed, number_text, since

PROBLEM = "unlike_good_runs"
NEEDS = (GOOD_RUNS,)
THRESHOLDS = (
    Threshold(
        "good_run_margin",
        1.0,
        0.1,
        100.0,
        "how far a number is from those of the good runs, divided by half as far again as the farthest "
        "good run is from the others, above which it has left their range",
        "benchmarks/diagnosis: further good runs of five scripts",
    ),
)
MOST_SHOWN = 5
HINTS = {
    "input": "Check how the inputs are prepared: scaling, order of the features, augmentation.",
    "target": "Check the targets: classes, scaling, which examples are used.",
    "learning_rate": "Check the learning rate and its schedule.",
    "batch_size": "Check the batch size.",
    "weight": "Check what sets the weights of this layer: its initializer, a checkpoint, constraints, "
    "weight decay, what is frozen.",
    "activation": "Check this layer and those before it: activation function, dropout, "
    "normalisation.",
    "gradient": "Check the loss, and the layers behind this one.",
    "update": "Check the optimizer: its settings, clipping, weight decay.",
    "step": "Check the loss and the labels.",
    "epoch": "Check the validation data, and what works otherwise in validation.",
}
CAUSE = (
    "Something differs from the good runs: the data, the code, a version, a setting. Where it shows "
    "first is nearest to it."
)


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding for the run, and one for good runs that are odd."""
    good: GoodRuns | None = facts.good_runs
    if good is None:
        return
    found = departures(facts.run, good, facts.thresholds["good_run_margin"])
    settings = other_settings(facts.run, good.runs)
    if found:
        yield _finding(facts, good, found, settings)
    elif settings:
        yield _of_settings(facts, good, settings)
    if good.odd:
        yield _of_odd_runs(facts, good)


def _finding(
    facts: Facts,
    good: GoodRuns,
    found: Sequence[Departure],
    settings: Mapping[str, tuple[str, str]],
) -> Finding:
    first = found[0]
    step = step_of(facts.run, good, first)
    together = [item for item in found if item.phase == first.phase]
    more = f", and {len(found) - 1} more numbers then or later" if len(found) > 1 else ""
    return Finding(
        problem=PROBLEM,
        variant=first.kind,
        severity="warning",
        confidence=0.9 if first.size > 2 else 0.7,
        title=f"{_what(first)} has left the range of {len(good)} good runs "
        f"{since(step, facts.first_step)}: "
        f"{number_text(first.own)}, not {number_text(first.low)} to {number_text(first.high)}{more}",
        first_step=step,
        last_step=facts.last_step,
        ongoing=any(item.ongoing for item in found),
        cause=f"{CAUSE} {_told(settings)}".rstrip(),
        where=Where(layers=_layers(facts, together), variables=_variables(together)),
        evidence=[_evidence(good, item) for item in _one_per_row(found)[:MOST_SHOWN]],
        advice=[
            *_undo(settings),
            Advice(HINTS.get(first.statistic, HINTS.get(first.kind, CAUSE))),
        ],
    )


def _what(item: Departure) -> str:
    if item.kind == "epoch":
        return f"The epochs' {item.statistic}"
    if item.kind == "step":
        return f"The {item.statistic.replace('_', ' ')}"
    return f"{item.kind.capitalize()} {item.statistic} of {item.name}"


def _evidence(good: GoodRuns, item: Departure) -> Evidence:
    begin = good.phases.edges[item.phase]
    name = (
        f"{item.kind} {item.statistic}{f' of {item.name}' if item.name else ''} from step {begin} on "
        f"(good runs: {number_text(item.low)} to {number_text(item.high)})"
    )
    return Evidence(name, item.own, "", None, item.kind, item.statistic, item.name)


def _one_per_row(found: Sequence[Departure]) -> list[Departure]:
    first: dict[tuple[str, str], Departure] = {}
    for item in found:
        first.setdefault((item.kind, item.name), item)
    return list(first.values())


def _variables(found: Sequence[Departure]) -> list[str]:
    kinds = ("weight", "gradient", "update")
    return list(dict.fromkeys(item.name for item in found if item.kind in kinds))


def _layers(facts: Facts, found: Sequence[Departure]) -> list[str]:
    structure, paths = facts.structure, []
    for item in found:
        layer = structure.layer_of_variable(item.name) or structure.layer_of_site(item.name)
        if layer is not None:
            paths.append(layer.path)
    return list(dict.fromkeys(paths))


def _told(settings: Mapping[str, tuple[str, str]]) -> str:
    if not settings:
        return ""
    texts = [
        f"{name} is {own or 'not set'}, not {usual or 'set'}"
        for name, (own, usual) in settings.items()
    ]
    return f"The good runs were set otherwise: {listed(texts)}."


def _undo(settings: Mapping[str, tuple[str, str]]) -> list[Advice]:
    return [
        Advice(f"Set {name} to {usual or 'nothing'} again, as in the good runs.")
        for name, (_, usual) in list(settings.items())[:3]
    ]


def _of_settings(facts: Facts, good: GoodRuns, settings: Mapping[str, tuple[str, str]]) -> Finding:
    return Finding(
        problem=PROBLEM,
        variant="settings",
        severity="note",
        confidence=0.9,
        title=f"Set otherwise than in {len(good)} good runs, while all numbers are in their range: "
        f"{listed(settings)}",
        first_step=facts.first_step,
        last_step=facts.last_step,
        ongoing=True,
        cause=_told(settings),
        evidence=[Evidence("settings that differ", float(len(settings)), "settings")],
        advice=_undo(settings),
    )


def _of_odd_runs(facts: Facts, good: GoodRuns) -> Finding:
    largest = float(max(good.scores))
    return Finding(
        problem=PROBLEM,
        variant="odd_good_run",
        severity="note",
        confidence=0.7,
        title=f"The good run {listed(good.odd)} is far from the other good runs",
        first_step=facts.first_step,
        last_step=facts.last_step,
        ongoing=True,
        cause="A run may be as far from the good runs as one of them is from the others. With an odd "
        "one among them, little else stands out.",
        evidence=[Evidence("its distance from the others", largest, "standard deviations")],
        advice=[Advice("Look at that run, and leave it out of the good ones if it is not good.")],
    )
