"""Updates that are too small for the type of their weights: they are rounded away, and nothing changes.

Only where the weights themselves are of 16 bits. An update below half the distance of a weight to its
neighbour is recorded as 0, though its gradient is not. Some are lost in every such run; only one that
does not learn is reported.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from tb_keras_inspect.catalog.precisions import PRECISIONS
from tb_keras_inspect.diagnosis.evidence import loss_fraction
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import median, tail
from tb_keras_inspect.diagnosis.thresholds import Threshold

PROBLEM = "slow_convergence"
NEEDS = ("update", "gradient")
THRESHOLDS = (
    Threshold(
        "rounded_fraction",
        0.4,
        0.01,
        1.0,
        "fraction of a kernel's updates, of those with a gradient, that are rounded away in the type "
        "of the weights",
        "a bfloat16 run that learns, measured here, loses 26 % to 63 %; only runs that do not learn "
        "are reported",
    ),
)
LEAST_SAMPLES = 8
ADAPTIVE = ("Adam", "AdamW", "Nadam", "Adamax", "Lamb")


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding."""
    updates, gradients = facts.track("update"), facts.track("gradient")
    kernels = facts.kernels(updates, gradients)
    types = {variable.path: variable.dtype for variable in facts.structure.variables}
    low = [path for path in kernels if types.get(path) in PRECISIONS]
    if updates is None or gradients is None or not low or len(updates.at) < LEAST_SAMPLES:
        return
    if facts.progress.has_learned or not facts.progress.known:
        return
    lost = updates.thin("zero_fraction")[:, updates.rows(low)]
    without = gradients.thin("zero_fraction")[:, gradients.rows(low)]
    if lost.shape != without.shape:
        return
    with np.errstate(invalid="ignore", divide="ignore"):
        fractions = (lost - without) / (1 - without)
    typical = np.nan_to_num(median(fractions[tail(len(fractions))], axis=0))
    limit = facts.thresholds["rounded_fraction"]
    found = [low[i] for i in np.argsort(-typical, kind="stable") if typical[i] >= limit]
    if found:
        yield _finding(facts, found, float(typical.max()), types[found[0]])


def _finding(facts: Facts, found: Sequence[str], fraction: float, dtype: str) -> Finding:
    layers = list(facts.structure.layers_of_variables(list(found)))
    optimizer = facts.structure.compiled.get("optimizer", "")
    cause = (
        f"A weight in {dtype} can only change by steps of its {2 ** PRECISIONS[dtype].bits}th part or "
        "so. What the optimizer wants to add is less than half of that, so the sum is rounded to the "
        "old weight, at every step again."
    )
    if fraction == 1 and dtype == "bfloat16" and optimizer in ADAPTIVE:
        cause = (
            f"{optimizer} computes in the type of the weights too. In bfloat16 its beta_2 of 0.999 is "
            "rounded to 1, and the correction 1 - beta_2 to 0: all updates are 0."
        )
    return Finding(
        problem=PROBLEM,
        variant="rounded_away",
        severity="warning",
        confidence=0.9,
        title=f"{100 * fraction:.2g} % of the updates of {layers[0] if layers else found[0]} are "
        f"rounded away in {dtype}",
        first_step=facts.first_step,
        last_step=facts.last_step,
        ongoing=True,
        cause=cause,
        where=Where(layers=layers, variables=list(found)),
        evidence=[
            Evidence(
                "updates that are 0 though their gradient is not",
                fraction,
                "%",
                facts.thresholds["rounded_fraction"],
                "update",
                "zero_fraction",
                found[0],
            ),
            *loss_fraction(facts),
        ],
        advice=[
            Advice(
                "Keep the weights in float32, and compute in 16 bits.",
                f'keras.config.set_dtype_policy("mixed_{dtype}")',
            ),
        ],
    )
