"""ReLU units that output zero for every input: they receive no gradient and never recover.

A unit counts as dead if it was zero in every sampled batch of about one epoch. A layer whose outputs
are mostly zero, but whose units each react to some input, is sparse and not dead. Healthy runs lose
units too: 9 of 48 had a layer with more than 20 % dead units. So a fraction of dead units alone is
a note. It becomes a warning if training suffers or almost nothing of the layer is left.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from tb_keras_inspect.diagnosis.advice import layer_line, lower_rate
from tb_keras_inspect.diagnosis.evidence import loss_fraction
from tb_keras_inspect.diagnosis.finding import MOST_INDICES, Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.signals.dead_units import (
    LEAST_WINDOW,
    DeadShare,
    dead_fraction,
    dead_share,
    dead_window,
    silent_since,
)
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import Period, last_period
from tb_keras_inspect.diagnosis.signals.structure import RELU
from tb_keras_inspect.diagnosis.signals.track import Track
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.diagnosis.trigger import DECISIVE, trigger
from tb_keras_inspect.diagnosis.wording import capitalised, listed, since_each, up_to
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.model.model import SiteInfo

PROBLEM = "dying_relu"
NEEDS = ("activation",)
THRESHOLDS = (
    Threshold(
        "dead_share",
        0.5,
        0.05,
        1.0,
        "fraction of a layer's units that are dead, above which it is reported",
        "SageMaker Debugger: more than 50 % of units; healthy runs measured here stay below",
    ),
    Threshold(
        "dead_share_error",
        0.9,
        0.1,
        1.0,
        "fraction of a layer's units that are dead, above which the layer is lost",
        "the layer passes on almost nothing, and no gradient",
    ),
)
LEAST_UNITS = 4
PATIENCE = 150  # training steps before the loss counts against a layer with some dead units
LEAST_SAMPLES = 3  # that the fraction must last
MOST = 0.85  # of the units that died together; the last ones may take long
CAUSES = {
    "from_start": "These units were negative for every input from the beginning, so ReLU outputs 0. "
    "Its slope there is 0 too: no gradient ever reaches their weights.",
    "died": "Updates have moved the weights or biases of these units so far that they are negative "
    "for every input. ReLU's slope there is 0: no gradient reaches them, and they stay dead.",
}


@dataclasses.dataclass(frozen=True)
class _Affected:
    """A layer's output with dead units.

    Attributes:
        site, row: The output.
        period: The samples at which the dead units are known.
        share: The fraction that is dead at the end of the period or, if it is over, at its worst.
        onset: The step at which most of them had fallen silent.
        known: The fraction that had.
    """

    site: SiteInfo
    row: int
    period: Period
    share: DeadShare
    onset: int
    known: float

    @property
    def peak(self) -> float:
        """The estimate of `share`."""
        return self.share.value


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding for all layers: their units die of the same cause."""
    track, step = facts.track("activation"), facts.track("step")
    if track is None or step is None:
        return
    window = dead_window(step, track.at)
    limit = facts.thresholds["dead_share"]
    affected = []
    for row, name in enumerate(track.names):
        site = facts.structure.site(name)
        if site is None or not _is_hidden_relu(facts, site):
            continue
        fraction = dead_fraction(facts, track, row, window)
        if 0 < site.units < LEAST_UNITS:  # of so few units, only all of them say something
            fraction = np.where(fraction >= 1, fraction, 0.0)
        period = last_period(fraction >= limit)
        if period and period.length >= LEAST_SAMPLES:
            item = _affected(facts, track, site, row, period, fraction, window)
            if item.peak >= limit:
                affected.append(item)
    ongoing = [item for item in affected if item.period.ongoing]
    if affected:
        yield _finding(facts, track, window, ongoing or affected)


def _affected(
    facts: Facts,
    track: Track,
    site: SiteInfo,
    row: int,
    period: Period,
    fraction: np.ndarray,
    window: np.ndarray,
) -> _Affected:
    during = fraction[period.first : period.last + 1]
    at = period.last if period.ongoing else period.first + int(np.argmax(during))
    share = dead_share(facts, track, row, at, float(fraction[at]))
    # Units die one after the other: most of those that are dead a window later died together.
    sure = int(min(period.first + max(window[period.first], LEAST_WINDOW), period.last))
    onset, known = silent_since(facts, track, row, sure, MOST * float(fraction[sure]))
    first = int(track.at[period.first])
    if onset > first:
        onset, known = first, float(fraction[period.first])
    return _Affected(site, row, period, share, onset, min(known, share.value))


def _is_hidden_relu(facts: Facts, site: SiteInfo) -> bool:
    return facts.structure.activation_of(site) in RELU and not facts.structure.is_output(site)


