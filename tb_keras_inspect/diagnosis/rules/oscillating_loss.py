"""The training loss goes up and down instead of down.

The loss of single batches always does: batches differ. The mean over an epoch does not, because every
epoch has the same samples in it: when it rises, the weights have become worse. So epochs are compared
where there are enough of them. In a run without, medians over stretches of samples are, against the
scatter inside the stretches. A loss made by players against each other (a GAN's own training step) is
left alone, and so is one whose learning rate goes up and down by schedule.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.facts import Facts
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding
from tb_keras_inspect.diagnosis.onset import median, ratio
from tb_keras_inspect.diagnosis.thresholds import Threshold

PROBLEM = "oscillating_loss"
THRESHOLDS = (
    Threshold(
        "oscillation_rise",
        0.12,
        0.005,
        100.0,
        "all rises of the epochs' training loss together, as a share of the loss of guessing (or of "
        "the first loss)",
        "healthy runs measured here: 0.00, one with 0.05; AutoTrainer's rule on single batches found "
        "2 of 9",
    ),
)
LEAST_EPOCHS = 5
LEAST_STRETCHES = 10
MOST_STRETCHES = 20
PER_STRETCH = 4  # samples, at least
RISES = 2  # separate ones
LEAST_RISE = 0.01  # of the reference, to count as one
WILD = 1.0  # of the reference, all rises together, from which an end that is calm is luck
HARMLESS = 0.1  # of the reference, for a single rise of a loss that has come down all the same
NOISE = 4.0  # standard errors that a rise of a stretch's median must exceed


def find(facts: Facts) -> Iterator[Finding]:
    """At most one finding."""
    if not facts.progress.known or facts.structure.has_own_step or _is_cyclic(facts):
        return
    steps, loss = facts.epochs("loss")
    good = np.isfinite(loss)
    if good.sum() >= LEAST_EPOCHS:
        steps, loss, noise, kind = steps[good], loss[good], 0.0, "epoch"
    else:
        steps, loss, noise = _stretches(facts)
        kind = "step"
    if len(loss) < LEAST_EPOCHS:
        return
    yield from _judge(facts, steps, loss, noise, kind)


def _is_cyclic(facts: Facts) -> bool:
    """Whether the learning rate goes down and up again by schedule."""
    step = facts.track("step")
    rate = step.column("learning_rate") if step is not None else np.zeros(0)
    rate = rate[np.isfinite(rate)]
    peak = np.maximum.accumulate(rate)
    fell = np.minimum.accumulate(rate[::-1])[::-1]
    return bool(
        len(rate)
        and np.any((rate[1:] > 1.5 * rate[:-1]) & (peak[:-1] > 1.5 * rate[:-1]))
        and np.any(fell < 0.7 * peak)
    )


def _stretches(facts: Facts) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Medians of stretches of samples, and what their scatter makes of a rise."""
    progress = facts.progress
    good = np.isfinite(progress.loss)
    steps, loss = progress.steps[good], progress.loss[good]
    count = min(MOST_STRETCHES, len(loss) // PER_STRETCH)
    if count < LEAST_STRETCHES:
        return np.zeros(0, np.int64), np.zeros(0), np.zeros(0)
    parts = np.array_split(np.arange(len(loss)), count)
    medians = np.array([np.median(loss[part]) for part in parts])
    scatter = [np.median(np.abs(loss[part] - np.median(loss[part]))) for part in parts]
    errors = NOISE * 1.25 * 1.48 * np.array(scatter) / np.sqrt([len(part) for part in parts])
    ends = steps[[part[-1] for part in parts]]
    return ends, medians, np.maximum(errors[1:], errors[:-1])


def _judge(facts: Facts, steps, loss, noise, kind: str) -> Iterator[Finding]:
    reference = facts.progress.reference
    rises = np.maximum(np.diff(loss) - noise, 0) / reference
    together, counted = float(np.sum(rises)), int(np.sum(rises > LEAST_RISE))
    limit = facts.thresholds["oscillation_rise"]
    if together < limit or counted < RISES:
        return
    where = np.flatnonzero(rises > LEAST_RISE)
    first, last = int(steps[where[0]]), int(steps[where[-1] + 1])
    ongoing = bool(where[-1] + 1 >= len(loss) - max(2, len(loss) // 4))
    best, now = float(np.min(loss)), float(median(loss[-3:]))
    recovered = not ongoing and now < best + limit * reference and together < WILD
    harmless = facts.progress.share < 0.3 and np.max(rises) < HARMLESS
    ratios = _steps_taken(facts)
    yield Finding(
        problem=PROBLEM,
        severity="note" if recovered or harmless else "warning",
        confidence=0.9 if counted >= 3 or together > 3 * limit else 0.7,
        title=f"The training loss has risen {counted} times since step {first}, by "
        f"{100 * together:.0f} % of the loss of guessing together",
        first_step=first,
        last_step=last,
        ongoing=ongoing,
        cause="Steps are so large that they jump over the valley they should go down into. What some "
        f"{'epochs' if kind == 'epoch' else 'steps'} have learned the next ones lose again.",
        evidence=[
            Evidence("rises together, as a share of guessing", together, "%", limit, kind, "loss"),
            Evidence("rises of more than 1 %", float(counted), "", float(RISES), kind, "loss"),
            Evidence(
                "lowest and last loss differ by",
                float(ratio(now, best)),
                "times",
                None,
                kind,
                "loss",
            ),
            *ratios,
        ],
        advice=[
            Advice(
                "Lower the learning rate by a factor of 3 to 10.",
                "model.compile(optimizer=keras.optimizers.Adam(1e-3), ...)",
            ),
            Advice(
                "Let it fall as training goes on.",
                "keras.optimizers.schedules.CosineDecay(1e-3, decay_steps)",
            ),
            Advice("Average over more samples.", "model.fit(x, y, batch_size=128)"),
            Advice("Limit single steps.", "keras.optimizers.Adam(1e-3, global_clipnorm=1.0)"),
        ],
    )


def _steps_taken(facts: Facts) -> list[Evidence]:
    updates = facts.track("update")
    kernels = facts.kernels(updates)
    if not kernels:
        return []
    typical = updates.typical("ratio")[updates.rows(kernels)]
    worst = int(np.nanargmax(np.nan_to_num(typical)))
    name = "update over weight, largest median of a kernel"
    return [Evidence(name, float(typical[worst]), "", None, "update", "ratio", kernels[worst])]
