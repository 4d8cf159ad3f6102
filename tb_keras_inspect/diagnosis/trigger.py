"""What set a problem off: what changed in the samples right before it began."""

import re
from collections.abc import Sequence

import numpy as np

from tb_keras_inspect.diagnosis.finding import Evidence
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import median
from tb_keras_inspect.diagnosis.wording import number_text

BEFORE = 6  # samples looked back over
RATE_COMMANDS = ("set_learning_rate", "scale_learning_rate", "use_schedule")
COMMANDS = (
    *RATE_COMMANDS,
    "set_clipping",
    "freeze",
    "unfreeze",
    "revive",
)  # those that change training
INPUT = 30.0  # largest magnitude of an input, relative to that of other batches
GROWTH = 3.0  # size of a kernel, relative to its first one
RATE = 1.5  # factor by which the learning rate has risen
NORM = 10.0  # gradient norm, relative to what was usual before
LONG_MOMENTUM = 0.98  # each gradient counts 50 times
DECISIVE = ("with a learning rate of", "momentum of")  # what is to be changed
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
    for look in (_command, _rate, _data, _momentum, _update, _norm, _growth):
        text, evidence = look(facts, step, layers)
        if text:
            return text, [evidence] if evidence is not None else []
    return "", []


def is_long_momentum(facts: Facts) -> bool:
    """Whether the momentum of the optimizer makes each gradient count many times."""
    return _number(facts.structure.compiled.get("optimizer.momentum", "")) >= LONG_MOMENTUM


def too_large_steps(facts: Facts, step: int) -> tuple[str, int]:
    """The steps that a problem began with, if their rate or momentum is far too large.

    Args:
        facts: The run.
        step: Where it began.

    Returns:
        A sentence, "" if they are not, and the step at which the first of them was made.
    """
    what, _ = trigger(facts, step)
    if not any(word in what for word in DECISIVE):
        return "", step
    named = re.match(r"At step (\d+) ", what)
    return what.rstrip("."), int(named[1]) if named else step


def _window(steps: np.ndarray, step: int) -> slice:
    end = int(np.searchsorted(steps, step, side="right"))
    return slice(max(0, end - BEFORE), end)


def _command(facts: Facts, step: int, layers: Sequence[str]) -> tuple[str, Evidence | None]:
    track = facts.track("step")
    if track is None:
        return "", None
    at = _window(track.steps, step)
    first = int(track.steps[at][0]) if at.stop > at.start else step
    for entry in reversed(facts.run.controls):
        if entry.command not in COMMANDS or entry.outcome != "done":
            continue
        lowers = entry.command in RATE_COMMANDS and not _number(entry.new) > _number(entry.old)
        if first <= entry.step <= step and not lowers:
            what = f", from {entry.old} to {entry.new}" if entry.old and entry.new else ""
            return f"At step {entry.step} the command {entry.command} was carried out{what}.", None
    return "", None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


def _data(facts: Facts, step: int, layers: Sequence[str]) -> tuple[str, Evidence | None]:
    track = facts.track("input")
    if track is None:
        return "", None
    at = _window(track.steps, step)
    for row, name in enumerate(track.names):
        sizes = np.fmax(np.abs(track.column("min", row)), np.abs(track.column("max", row)))
        near, usual = sizes[at], float(median(sizes))
        near = np.where(np.isfinite(near), near, 0.0)
        if len(near) and near.max() >= INPUT * usual > 0:
            place = int(np.argmax(near))
            where, factor = track.steps[at][place], float(near[place] / usual)
            text = (
                f"The batch of step {where} holds an input of size {number_text(float(near[place]))}, "
                f"{number_text(factor)} times the largest one of other batches."
            )
            title = f"largest input of {name} at step {where} / usual"
            return text, Evidence(title, factor, "times", INPUT, "input", "max", name)
    return "", None


def _growth(facts: Facts, step: int, layers: Sequence[str]) -> tuple[str, Evidence | None]:
    """Weights that have grown on the way there, without any single large update."""
    track = facts.track("weight")
    kernels = facts.kernels(track)
    if track is None or not kernels or facts.first_step > 0:
        return "", None
    at = int(np.searchsorted(track.at, step, side="right")) - 1
    if at < BEFORE:
        return "", None
    sizes = track.thin("l2")[:, track.rows(kernels)]
    with np.errstate(all="ignore"):
        grown = np.where(sizes[0] > 0, sizes[at] / sizes[0], 0.0)
    worst = int(np.argmax(np.nan_to_num(grown, posinf=0.0)))
    factor, path = float(grown[worst]), kernels[worst]
    if not factor >= GROWTH:
        return "", None
    text = f"By step {track.at[at]} {path} had grown to {number_text(factor)} times its first size."
    name = f"size of {path} at step {track.at[at]} / at the start"
    return text, Evidence(name, factor, "times", GROWTH, "weight", "l2", path)


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


def _momentum(facts: Facts, step: int, layers: Sequence[str]) -> tuple[str, Evidence | None]:
    if not is_long_momentum(facts):
        return "", None
    momentum = _number(facts.structure.compiled["optimizer.momentum"])
    return (
        f"With a momentum of {momentum:g} steps go on long after their gradient has turned.",
        None,
    )


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
    numbers = facts.track("step")
    rate = numbers.column("learning_rate")[0] if numbers is not None else np.nan
    by = f", with a learning rate of {rate:.3g}" if size >= 1 and np.isfinite(rate) else ""
    change = f"{100 * size:.2g} %{by}"
    text = f"At step {steps[sample]} a single update changed {kernels[kernel]} by {change}."
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
