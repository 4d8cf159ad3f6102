"""Single updates that replace what a layer holds, or that kill its units: how they are reported."""

from collections.abc import Callable, Iterator

import numpy as np

from tb_keras_inspect.diagnosis.explosion import explosion, loss_rise
from tb_keras_inspect.diagnosis.finding import Evidence, Finding
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import last_period, median, running_median, tail
from tb_keras_inspect.diagnosis.trigger import is_long_momentum, too_large_steps
from tb_keras_inspect.diagnosis.wording import listed, number_text, since

REPLACED = 0.25  # first update relative to the weights, of the median kernel; usual is 0.01
LEAST_STEPS = 100
LEAST_SAMPLES = 5
WHOLE = 0.5  # of its first size, that a kernel must have before an update replaces it
FAST, OFTEN = 0.1, 0.05  # of the weights, which usual steps are far below; part of the samples
RISEN = 1.5  # loss at its highest, relative to the first one and that of a constant prediction
STUCK = 0.95  # loss at the end, relative to that of a constant prediction
GONE = 0.05  # of the limit: updates of a layer that no longer learns

FindDead = Callable[[Facts], Iterator[Finding]]


def killing_updates(facts: Facts, find_dead: FindDead) -> Finding | None:
    """Steps so large that units died of them: what is dead is the symptom, and the steps the cause.

    Args:
        facts: The run.
        find_dead: The rule that finds dead units.
    """
    if facts.progress.has_learned or not _may_kill(facts):
        return None
    dead = next(find_dead(facts), None)
    if dead is None or dead.variant != "died" or dead.severity == "note":
        return None
    what, first = too_large_steps(facts, dead.first_step)
    if not what:
        return None
    layers = dead.where.layers
    return explosion(
        facts,
        "large_updates",
        "error",
        0.95,
        f"{what}, and units of {listed(layers)} have died of it since step {dead.first_step}",
        (first, dead.last_step, True),
        [*dead.evidence[:1], *loss_rise(facts)],
        [
            path
            for path in facts.kernels(facts.track("update"))
            if path.rpartition("/")[0] in layers
        ],
        dead.confirmed_step,
    )


def _may_kill(facts: Facts) -> bool:
    """Whether steps are large enough to kill units, which takes longer to find out."""
    if is_long_momentum(facts):
        return True
    updates = facts.track("update")
    kernels = facts.kernels(updates)
    if updates is None or not kernels:
        return False
    largest = updates.largest("ratio")[updates.rows(kernels)]
    return bool(np.any(largest >= facts.thresholds["exploding_step"]))


def single_update(facts: Facts) -> Finding | None:
    """An update as large as the weights, after which the gradient was gone and nothing was learned.

    Kernels that begin at zero, or nearly so, have such updates at first and learn.
    """
    updates, weights, step = facts.track("update"), facts.track("weight"), facts.track("step")
    if updates is None or weights is None or step is None or facts.steps_done < LEAST_STEPS:
        return None
    kernels = facts.kernels(updates, weights)
    if not kernels or len(updates.at) < LEAST_SAMPLES or not np.array_equal(weights.at, updates.at):
        return None
    sizes = weights.thin("l2")[:, weights.rows(kernels)]
    ratios = updates.thin("ratio")[:, updates.rows(kernels)]
    limit = facts.thresholds["exploding_step"]
    large = (ratios >= limit) & (sizes >= WHOLE * sizes[0]) & (sizes[0] > 0)
    large[0] = False  # weights may be drawn small, and Adam's first steps are large
    last = median(ratios[tail(len(ratios))], axis=0)
    found = np.argwhere(large & (last < GONE * limit))
    if not len(found):
        return None
    at, kernel = (int(number) for number in found[0])
    path, first, size = kernels[kernel], int(updates.at[at]), float(ratios[at, kernel])
    rate = float(step.column("learning_rate")[0])
    return explosion(
        facts,
        "large_updates",
        "error",
        0.97,
        f"The update of step {first} replaced {path} ({100 * size:.3g} % of its size, learning rate "
        f"{rate:.3g}), and nothing has been learned since",
        (first, facts.last_step, True),
        [
            Evidence("largest update / weight", size, "times", limit, "update", "ratio", path),
            *loss_rise(facts),
        ],
        [path],
    )


