"""ReLU units that output zero for every input: they receive no gradient and never recover.

A unit counts as dead if it was zero in every sampled batch of about one epoch. A layer whose outputs
are mostly zero, but whose units each react to some input, is sparse and not dead. Healthy runs lose
units too: 9 of 48 had a layer with more than 20 % dead units. So a fraction of dead units alone is
a note. It becomes a warning if training suffers or almost nothing of the layer is left.
"""

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np

from tb_keras_inspect.diagnosis.evidence import loss_fraction
from tb_keras_inspect.diagnosis.facts import Facts
from tb_keras_inspect.diagnosis.finding import (
    MOST_INDICES,
    Advice,
    Evidence,
    Finding,
    Where,
)
from tb_keras_inspect.diagnosis.onset import Period, last_period
from tb_keras_inspect.diagnosis.structure import RELU
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.diagnosis.track import Track
from tb_keras_inspect.diagnosis.wording import capitalised, listed, up_to
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.model.model import SiteInfo

PROBLEM = "dying_relu"
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
LEAST_WINDOW = 5  # sampled batches; fewer say little about all inputs
LEAST_UNITS = 4
PATIENCE = 150  # training steps before the loss counts against a layer with some dead units
LEAST_SAMPLES = 3  # that the fraction must last
CAUSES = {
    "from_start": "These units were negative for every input from the beginning, so ReLU outputs 0. "
    "Its slope there is 0 too: no gradient ever reaches their weights.",
    "died": "Updates have moved the weights or biases of these units so far that they are negative "
    "for every input. ReLU's slope there is 0: no gradient reaches them, and they stay dead.",
}


@dataclasses.dataclass(frozen=True)
class _Affected:
    """A layer's output with dead units: since when, and the largest fraction that was dead."""

    site: SiteInfo
    row: int
    period: Period
    peak: float


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding for all layers: their units die of the same cause."""
    track, step = facts.track("activation"), facts.track("step")
    if track is None or step is None:
        return
    window = _window(step, track.at)
    limit = facts.thresholds["dead_share"]
    affected = []
    for row, name in enumerate(track.names):
        site = facts.structure.site(name)
        if site is None or not _is_hidden_relu(facts, site) or 0 < site.units < LEAST_UNITS:
            continue
        fraction = _dead_fraction(facts, track, row, window)
        period = last_period(fraction >= limit)
        if period and period.length >= LEAST_SAMPLES:
            peak = float(np.max(fraction[period.first : period.last + 1]))
            affected.append(_Affected(site, row, period, peak))
    ongoing = [item for item in affected if item.period.ongoing]
    if affected:
        yield _finding(facts, track, window, ongoing or affected)


def _is_hidden_relu(facts: Facts, site: SiteInfo) -> bool:
    return facts.structure.activation_of(site) in RELU and not facts.structure.is_output(site)


def _window(step: Track, at: np.ndarray) -> np.ndarray:
    """Sampled batches that `dead_fraction` covers, at the thinned samples of another kind."""
    windows = step.column("dead_window")
    index = np.clip(np.searchsorted(step.steps, at, side="right") - 1, 0, len(step) - 1)
    return np.asarray(windows[index])


def _dead_fraction(facts: Facts, track: Track, row: int, window: np.ndarray) -> np.ndarray:
    """Fraction of dead units at the thinned samples: float64[C]."""
    recorded = track.thin("dead_fraction")[:, row]
    if np.isnan(recorded).all():  # units are not recorded: only a whole dead layer shows
        return (track.thin("zero_fraction")[:, row] >= 1.0).astype(np.float64)
    narrow = window < LEAST_WINDOW
    if np.any(recorded[narrow] > 0):
        return np.where(narrow, _over_more_batches(facts, track, row), recorded)
    return np.asarray(recorded)


def _over_more_batches(facts: Facts, track: Track, row: int) -> np.ndarray:
    """The same over `LEAST_WINDOW` batches, for epochs that hold fewer sampled ones."""
    try:
        units = facts.run.units(track.names[row])
    except NotRecordedError:
        return np.zeros(len(track.at))
    index = np.arange(len(units.steps))[:, None]
    last_alive = np.maximum.accumulate(np.where(units.max_abs != 0, index, -1), axis=0)
    fraction = np.mean(index - last_alive >= LEAST_WINDOW, axis=1)
    at = np.searchsorted(units.steps, track.at, side="right") - 1
    return np.where(at >= 0, fraction[np.maximum(at, 0)], 0.0)


def _finding(
    facts: Facts, track: Track, window: np.ndarray, affected: Sequence[_Affected]
) -> Finding:
    worst = max(affected, key=lambda item: item.peak)
    periods = [item.period for item in affected]
    first = int(track.at[min(period.first for period in periods)])
    end = max(period.last for period in periods)
    ongoing = any(period.ongoing for period in periods)
    variant = "from_start" if _was_dead_from_start(track, window, worst) else "died"
    severity, confidence = _severity(facts, ongoing, worst.peak, variant)
    layers = [facts.structure.layers[item.site.layer].path for item in affected]
    names = listed(dict.fromkeys(layers))
    since = "since the first epoch" if variant == "from_start" else f"since step {first}"
    until = "" if ongoing else f" until step {int(track.at[end])}, when they recovered"
    return Finding(
        problem=PROBLEM,
        variant=variant,
        severity=severity,
        confidence=confidence,
        title=f"{capitalised(up_to(worst.peak, layers))} of the units of {names} "
        f"{'have been' if ongoing else 'were'} dead {since}{until}",
        first_step=first,
        last_step=int(track.at[end]),
        ongoing=ongoing,
        cause=CAUSES[variant],
        where=Where(
            layers=list(dict.fromkeys(layers)), units=_dead_indices(facts, track, affected)
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
            *loss_fraction(facts),
        ],
        advice=_advice(variant),
    )


def _dead_units(facts: Facts, affected: Sequence[_Affected]) -> list[Evidence]:
    limit = facts.thresholds["dead_share"]
    return [
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


def _was_dead_from_start(track: Track, window: np.ndarray, worst: _Affected) -> bool:
    """Whether the fraction is that of the first full window."""
    full = np.flatnonzero(window >= LEAST_WINDOW)
    early = float(track.thin("zero_fraction")[0, worst.row])
    return len(full) > 0 and worst.period.first <= full[0] + 1 and early >= worst.peak - 0.15


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


def _advice(variant: str) -> list[Advice]:
    lower = Advice(
        "Lower the learning rate: large updates kill units.",
        "model.compile(optimizer=keras.optimizers.Adam(1e-3), ...)",
    )
    start = Advice(
        "Use the initialiser for ReLU, start biases at zero and centre the input.",
        'keras.layers.Dense(units, activation="relu", kernel_initializer="he_normal")',
    )
    leaky = Advice(
        "Use an activation function with a slope on the negative side.",
        "keras.layers.Dense(units), keras.layers.LeakyReLU(negative_slope=0.1)",
    )
    norm = Advice(
        "Normalise before the activation function, so that each unit is positive for some inputs.",
        'keras.layers.BatchNormalization(), keras.layers.Activation("relu")',
    )
    if variant == "from_start":
        return [start, lower, leaky, norm]
    return [lower, leaky, norm, start]


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
