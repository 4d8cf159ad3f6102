"""The training loss goes up and down instead of down.

The loss of single batches always does, because batches differ. The mean over an epoch rises only when
the weights get worse, or when a stream has other examples in every epoch: so only what exceeds the
scatter of the batches counts. Epochs are compared if there are enough of them, with enough batches;
otherwise medians over stretches of samples, relative to the scatter within the stretches. Models with a
training step of their own (a GAN) are left alone, and so are runs whose schedule moves the learning
rate up and down.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from tb_keras_inspect.catalog.kinds import FIXED_SET
from tb_keras_inspect.diagnosis.advice import clip, larger_batches, lower_rate
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import median, ratio
from tb_keras_inspect.diagnosis.thresholds import Threshold

PROBLEM = "oscillating_loss"
NEEDS = ("step",)
THRESHOLDS = (
    Threshold(
        "oscillation_rise",
        0.12,
        0.005,
        100.0,
        "sum of all rises of the epochs' training loss, as a fraction of the baseline loss (or of "
        "the first loss)",
        "healthy runs measured here: 0.00, one with 0.05; AutoTrainer's rule on single batches "
        "found 2 of 9",
    ),
)
LEAST_EPOCHS = 5
LEAST_STRETCHES = 10
MOST_STRETCHES = 20
PER_STRETCH = 4  # samples, at least

SAME_EPOCHS = 2  # of which every step was sampled
SAME = 1e-5  # difference of the mean input, in standard deviations
LEAST_BATCHES = 4  # of an epoch; fewer do not tell how much its mean scatters
RISES = 2  # separate ones
LEAST_RISE = 0.01  # fraction of the reference, to count as one
WILD = 1.0  # sum of all rises, in references, after which a calm end is luck
HARMLESS = 0.1  # fraction of the reference, for single rises of a loss that has fallen all the same
NOISE = 5.0  # standard errors that a rise must exceed
FEW = 6.0  # differences whose scatter counts twice: so few may all be alike by chance


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding."""
    if not facts.progress.known or facts.structure.has_own_step or _is_cyclic(facts):
        return
    steps, loss = facts.epochs("loss")
    good = np.isfinite(loss)
    noise = _noise_of_epochs(facts, steps[good])
    if good.sum() >= LEAST_EPOCHS and noise is not None:
        yield from _judge(facts, "epochs", steps[good], loss[good], noise)
        return
    steps, loss, noise = _stretches(facts)
    if len(loss):
        yield from _judge(facts, "steps", steps, loss, noise)