def large_updates(facts: Facts) -> Finding | None:
    """Updates as large as the weights, without progress."""
    updates = facts.track("update")
    if updates is None or len(updates) < 4 or facts.progress.has_learned:
        return None
    kernels = facts.kernels(updates)
    if not kernels:
        return None
    ratios = updates.thin("ratio")[:, updates.rows(kernels)]
    limit = facts.thresholds["exploding_step"]
    fractions = np.mean(ratios[1:] >= limit, axis=0)  # weights may be zero before the first step
    worst = int(np.nanargmax(fractions))
    often = fractions[worst] >= 0.2 or np.sum(ratios[1:, worst] >= limit) >= 10
    period = last_period(ratios[:, worst] >= limit, gap=10)
    if not (facts.progress.is_stuck or facts.breakdown):
        return None
    if not often or period is None:
        return first_update(facts, kernels, ratios)
    path, first = kernels[worst], int(updates.at[period.first])
    largest = float(np.nanmax(ratios[1:, worst]))
    return explosion(
        facts,
        "large_updates",
        "error",
        0.8,
        f"Single updates of {path} are as large as its weights {since(first, facts.first_step)}",
        (first, int(updates.at[period.last]), period.ongoing),
        [
            Evidence("largest update / weight", largest, "times", limit, "update", "ratio", path),
            Evidence(
                "fraction of steps above the limit",
                float(fractions[worst]),
                "%",
                None,
                "update",
                "ratio",
                path,
            ),
            *loss_rise(facts),
        ],
        [path],
    )


def first_update(facts: Facts, kernels: list[str], ratios: np.ndarray) -> Finding | None:
    """A first update that replaces the initial weights in most layers, and nothing learned since.

    Of Adam and its kind it is the learning rate divided by the size of a weight: about 1 %.
    """
    updates, step = facts.track("update"), facts.track("step")
    if updates is None or step is None or updates.at[0] != 0:
        return None
    if facts.steps_done < LEAST_STEPS:  # Adam grows small weights by such steps, and then learns
        return None
    typical = float(median(ratios[0]))
    if not typical >= REPLACED:
        return None
    rate = float(step.column("learning_rate")[0])
    path = kernels[int(np.nanargmax(np.nan_to_num(ratios[0])))]
    return explosion(
        facts,
        "large_updates",
        "error",
        0.9,
        f"The first update changed the weights by {100 * typical:.2g} % (learning rate {rate:.3g}), "
        "and nothing has been learned since",
        (0, facts.last_step, True),
        [
            Evidence(
                "first update / weight, median of the kernels",
                typical,
                "times",
                REPLACED,
                "update",
                "ratio",
                path,
            ),
            *loss_rise(facts),
        ],
        [path],
    )


def fast_updates(facts: Facts) -> Finding | None:
    """Updates far above usual ones again and again, a loss that rises, and nothing learned."""
    updates, progress = facts.track("update"), facts.progress
    kernels = facts.kernels(updates)
    if updates is None or not kernels or not progress.known or facts.steps_done < LEAST_STEPS:
        return None
    top = float(np.fmax(progress.start, progress.baseline))
    loss = running_median(progress.loss, 3)
    peak = float(np.nanmax(loss))
    if progress.has_learned or not progress.fraction > STUCK or not peak >= RISEN * top:
        return None
    typical = median(updates.thin("ratio")[:, updates.rows(kernels)], axis=1)
    high = typical >= FAST
    before = high & (updates.at <= progress.steps[int(np.nanargmax(loss))])
    if np.sum(before) < LEAST_SAMPLES or np.mean(high) < OFTEN:
        return None
    first = int(updates.at[int(np.argmax(high))])
    largest = float(np.nanmax(typical))
    path = kernels[
        int(np.nanargmax(np.nan_to_num(updates.typical("ratio")[updates.rows(kernels)])))
    ]
    return explosion(
        facts,
        "large_updates",
        "error",
        0.9,
        f"Single updates change the weights by up to {100 * largest:.2g} % since step {first}: the "
        f"loss has risen to {number_text(peak / top)} times its first value, and nothing is learned",
        (first, facts.last_step, True),
        [
            Evidence(
                "largest update / weight, median of the kernels",
                largest,
                "%",
                FAST,
                "update",
                "ratio",
                path,
            ),
            *loss_rise(facts),
        ],
        [path],
    )
