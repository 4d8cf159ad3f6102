"""What set a problem off: what changed in the samples right before it began."""

from collections.abc import Sequence

import numpy as np

from tb_keras_inspect.diagnosis.finding import Evidence
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import median
from tb_keras_inspect.diagnosis.wording import number_text

BEFORE = 6  # samples looked back over
RATE = 1.5  # factor by which the learning rate has risen
NORM = 10.0  # gradient norm, relative to what was usual before
UPDATE = 0.1  # of the weights, in one step; about 1e-3 is usual


def trigger(facts: Facts, step: int, layers: Sequence[str] = ()) -> tuple[str, list[Evidence]]:
    """What changed right before a step.

    Args:
        facts: The run.
        step: Where a problem began.
        layers: The layers that it concerns; none for all.

    Returns:
        A sentence, and the number it rests on. "" and nothing if the record shows no change.
    """
    for look in (_rate, _update, _norm):
        text, evidence = look(facts, step, layers)
        if text:
            return text, [evidence] if evidence is not None else []
    return "", []


def _window(steps: np.ndarray, step: int) -> slice:
    end = int(np.searchsorted(steps, step, side="right"))
    return slice(max(0, end - BEFORE), end)


def _rate(facts: Facts, step: int, layers: Sequence[str]) -> tuple[str, Evidence | None]:
    track = facts.track("step")
    if track is None:
        return "", None
    at = _window(track.steps, step)
    rates, steps = track.column("learning_rate")[at], track.steps[at]
    with np.errstate(all="ignore"):
        jumps = np.flatnonzero(rates[1:] > RATE * rates[:-1])
    jumps = jumps[rates[jumps] > 0]
    if not len(jumps):
        return "", None
    old, new = rates[jumps[-1]], rates[jumps[-1] + 1]
    text = f"At step {steps[jumps[-1] + 1]} the learning rate rose from {old:.3g} to {new:.3g}."
    name = "learning rate, new / old"
    return text, Evidence(name, float(new / old), "times", None, "step", "learning_rate")


def _update(facts: Facts, step: int, layers: Sequence[str]) -> tuple[str, Evidence | None]:
    track = facts.track("update")
    kernels = facts.kernels(track)
    if layers:
        near = set(layers)
        own = [path for path in kernels if near & set(facts.structure.layers_of_variables([path]))]
        kernels = own or kernels
    if track is None or not kernels:
        return "", None
    at = _window(track.at, step)
    ratios, steps = track.thin("ratio")[at][:, track.rows(kernels)], track.at[at]
    ratios = np.where(np.isfinite(ratios), ratios, 0.0)
    if not ratios.size or ratios.max() < UPDATE:
        return "", None
    sample, kernel = np.unravel_index(int(np.argmax(ratios)), ratios.shape)
    size = float(ratios[sample, kernel])
    text = (
        f"At step {steps[sample]} a single update changed {kernels[kernel]} by {100 * size:.2g} %."
    )
    name = f"update / weight of {kernels[kernel]} at step {steps[sample]}"
    return text, Evidence(name, size, "%", UPDATE, "update", "ratio", kernels[kernel])


def _norm(facts: Facts, step: int, layers: Sequence[str]) -> tuple[str, Evidence | None]:
    track = facts.track("step")
    if track is None:
        return "", None
    norms, at = track.column("gradient_norm"), _window(track.steps, step)
    usual = float(median(norms[: at.start])) if at.start > BEFORE else np.nan
    near = norms[at]
    finite = np.isfinite(near)
    if not finite.any() or not np.max(near[finite]) >= NORM * usual > 0:
        return "", None
    place = int(np.argmax(np.where(finite, near, -1)))
    factor = float(near[place] / usual)
    where = track.steps[at][place]
    text = f"At step {where} the gradient norm was {number_text(factor)} times its usual size."
    name = f"gradient norm at step {where} / usual"
    return text, Evidence(name, factor, "times", NORM, "step", "gradient_norm")
