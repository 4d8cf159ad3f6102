"""A learning rate that was raised, by a schedule or a command, and a loss that rose with it for good.

A schedule may raise the rate on purpose: a warm-up, a restart. So the loss must not only rise after the
change but stay above where it was.
"""

import dataclasses
import re
from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.advice import optimizer_line
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.diagnosis.trigger import RATE_COMMANDS
from tb_keras_inspect.diagnosis.wording import number_text

PROBLEM = "rate_change"
NEEDS = ("step",)
THRESHOLDS = (
    Threshold(
        "rate_jump",
        3.0,
        1.1,
        1e6,
        "factor by which the learning rate rises between two samples",
        "the rate of a healthy run measured here rises elevenfold in its warm-up, while the loss falls",
    ),
    Threshold(
        "rate_jump_rise",
        1.5,
        1.01,
        1e6,
        "loss after the change, until the end, divided by the loss before it",
        "a loss that comes back, as after a restart, is below 1 again",
    ),
)
AROUND = 8  # samples before and after the change
LEAST = 3


@dataclasses.dataclass(frozen=True)
class _Change:
    """Index of the first sample with the new rate, both rates, and the loss before and after."""

    at: int
    old: float
    new: float
    before: float
    after: float


NUMBER = r"[\d.e+-]+"  # a rate that the optimizer does not change by itself


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding, for the change after which the loss rose most."""
    step = facts.track("step")
    if step is None or not facts.progress.known or facts.structure.has_own_step:
        return
    rate, loss = step.column("learning_rate"), step.column("loss")
    changes = list(_changes(facts, rate, loss))
    if changes:
        worst = max(changes, key=lambda item: item.after / item.before)
        yield _finding(facts, step.steps, loss, worst)


def _changes(facts: Facts, rate: np.ndarray, loss: np.ndarray) -> Iterator[_Change]:
    limits = facts.thresholds
    with np.errstate(all="ignore"):
        jumps = np.flatnonzero(rate[1:] >= limits["rate_jump"] * rate[:-1]) + 1
    for at in jumps[:100]:
        before, after = loss[max(0, at - AROUND) : at], loss[at : at + AROUND]
        rest = loss[at:]
        if len(before) < LEAST or len(after) < LEAST or not rate[at - 1] > 0:
            continue
        # The best that the run reached again: a median of its last quarter, of any stretch before.
        low, high = float(np.median(before)), float(np.median(rest[-max(LEAST, len(rest) // 4) :]))
        high = np.inf if np.isnan(high) else high
        now = float(np.median(after[np.isfinite(after)])) if np.isfinite(after).any() else np.inf
        enough = 0.05 * facts.progress.reference
        if min(high, now) >= limits["rate_jump_rise"] * low and min(high, now) - low > enough > 0:
            yield _Change(int(at), float(rate[at - 1]), float(rate[at]), low, min(high, now))


def _finding(facts: Facts, steps: np.ndarray, loss: np.ndarray, change: _Change) -> Finding:
    limits, first = facts.thresholds, int(steps[change.at])
    factor = change.new / change.old
    above = not facts.progress.end < facts.progress.reference
    return Finding(
        problem=PROBLEM,
        variant="raised",
        severity="error" if above or not np.isfinite(loss[-1]) else "warning",
        confidence=0.9,
        title=f"The learning rate was raised from {change.old:.3g} to {change.new:.3g} at step "
        f"{first}, and the loss has risen from {change.before:.3g} to {number_text(change.after)}",
        first_step=first,
        last_step=facts.last_step,
        ongoing=True,
        cause="The run was stable with the old rate. With the new one each step is "
        f"{number_text(float(f'{factor:.2g}'))} times as long, and lands where the loss is higher.",
        evidence=[
            Evidence(
                "new rate / old rate", factor, "times", limits["rate_jump"], "step", "learning_rate"
            ),
            Evidence(
                "loss after / loss before",
                change.after / change.before,
                "times",
                limits["rate_jump_rise"],
                "step",
                "loss",
            ),
        ],
        advice=[
            _keep(facts, change.old, int(steps[change.at - 1]), first),
            Advice(
                "Raise it in small steps.",
                "keras.optimizers.schedules.CosineDecay(1e-4, 1000, warmup_target=1e-3, "
                "warmup_steps=500)",
            ),
        ],
    )


def _keep(facts: Facts, rate: float, until: int, first: int) -> Advice:
    """To keep the old rate: by the optimizer or, where something else changed it, without that."""
    stable = f"Keep the learning rate at {rate:.3g}: the run was stable with it until step {until}."
    line = f"model.compile(optimizer={optimizer_line(facts, rate)}, ...)"
    if not re.fullmatch(NUMBER, facts.structure.compiled.get("optimizer.learning_rate", "")):
        return Advice(stable, line)  # a schedule of the optimizer, or not known
    commands = [
        x for x in facts.run.controls if x.command in RATE_COMMANDS and until < x.step <= first
    ]
    if commands:
        return Advice(
            f"{stable} The command {commands[-1].command} raised it.",
            f'tb_keras_inspect.connect("logs/a").set_learning_rate({rate:.3g})',
        )
    return Advice(
        f"{stable} A callback sets it during `fit`: correct its schedule or factor, or leave it out."
    )
