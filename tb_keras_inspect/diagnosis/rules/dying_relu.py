"""ReLU units that are zero for every input: they get no gradient and never come back.

A unit counts as dead when it was zero in every sampled batch of about an epoch. A layer whose units
are mostly zero but each speaks for some input is sparse, not dead. Healthy trainings lose units too:
of 48 healthy runs 9 had a layer with more than 20 % dead units. So a share alone is a note; it becomes
a warning where training suffers with it, or nearly nothing of the layer is left.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.facts import Facts
from tb_keras_inspect.diagnosis.finding import (
    MOST_INDICES,
    Advice,
    Evidence,
    Finding,
    Where,
    listed,
    up_to,
)
from tb_keras_inspect.diagnosis.onset import Spell, last_spell
from tb_keras_inspect.diagnosis.structure import RELU
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.model.model import SiteInfo

PROBLEM = "dying_relu"
THRESHOLDS = (
    Threshold(
        "dead_share",
        0.5,
        0.05,
        1.0,
        "share of a layer's units that are dead, from which it is reported",
        "SageMaker Debugger: more than 50 % of units; healthy runs measured here stay below",
    ),
    Threshold(
        "dead_share_error",
        0.9,
        0.1,
        1.0,
        "share of a layer's units that are dead, from which the layer is lost",
        "the layer hands on next to nothing, and no gradient",
    ),
)
LEAST_WINDOW = 5  # sampled batches; fewer say little about all inputs
LEAST_UNITS = 4
PATIENCE = 150  # steps, before a share of the units is held against the loss
LEAST_SAMPLES = 3  # that the share must last


def find(facts: Facts) -> Iterator[Finding]:
    """At most one finding for all layers: they die of the same cause."""
    track, step = facts.track("activation"), facts.track("step")
    if track is None or step is None:
        return
    window = _window(step, track.at)
    limit = facts.thresholds["dead_share"]
    sick = []
    for row, name in enumerate(track.names):
        site = facts.structure.site(name)
        if site is None or not _is_relu(facts, site) or 0 < site.units < LEAST_UNITS:
            continue
        share = _share(facts, track, row, window)
        spell = last_spell(share >= limit)
        if spell and spell.length >= LEAST_SAMPLES:
            peak = float(np.max(share[spell.first : spell.last + 1]))
            sick.append((site, spell, peak, row))
    lasting = [item for item in sick if item[1].ongoing]
    if lasting:
        yield _finding(facts, track, window, lasting)
    elif sick:
        yield _finding(facts, track, window, sick)


def _share(facts: Facts, track, row: int, window: np.ndarray) -> np.ndarray:
    """Share of dead units at the thinned samples: float64[C]."""
    recorded = track.thin("dead_fraction")[:, row]
    if np.isnan(recorded).all():  # units are not recorded: then only a whole layer can be told
        return (track.thin("zero_fraction")[:, row] >= 1.0).astype(np.float64)
    narrow = window < LEAST_WINDOW
    if np.any(recorded[narrow] > 0):
        recorded = np.where(narrow, _over_more_batches(facts, track, row), recorded)
    return recorded


def _over_more_batches(facts: Facts, track, row: int) -> np.ndarray:
    """The same over as many batches as it takes, where an epoch holds fewer sampled ones."""
    try:
        units = facts.run.units(track.names[row])
    except NotRecordedError:
        return np.zeros(len(track.at))
    index = np.arange(len(units.steps))[:, None]
    last_alive = np.maximum.accumulate(np.where(units.max_abs != 0, index, -1), axis=0)
    share = np.mean(index - last_alive >= LEAST_WINDOW, axis=1)
    at = np.searchsorted(units.steps, track.at, side="right") - 1
    return np.where(at >= 0, share[np.maximum(at, 0)], 0.0)


def _is_relu(facts: Facts, site: SiteInfo) -> bool:
    return facts.structure.activation_of(site) in RELU and not facts.structure.is_output(site)


def _window(step, at: np.ndarray) -> np.ndarray:
    """Sampled batches in the window of `dead_fraction`, at the thinned samples of another kind."""
    windows = step.column("dead_window")
    index = np.clip(np.searchsorted(step.steps, at, side="right") - 1, 0, len(step) - 1)
    return windows[index]


def _finding(facts: Facts, track, window: np.ndarray, sick: list) -> Finding:
    worst = max(sick, key=lambda item: item[2])
    spell = _union(item[1] for item in sick)
    born = _was_born_dead(track, window, worst)
    severity, confidence = _severity(facts, spell, worst[2], born)
    layers = [facts.structure.layers[site.layer].path for site, *_ in sick]
    first = int(track.at[spell.first])
    since = "since the first epoch" if born else f"since step {first}"
    until = "" if spell.ongoing else f" until step {int(track.at[spell.last])} (revived)"
    evidence = [
        Evidence(
            f"dead units of {site.name}",
            peak,
            "%",
            facts.thresholds["dead_share"],
            "activation",
            "dead_fraction",
            site.name,
        )
        for site, _, peak, _ in sorted(sick, key=lambda item: -item[2])[:5]
    ]
    evidence.append(
        Evidence(
            "sampled batches in which they were all zero",
            float(window[spell.last]),
            "batches",
            None,
            "step",
            "dead_window",
        )
    )
    if facts.progress.known:
        evidence.append(
            Evidence(
                "loss, as a share of that of guessing",
                facts.progress.share,
                "%",
                None,
                "step",
                "loss",
            )
        )
    return Finding(
        problem=PROBLEM,
        severity=severity,
        confidence=confidence,
        title=f"{up_to(worst[2], layers)} of the units of {listed(dict.fromkeys(layers))} "
        f"{'have been' if spell.ongoing else 'were'} dead {since}{until}",
        first_step=first,
        last_step=int(track.at[spell.last]),
        ongoing=spell.ongoing,
        cause=_cause(born),
        where=Where(layers=list(dict.fromkeys(layers)), units=_dead_indices(facts, sick)),
        evidence=evidence,
        advice=_advice(layers[0], born),
    )


def _union(spells) -> Spell:
    spells = list(spells)
    return Spell(
        min(s.first for s in spells), max(s.last for s in spells), any(s.ongoing for s in spells)
    )


def _was_born_dead(track, window: np.ndarray, worst: tuple) -> bool:
    """Whether the units never spoke: the share is that of the first full window."""
    full = np.flatnonzero(window >= LEAST_WINDOW)
    _, spell, peak, row = worst
    early = float(track.thin("zero_fraction")[0, row])
    return len(full) > 0 and spell.first <= full[0] + 1 and early >= peak - 0.15


def _severity(facts: Facts, spell: Spell, peak: float, born: bool) -> tuple[str, float]:
    lost = peak >= facts.thresholds["dead_share_error"]
    if not spell.ongoing:
        return "note", 0.6
    if facts.progress.has_learned:
        return ("warning", 0.7) if lost and peak >= 0.98 else ("note", 0.5)
    if lost:
        return "error", 0.95
    if facts.steps_done < PATIENCE:  # the loss has not had the time to fall
        return "note", 0.4
    return "warning", 0.8 if facts.progress.is_stuck or born else 0.6


def _cause(born: bool) -> str:
    if born:
        return (
            "These units were negative for every input from the beginning, so that ReLU put out 0. "
            "Where it does its slope is 0 too: no gradient ever reaches their weights."
        )
    return (
        "Updates have pushed the weights or biases of these units so far that they are negative for "
        "every input. There ReLU's slope is 0: no gradient reaches them, and they stay dead."
    )


def _advice(layer: str, born: bool) -> list[Advice]:
    lower = Advice(
        "Lower the learning rate: large steps are what kills units.",
        "model.compile(optimizer=keras.optimizers.Adam(1e-3), ...)",
    )
    start = Advice(
        "Initialise for ReLU, with biases at zero, and centre the input.",
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
    return [start, lower, leaky, norm] if born else [lower, leaky, norm, start]


def _dead_indices(facts: Facts, sick: list) -> dict[str, list[int]]:
    """Which units are dead at the newest sample of the spell."""
    found = {}
    for site, spell, *_ in sick[:20]:
        try:
            units = facts.run.units(site.name)
        except NotRecordedError:
            continue
        track = facts.track("activation")
        at = int(np.searchsorted(units.steps, track.at[spell.last], side="right")) - 1
        if at >= 0:
            found[site.name] = np.flatnonzero(units.dead[at])[:MOST_INDICES].tolist()
    return found
