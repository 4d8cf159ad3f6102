"""A few batches hold a value far outside the range of all others, and throw the gradient.

Heavy-tailed inputs have large values in many batches: those are not normalised, which is another
problem. Here the range of nearly all batches is the same, and a single one leaves it by far, with a
gradient many times larger than usual in that very step.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.advice import clip
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import median
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.diagnosis.wording import number_text
from tb_keras_inspect.store.tables.table import StatTable

PROBLEM = "input_outlier"
NEEDS = ("input", "step")
THRESHOLDS = (
    Threshold(
        "outlier_size",
        30.0,
        3.0,
        1e9,
        "largest magnitude of an input in one batch, divided by the median over all batches",
        "37 healthy runs measured here: 2.3 at most",
    ),
    Threshold(
        "outlier_gradient",
        10.0,
        1.5,
        1e9,
        "gradient norm in that step divided by the median over all steps",
        "batches of healthy runs that start to learn differ by more, but not where their input does",
    ),
)
RARE = 0.2  # fraction of the batches, at most
LEAST_SAMPLES = 15
EMBEDDING = "Embedding"


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding for each input and target."""
    # Numbers of tokens and of classes have no range to leave.
    if not any(EMBEDDING in layer.class_name for layer in facts.structure.layers):
        yield from _find(facts, "input")
    if not any(word in facts.structure.compiled.get("loss", "") for word in ("entropy", "hinge")):
        yield from _find(facts, "target")


def _find(facts: Facts, kind: str) -> Iterator[Finding]:
    table, step = facts.table(kind), facts.table("step")
    if table is None or step is None or len(table.steps) < LEAST_SAMPLES:
        return
    norms = dict(zip(step.steps.tolist(), _norms(step), strict=True))
    usual = float(median([value for value in norms.values() if np.isfinite(value)]))
    limits = facts.thresholds
    for row, name in enumerate(table.names):
        low, high = (table.select(statistic)[:, row] for statistic in ("min", "max"))
        size = np.fmax(np.abs(low), np.abs(high)).astype(np.float64)
        typical = float(median(size))
        with np.errstate(all="ignore"):
            far = np.isfinite(size) & (size >= limits["outlier_size"] * typical) & (typical > 0)
        if not far.any() or np.mean(far) > RARE:
            continue
        thrown = [
            at
            for at in np.flatnonzero(far)
            if not norms.get(int(table.steps[at]), 0) < limits["outlier_gradient"] * usual
        ]
        if thrown:
            first = thrown[0]
            norm = norms.get(int(table.steps[first]), np.nan)
            numbers = (float(size[first]), typical, float(norm / usual))
            yield _finding(facts, kind, name, table.steps[thrown], numbers)


def _norms(step: StatTable) -> np.ndarray:
    if "gradient_norm" not in step.statistics:
        return np.full(len(step.steps), np.nan)
    return np.asarray(step.select("gradient_norm")[:, 0], np.float64)


def _finding(
    facts: Facts, kind: str, name: str, steps: np.ndarray, numbers: tuple[float, float, float]
) -> Finding:
    is_input = kind == "input"
    size, typical, norm = numbers
    first = int(steps[0])
    more = f" (and of {len(steps) - 1} more sampled batches)" if len(steps) > 1 else ""
    limits = facts.thresholds
    return Finding(
        problem=PROBLEM,
        variant="far" if is_input else "target",
        severity="warning",
        confidence=0.9,
        title=f"{kind.capitalize()} {name} of step {first} holds a value of {number_text(size)}{more}, "
        f"where other batches reach {number_text(typical)}",
        first_step=first,
        last_step=int(steps[-1]),
        ongoing=True,
        cause=f"The gradient of a batch grows with its {kind}s, so one such value outweighs all other "
        "examples and throws the weights away from what they have learned. It comes again in every "
        "epoch.",
        evidence=[
            Evidence(
                f"largest {kind} / usual largest {kind}",
                size / typical,
                "times",
                limits["outlier_size"],
                kind,
                "max",
                name,
            ),
            Evidence(
                "gradient norm of that step / usual",
                norm,
                "times",
                limits["outlier_gradient"],
                "step",
                "gradient_norm",
            ),
        ],
        advice=[
            Advice(
                "Find the examples, and correct them or leave them out.",
                f"np.argwhere(np.abs({'x' if is_input else 'y'}) > {10 * typical:.3g})",
            ),
            *([] if is_input else [Advice("Or use a loss that limits it.", 'loss="huber"')]),
            clip(facts),
        ],
    )
