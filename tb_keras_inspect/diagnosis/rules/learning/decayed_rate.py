"""A learning rate that has decayed to nothing early in the run, while the loss still fell.

Rates go down in healthy runs too: at the end, or once the loss has settled. A cosine schedule is above
1 % of its highest rate for 94 % of its steps. So the rate must be gone for half of the run, and the
loss must have been falling when it went.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.advice import optimizer_line
from tb_keras_inspect.diagnosis.evidence import loss_fraction
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import median
from tb_keras_inspect.diagnosis.thresholds import Threshold

PROBLEM = "slow_convergence"
NEEDS = ("step",)
THRESHOLDS: tuple[Threshold, ...] = ()
LEAST_STEPS = 100
LEAST_SAMPLES = 8
GONE = 0.01  # of the highest learning rate
MOST_USED = 0.5  # of the run, before the rate is gone; a cosine schedule has 0.94
UNFINISHED = 0.2  # loss as a fraction of the baseline, above which there is more to learn
FEW = 16  # samples, of which the second half is too short to tell a fall
STILL = 0.01  # fall from the third quarter of the used steps to the last, relative to the baseline


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding."""
    step, progress = facts.track("step"), facts.progress
    if facts.steps_done < LEAST_STEPS or len(progress.steps) < 2 * LEAST_SAMPLES:
        return
    if step is None or not progress.known or progress.fraction < UNFINISHED:
        return
    rates = step.column("learning_rate")
    if not np.isfinite(rates).all() or len(rates) != len(progress.loss):
        return
    gone = np.flatnonzero(rates > GONE * np.max(rates))[-1] + 1
    peak = int(np.argmax(rates))
    if gone > MOST_USED * len(rates) or not _fell_until(facts, int(step.steps[peak]), gone):
        return
    text = facts.structure.compiled.get("optimizer.learning_rate", "")
    at = int(step.steps[gone])
    by = f"its schedule {text.partition('(')[0]}" if "(" in text else "a callback or a command"
    longer = Advice(
        "Count `decay_steps` in batches: the number of epochs times the batches in each.",
        f"decay_steps = epochs * {facts.structure.steps_per_epoch or 'len(x) // batch_size'}",
    )
    slower = Advice(
        "Let the learning rate decay more slowly, or not at all, and look at the schedule: does it "
        "start from its own result each time?",
        optimizer_line(facts, float(np.max(rates))),
    )
    yield Finding(
        problem=PROBLEM,
        variant="decayed",
        severity="warning",
        confidence=0.9,
        title=f"The learning rate has decayed from {np.max(rates):.3g} to below "
        f"{100 * GONE:g} % of it by step {at}, while the loss still fell",
        first_step=at,
        last_step=facts.last_step,
        ongoing=True,
        cause=f"By {by} the learning rate goes down far faster than the model learns: the steps after "
        "that change next to nothing.",
        evidence=[
            Evidence(
                "learning rate at the end", float(rates[-1]), "", None, "step", "learning_rate"
            ),
            *loss_fraction(facts, UNFINISHED),
        ],
        advice=[longer, slower] if "decay_steps" in text or "(" in text else [slower],
    )


def keep_rate(facts: Facts) -> list[Advice]:
    """What to try where the rate has decayed to almost nothing, whenever that was; else nothing."""
    step = facts.track("step")
    rates = step.column("learning_rate") if step is not None else np.zeros(0)
    if not len(rates) or not rates[-1] < GONE * np.nanmax(rates):
        return []
    first = float(np.nanmax(rates))
    return [
        Advice(
            f"Stop the rate from decaying, from {first:.3g} to {rates[-1]:.3g}: does a callback "
            "or a schedule start from its own result each time?",
            optimizer_line(facts, first),
        )
    ]


def _fell_until(facts: Facts, begin: int, end: int) -> bool:
    """Whether the loss was still falling when the rate was gone, or had hardly begun to.

    Args:
        facts: The run.
        begin: Step at which the rate was highest.
        end: Index of the sample from which it is gone.
    """
    loss = facts.progress.loss
    first = int(np.searchsorted(facts.progress.steps, begin))
    used = loss[first:end]
    used = used[np.isfinite(used)]
    if len(used) < FEW:  # too few to see where it settles
        third = max(1, len(used) // 3)
        fall = float(median(used[:third]) - median(used[-third:]))
        return fall > STILL * facts.progress.reference or facts.progress.is_stuck
    half = used[len(used) // 2 :]
    late, later = half[: len(half) // 2], half[len(half) // 2 :]
    return bool(median(late) - median(later) > STILL * facts.progress.reference)
