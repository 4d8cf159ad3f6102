"""A term that a layer adds to the loss, and that falls below zero without end.

`fit` minimises the sum of all terms. A divergence or a penalty is never negative; one with the wrong
sign has no lowest value, and draws all weights after it.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.diagnosis.wording import number_text, since

PROBLEM = "output_mismatch"
NEEDS = ("step",)
THRESHOLDS = (
    Threshold(
        "runaway_term",
        10.0,
        1.0,
        1e9,
        "how far below zero an added loss may fall, relative to the first loss",
        "a bonus for entropy is bounded (24 healthy runs with added losses measured here: 0.04 at "
        "most), a log-likelihood falls by a few times the first loss",
    ),
)


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding."""
    step = facts.track("step")
    if step is None or not step.has("added_loss"):
        return
    added, loss = step.column("added_loss"), step.column("loss")
    finite = np.isfinite(added) & np.isfinite(loss)
    if not finite.any():
        return
    added, loss, steps = added[finite], loss[finite], step.steps[finite]
    first = max(abs(float(loss[0] - added[0])), abs(float(loss[0])))
    limit = facts.thresholds["runaway_term"]
    far = added < -limit * first
    if not far.any() or not far[-1] or loss[-1] > 0 or added[-1] > min(added[0], 0) - first:
        return
    at = int(np.argmax(added < min(added[0], 0) - first))
    yield Finding(
        problem=PROBLEM,
        variant="runaway",
        severity="error",
        confidence=0.9,
        title=f"What is added to the loss falls below zero without end, to {number_text(added[-1])} "
        f"{since(int(steps[at]), facts.first_step)}",
        first_step=facts.first_step,
        confirmed_step=int(steps[int(np.argmax(far))]),
        last_step=facts.last_step,
        ongoing=True,
        cause="`fit` minimises the sum of all losses. A term from `add_loss` or a regularizer that can "
        "fall without end draws the weights after it: most likely its sign is wrong.",
        evidence=[
            Evidence("added loss now", float(added[-1]), "", -limit * first, "step", "added_loss"),
            Evidence("first loss", float(loss[0]), "", None, "step", "loss"),
        ],
        advice=[
            Advice(
                "Turn the sign of the term: add what is to become small.",
                "self.add_loss(weight * divergence)  # which is never negative",
            )
        ],
    )
