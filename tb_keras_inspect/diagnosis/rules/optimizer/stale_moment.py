"""A second moment that does not follow the gradient, and a loss that jumps right after it.

Adam divides by the root of an average of past squared gradients. If gradients grow within a few steps,
the average is still small, and steps become several times the learning rate (arXiv:2304.13013, section
3.4). If gradients become much smaller, the average decays slowly, whatever the gradient, until steps
overshoot and the gradient turns against the momentum (arXiv:2506.04805). Both also happen in healthy
runs, and a single batch may be unusual, so the rule requires that the loss was as before at that step
and jumped afterwards.
"""

import dataclasses
from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.advice import clip, optimizer_line
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import median, running_median
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.diagnosis.wording import number_text

PROBLEM = "optimizer_state"
NEEDS = ("optimizer", "step")
THRESHOLDS = (
    Threshold(
        "moment_ratio",
        2.3,
        1.1,
        1000.0,
        "gradient relative to the root of its second moment, root mean square over a kernel, before "
        "the loss jumps",
        "2.3 in the paper, which found a jump of the loss within 8 steps of most of them",
    ),
    Threshold(
        "moment_ratio_low",
        0.2,
        0.0,
        1.0,
        "the same ratio, below which the second moment only decays; with a gradient against the "
        "momentum",
        "two jumps of a run on a single batch, measured here: 0.16 and 0.4; with batches that differ "
        "the ratio is near 1",
    ),
    Threshold(
        "moment_jump",
        2.0,
        1.1,
        1e6,
        "loss after it, divided by the median of the samples before",
        "batches differ by less in runs that are stable",
    ),
)
BEFORE = 10  # samples whose median is the level of the loss
WITHIN = 5  # samples from the ratio to the jump
AGAINST = -0.9  # cosine of momentum and gradient
STILL = 1.25  # of the level: the loss has not begun to rise
USUAL = 1.5  # where the ratio typically is above it, gradients are only noisy
LEAST_RISE = 0.1  # of the reference of the loss
LONG = 0.99  # beta_2 from which on it remembers more than 100 steps


@dataclasses.dataclass(frozen=True)
class _Jump:
    """The kernel, its ratio, the sample where it was high, the loss before and after, and when."""

    kernel: str
    ratio: float
    step: int
    before: float
    after: float
    reached: int


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding: the largest jump."""
    state, step = facts.track("optimizer"), facts.track("step")
    kernels = facts.kernels(state)
    if state is None or step is None or not kernels or not facts.progress.known:
        return
    if len(step) <= BEFORE:
        return
    rows = state.rows(kernels)
    ratios = state.full("moment_ratio")[:, rows].astype(np.float64)
    if not np.isfinite(ratios).any():
        return
    limits = facts.thresholds
    with np.errstate(all="ignore"):
        usual = median(ratios, axis=0)
        is_against = state.full("momentum_cosine")[:, rows] <= AGAINST
        is_low = (ratios <= limits["moment_ratio_low"]) & is_against
        is_high = (ratios >= limits["moment_ratio"]) & (usual <= USUAL)
    # How far off, for the kernel where it is most.
    off = np.where(is_high, ratios, np.where(is_low, 1 / np.maximum(ratios, 1e-9), 0.0))
    jumps = list(_jumps(facts, kernels, ratios, off, state.steps))
    if jumps:
        yield _finding(facts, max(jumps, key=lambda jump: jump.after / jump.before))


def _jumps(
    facts: Facts,
    kernels: list[str],
    ratios: np.ndarray,
    off: np.ndarray,
    at: np.ndarray,
) -> Iterator[_Jump]:
    limits, (steps, loss) = facts.thresholds, (facts.progress.steps, facts.progress.loss)
    levels = np.r_[np.full(BEFORE, np.nan), running_median(loss, BEFORE)[BEFORE - 1 : -1]]
    enough = LEAST_RISE * facts.progress.reference
    with np.errstate(all="ignore"):
        rises = (loss > limits["moment_jump"] * levels) & (loss - levels > enough)
    position = {int(step): row for row, step in enumerate(at)}
    for i in np.flatnonzero(rises)[:1000]:
        for j in range(max(i - WITHIN, 0), i):
            row = position.get(int(steps[j]))
            if row is None or not loss[j] <= STILL * levels[i]:
                continue
            worst = int(np.argmax(off[row]))
            if off[row, worst] > 0:
                ratio, numbers = float(ratios[row, worst]), (float(levels[i]), float(loss[i]))
                yield _Jump(kernels[worst], ratio, int(steps[j]), *numbers, int(steps[i]))
                break


def _finding(facts: Facts, jump: _Jump) -> Finding:
    limits = facts.thresholds
    stays = not facts.progress.end < STILL * jump.before
    layers = facts.structure.layers_of_variables([jump.kernel])
    return Finding(
        problem=PROBLEM,
        variant="stale",
        severity="warning" if stays else "note",
        confidence=0.7,
        title=f"The second moment did not follow the gradient at step {jump.step}: the gradient of "
        f"{jump.kernel} was {jump.ratio:.2g} times its root, and the loss rose from {jump.before:.3g} "
        f"to {number_text(jump.after)}",
        first_step=jump.step,
        last_step=facts.last_step if stays else jump.reached,
        ongoing=stays,
        cause="A step is the gradient over the root of an average of its squares over many steps. "
        + (
            "The gradient grew faster than that average, so steps became several times the learning "
            "rate."
            if jump.ratio > 1
            else "The gradient had become far smaller than that, so the average only decayed, and "
            "steps grew until they overshot."
        ),
        where=Where(layers=list(layers), variables=[jump.kernel]),
        evidence=[
            Evidence(
                "gradient / root of the second moment",
                jump.ratio,
                "times",
                limits["moment_ratio" if jump.ratio > 1 else "moment_ratio_low"],
                "optimizer",
                "moment_ratio",
                jump.kernel,
            ),
            Evidence(
                "loss after / loss before",
                jump.after / jump.before,
                "times",
                limits["moment_jump"],
                "step",
                "loss",
            ),
        ],
        advice=_advice(facts),
    )


def _advice(facts: Facts) -> list[Advice]:
    text = facts.structure.compiled.get("optimizer.beta_2", "")
    try:
        beta_2 = float(text)
    except ValueError:
        return [clip(facts)]
    if beta_2 < LONG:
        return [clip(facts)]
    shorter = Advice(
        f"Lower beta_2, from {beta_2:g} to 0.95: the average then follows within 20 steps.",
        f"model.compile(optimizer={optimizer_line(facts, beta_2=0.95)}, ...)",
    )
    return [shorter, clip(facts)]