def _finding(
    facts: Facts, track: Track, window: np.ndarray, affected: Sequence[_Affected]
) -> Finding:
    worst = max(affected, key=lambda item: item.peak)
    periods = [item.period for item in affected]
    first = min(item.onset for item in affected)
    confirmed = int(track.at[min(period.first for period in periods)])
    end = max(period.last for period in periods)
    ongoing = any(period.ongoing for period in periods)
    variant = "from_start" if _was_dead_from_start(track, worst) else "died"
    severity, confidence = _severity(facts, ongoing, worst.peak, variant)
    layers = [facts.structure.layers[item.site.layer].path for item in affected]
    onsets = {path: item.onset for path, item in zip(layers, affected, strict=True)}
    until = "" if ongoing else f" until step {int(track.at[end])}, when they recovered"
    what, shown = trigger(facts, first) if variant == "died" else ("", [])
    why = f": {what[:1].lower()}{what[1:-1]}" if any(word in what for word in DECISIVE) else ""
    return Finding(
        problem=PROBLEM,
        variant=variant,
        severity=severity,
        confidence=confidence,
        title=f"{_title(affected, layers, onsets, variant, ongoing)}{until}{why}",
        first_step=first,
        confirmed_step=max(first, confirmed),
        last_step=int(track.at[end]),
        ongoing=ongoing,
        cause=f"{CAUSES[variant]} {what}".rstrip(),
        where=Where(
            layers=list(dict.fromkeys(layers)),
            units=_dead_indices(facts, track, affected),
            first_steps=onsets,
        ),
        evidence=[
            *_dead_units(facts, affected),
            Evidence(
                "sampled batches in which all of them were zero",
                float(window[end]),
                "batches",
                None,
                "step",
                "dead_window",
            ),
            *shown,
            *loss_fraction(facts),
        ],
        advice=_advice(facts, variant, facts.structure.fed_by(affected[0].site) or layers[0]),
    )


def _title(
    affected: Sequence[_Affected],
    layers: Sequence[str],
    onsets: Mapping[str, int],
    variant: str,
    ongoing: bool,
) -> str:
    peak = max(item.peak for item in affected)
    names = listed(dict.fromkeys(layers))
    begin = min(onsets.values())
    known = max(item.known for item in affected if item.onset == begin)
    later = f", later up to {100 * peak:.0f} %" if peak > known + 0.05 else ""
    if variant == "from_start":
        whole = zip(layers, affected, strict=True)
        silent = [path for path, item in whole if item.known >= 1 and item.onset == begin]
        if silent:
            after = f", and so do layers behind it: {listed(silent[1:])}" if silent[1:] else ""
            return f"{silent[0]} outputs 0 for every input from the start{after}"
        share = capitalised(up_to(known, layers))
        return f"{share} of the units of {names} were dead from the start{later}"
    verb = "have been" if ongoing else "were"
    since = since_each(onsets, -1)
    return f"{capitalised(up_to(known, layers))} of the units of {names} {verb} dead {since}{later}"


def _dead_units(facts: Facts, affected: Sequence[_Affected]) -> list[Evidence]:
    limit = facts.thresholds["dead_share"]
    worst = max(affected, key=lambda item: item.peak)
    bounds = []
    if not worst.share.is_exact:  # most batches of an epoch were not sampled
        bounds = [
            Evidence(f"{which} that a full pass over the epoch would show", value, "%")
            for which, value in (("fewest", worst.share.low), ("most", worst.share.high))
        ]
    shown = [
        Evidence(
            f"dead units of {item.site.name}",
            item.peak,
            "%",
            limit,
            "activation",
            "dead_fraction",
            item.site.name,
        )
        for item in sorted(affected, key=lambda item: -item.peak)[:5]
    ]
    return [shown[0], *bounds, *shown[1:]]


def _was_dead_from_start(track: Track, worst: _Affected) -> bool:
    """Whether the units were silent at the first sample already."""
    early = float(track.thin("zero_fraction")[0, worst.row])
    return worst.onset <= int(track.at[0]) and early >= worst.peak - 0.15


def _severity(facts: Facts, ongoing: bool, peak: float, variant: str) -> tuple[str, float]:
    is_lost = peak >= facts.thresholds["dead_share_error"]
    if not ongoing:
        return "note", 0.6
    if facts.progress.has_learned:
        return ("warning", 0.7) if is_lost and peak >= 0.98 else ("note", 0.5)
    if is_lost:
        return "error", 0.95
    if facts.steps_done < PATIENCE:  # the loss has not had time to fall
        return "note", 0.4
    return "warning", 0.8 if facts.progress.is_stuck or variant == "from_start" else 0.6


def _advice(facts: Facts, variant: str, path: str) -> list[Advice]:
    start = Advice(
        f"Use the initialiser for ReLU in {path}, start its biases at 0 and centre its input.",
        layer_line(facts, path, kernel_initializer='"he_normal"', bias_initializer='"zeros"'),
    )
    leaky = Advice(
        "Use an activation function with a slope on the negative side.",
        layer_line(facts, path, activation='"leaky_relu"'),
    )
    norm = Advice(
        "Normalise before the activation function, so that each unit is positive for some inputs.",
        'keras.layers.BatchNormalization(), keras.layers.Activation("relu")',
    )
    if variant == "from_start":
        return [start, leaky, norm]
    alive = Advice(
        "In a run that takes commands, lower the rate and revive the dead units of the layer.",
        f'tb_keras_inspect.connect("logs/a").revive("{path}")',
    )
    return [lower_rate(facts), leaky, norm, start, alive]


def _dead_indices(
    facts: Facts, track: Track, affected: Sequence[_Affected]
) -> dict[str, list[int]]:
    """Which units are dead at the last sample of each period."""
    found = {}
    for item in affected[:20]:
        try:
            units = facts.run.units(item.site.name)
        except NotRecordedError:
            continue
        step = track.at[item.period.last]
        at = int(np.searchsorted(units.steps, step, side="right")) - 1
        if at >= 0:
            found[item.site.name] = np.flatnonzero(units.dead[at])[:MOST_INDICES].tolist()
    return found