def _noise_of_epochs(facts: Facts, steps: np.ndarray) -> np.ndarray | None:
    """By how much the mean over an epoch may rise by chance: float64[E-1].

    A stream has other examples in every epoch, so its mean scatters like that of any draw of as many
    batches. What the record does not tell (a set or a stream) must not make a healthy run look ill.

    Args:
        facts: The run.
        steps: Last step of each epoch.

    Returns:
        None if epochs have too few batches to tell their scatter.
    """
    progress = facts.progress
    lengths = np.diff(steps)
    if _is_fixed_set(facts, steps):
        return np.zeros(len(lengths))
    if len(lengths) and np.median(lengths) < LEAST_BATCHES:
        return None
    good = np.isfinite(progress.loss)
    epoch = np.searchsorted(steps, progress.steps[good], side="left")
    loss = progress.loss[good]
    # From one sample to the next, so that a loss that falls within the epoch does not count.
    steps_of_loss = np.diff(loss) / np.sqrt(2)
    is_within = np.diff(epoch) == 0
    within = steps_of_loss[is_within]
    rest = within if len(within) >= PER_STRETCH * LEAST_EPOCHS else steps_of_loss
    rest = rest[len(rest) // 2 :]
    if not len(rest):
        return np.zeros(max(len(steps) - 1, 0))
    # A loss that falls fast at first scatters more than it does later.
    scatter = np.full(len(lengths), _scatter(rest))
    for position in range(len(lengths)):
        near = within[np.isin(epoch[:-1][is_within], (position, position + 1))]
        if len(near) >= PER_STRETCH:
            scatter[position] = max(scatter[position], _scatter(near))
    few = 1 + FEW / len(rest)
    return NOISE * few * scatter / np.sqrt(np.maximum(lengths, 1))


def _scatter(differences: np.ndarray) -> float:
    """Standard deviation, as far as the median of magnitudes tells it."""
    return 1.48 * float(np.median(np.abs(differences - np.median(differences))))


def _is_fixed_set(facts: Facts, steps: np.ndarray) -> bool:
    """Whether each epoch has the same examples: the record says so, or the means of their inputs.

    Args:
        facts: The run.
        steps: Last step of each epoch. Only epochs of which every step was sampled tell.
    """
    if getattr(facts.structure.model, "data", "") == FIXED_SET:
        return True
    inputs, step = facts.track("input"), facts.track("step")
    if inputs is None or step is None or len(inputs) != len(step):
        return False
    mean, spread = inputs.column("mean"), float(median(inputs.column("std")))
    size = step.column("batch_size")
    means = []
    for begin, end in pairwise(steps):
        at = slice(*np.searchsorted(inputs.steps, [begin, end], side="right"))
        if at.stop - at.start == end - begin and np.isfinite(size[at]).all():
            means.append(float(np.average(mean[at], weights=size[at])))
    return len(means) >= SAME_EPOCHS and np.ptp(means) <= SAME * spread


def _is_cyclic(facts: Facts) -> bool:
    """Whether a schedule moves the learning rate down and up again."""
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
    """Stretches of samples: last step (int64[S]), median (float64[S]), noise of a rise (float64[S-1]).

    All are empty if there are too few samples.
    """
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


def _judge(
    facts: Facts, variant: str, steps: np.ndarray, loss: np.ndarray, noise: np.ndarray
) -> Iterator[Finding]:
    reference = facts.progress.reference
    rises = np.maximum(np.diff(loss) - noise, 0) / reference
    total, count = float(np.sum(rises)), int(np.sum(rises > LEAST_RISE))
    limit = facts.thresholds["oscillation_rise"]
    if total < limit or count < RISES:
        return
    where = np.flatnonzero(rises > LEAST_RISE)
    first = int(steps[where[0]])
    ongoing = bool(where[-1] + 1 >= len(loss) - max(2, len(loss) // 4))
    lowest, now = float(np.min(loss)), float(median(loss[-3:]))
    recovered = not ongoing and now < lowest + limit * reference and total < WILD
    harmless = facts.progress.fraction < 0.3 and np.max(rises) < HARMLESS
    kind = "epoch" if variant == "epochs" else "step"
    yield Finding(
        problem=PROBLEM,
        variant=variant,
        severity="note" if recovered or harmless else "warning",
        confidence=0.9 if count >= 3 or total > 3 * limit else 0.7,
        title=f"The training loss has risen {count} times since step {first}, in total by "
        f"{100 * total:.0f} % of the baseline loss",
        first_step=first,
        last_step=int(steps[where[-1] + 1]),
        ongoing=ongoing,
        cause="Steps are so large that they jump across the valley instead of descending into it. "
        f"What some {variant} learn, the next ones lose again.",
        evidence=[
            Evidence("sum of all rises, relative to the baseline", total, "%", limit, kind, "loss"),
            Evidence("rises of more than 1 %", float(count), "", float(RISES), kind, "loss"),
            Evidence(
                "last loss / lowest loss", float(ratio(now, lowest)), "times", None, kind, "loss"
            ),
            *_largest_updates(facts),
        ],
        advice=[
            lower_rate(facts),
            Advice(
                "Let the learning rate decay.",
                "keras.optimizers.schedules.CosineDecay(1e-3, decay_steps)",
            ),
            larger_batches(facts),
            clip(facts),
        ],
    )


def _largest_updates(facts: Facts) -> list[Evidence]:
    updates = facts.track("update")
    kernels = facts.kernels(updates)
    if updates is None or not kernels:
        return []
    typical = updates.typical("ratio")[updates.rows(kernels)]
    worst = int(np.nanargmax(np.nan_to_num(typical)))
    name = "update / weight, largest median of a kernel"
    return [Evidence(name, float(typical[worst]), "", None, "update", "ratio", kernels[worst])]
