"""An epsilon that is larger than the root of the second moment: steps are no longer normalised.

Adam and its kind divide the step by the root of the second moment plus epsilon. Where epsilon is the
larger one, the step is the gradient times a constant, and as small as the gradient. Late in a run that
has learned gradients may be that small; only one that does not learn is reported.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from tb_keras_inspect.diagnosis.advice import optimizer_line
from tb_keras_inspect.diagnosis.evidence import loss_fraction
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import median, tail
from tb_keras_inspect.diagnosis.thresholds import Threshold

PROBLEM = "optimizer_state"
NEEDS = ("optimizer", "step")
THRESHOLDS = (
    Threshold(
        "below_epsilon",
        0.5,
        0.01,
        1.0,
        "fraction of the elements of a kernel whose root of the second moment is below epsilon",
        "half of the elements; of most kernels and of the last one, where a gradient that only "
        "vanishes towards the input is still large",
    ),
)
LEAST_SAMPLES = 8
LEARNED = 0.5
SMALLEST = 1e-30  # an epsilon that float32 can still add


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding."""
    state = facts.track("optimizer")
    kernels = facts.kernels(state)
    if state is None or not kernels or len(state.at) < LEAST_SAMPLES:
        return
    progress = facts.progress
    # Against its start: a loss that is scaled down is below the baseline from the beginning.
    if not progress.known or progress.end < LEARNED * progress.start:
        return
    fractions = state.thin("epsilon_fraction")[:, state.rows(kernels)]
    typical = median(fractions[tail(len(fractions))], axis=0)
    limit = facts.thresholds["below_epsilon"]
    if not median(typical) >= limit or not typical[-1] >= limit:
        return
    sizes = state.thin("second_moment_rms")[:, state.rows(kernels)]
    size = float(median(sizes[tail(len(sizes))]))
    above = np.flatnonzero(~(median(fractions, axis=1) >= limit))
    first = int(state.at[min(above[-1] + 1, len(state.at) - 1)]) if len(above) else facts.first_step
    yield _finding(facts, kernels, float(median(typical)), size, first)


def _finding(
    facts: Facts, kernels: Sequence[str], fraction: float, size: float, first: int
) -> Finding:
    compiled = facts.structure.compiled
    epsilon = compiled.get("optimizer.epsilon", "")
    layers = list(facts.structure.layers_of_variables(list(kernels)))
    return Finding(
        problem=PROBLEM,
        variant="epsilon",
        severity="warning",
        confidence=0.9,
        title=f"Epsilon{f' of {epsilon}' if epsilon else ''} outweighs the second moment of "
        f"{100 * fraction:.2g} % of the weights: steps shrink with the gradient",
        first_step=first,
        last_step=facts.last_step,
        ongoing=True,
        cause="The optimizer divides each step by the root of the second moment plus epsilon. The "
        f"gradients are so small, about {size:.1g}, that epsilon is most of that sum: steps are far "
        "below the learning rate.",
        where=Where(layers=layers, variables=list(kernels)),
        evidence=[
            Evidence(
                "elements below epsilon",
                fraction,
                "%",
                facts.thresholds["below_epsilon"],
                "optimizer",
                "epsilon_fraction",
                kernels[-1],
            ),
            *loss_fraction(facts),
        ],
        advice=_advice(facts, size),
    )


def _advice(facts: Facts, size: float) -> list[Advice]:
    scale = Advice(
        "Check what makes the loss so small: `loss_weights`, sample weights, a mean over many values.",
        "print(model.evaluate(x, y))",
    )
    lower = 10.0 ** math.floor(math.log10(size / 100)) if size > 0 else 0.0
    if lower < SMALLEST:
        return [scale]
    line = optimizer_line(facts, epsilon=lower)
    return [
        Advice(f"Lower epsilon to {lower:.0e}.", f"model.compile(optimizer={line}, ...)"),
        scale,
    ]
