"""The validation loss is NaN or infinite while training itself is finite.

Validation leaves the weights alone, so training is not broken. What is lost is everything that watches
the validation loss: early stopping, the best checkpoint, this diagnosis. An epoch without validation
(`validation_freq`) has no validation loss and reads as NaN too: it counts only if another validation
metric of that epoch is finite, or if no epoch ever had a finite validation loss. After a NaN in
training the validation loss only reflects it.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding
from tb_keras_inspect.diagnosis.signals.breakdown import VALIDATION
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.diagnosis.wording import number_text

PROBLEM = "non_finite_validation"
NEEDS = ("validation",)
THRESHOLDS = (
    Threshold(
        "validation_nan_epochs",
        2,
        1,
        1000,
        "epochs with a non-finite validation loss and a finite training loss, from which it is "
        "reported",
        "weights that broke in the last step of an epoch show in its validation loss first, and in "
        "the next epoch's training loss; healthy runs measured here have none",
    ),
)
LOSS = VALIDATION + "loss"
CAUSES = {
    "from_start": "No epoch had a finite validation loss, and the training loss is finite on the "
    "same weights. Most likely the validation data itself holds NaN or infinity.",
    "later": "The validation loss was finite at first, and the training loss still is. For some "
    "validation example the output or the loss has become non-finite, as in log(0) of a confident "
    "wrong prediction.",
    "at_the_end": "Only the end of the run shows it. Either an output or the loss became non-finite "
    "for some validation example, or the last training steps broke the weights: that shows in the "
    "validation loss first, and there was no later training loss.",
}
CHECK = Advice(
    "Check the validation data, inputs and targets.",
    "assert np.isfinite(x_val).all() and np.isfinite(y_val).all()",
)
FIND = Advice(
    "Find the examples: predict in batches, and look for outputs that are not finite.",
    "np.flatnonzero(~np.isfinite(model.predict(x_val)).all(axis=-1))",
)
GUARD = Advice(
    "Compute the loss from logits, or add an epsilon inside log, sqrt and division.",
    "loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
)
WEIGHTS = Advice(
    "Check the weights; if they are not finite, lower the learning rate and clip the gradients.",
    "[w.path for w in model.weights if not np.isfinite(w.numpy()).all()]",
)
ADVICE = {
    "from_start": (CHECK, FIND, GUARD),
    "later": (FIND, GUARD, CHECK),
    "at_the_end": (WEIGHTS, FIND, GUARD),
}


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding."""
    steps, val = facts.epochs(LOSS)
    _, train = facts.epochs("loss")
    if facts.breakdown is not None or len(train) != len(val):
        return
    bad = _ran(facts, val) & ~np.isfinite(val) & np.isfinite(train)
    where = np.flatnonzero(bad)
    if not len(where):
        return
    first, last = int(where[0]), int(where[-1])
    is_enough = len(where) >= facts.thresholds["validation_nan_epochs"]
    ongoing = not np.isfinite(val[last:]).any()
    if not is_enough and last < len(val) - 1:
        return  # at the end of a run no later epoch can tell: a note at least
    if not np.isfinite(val[:first]).any():
        variant = "from_start"
    else:
        variant = "later" if is_enough else "at_the_end"
    value = "NaN" if np.isnan(val[first]) else "infinite"
    since = (
        "since the first epoch" if variant == "from_start" else f"since step {int(steps[first])}"
    )
    until = "" if ongoing else f" until step {int(steps[last])}"
    yield Finding(
        problem=PROBLEM,
        variant=variant,
        severity="warning" if is_enough else "note",
        confidence=0.9 if is_enough else 0.5,
        title=f"The validation loss has been {value} {since}{until}, while the training loss is "
        f"finite ({number_text(train[last])})",
        first_step=int(steps[first]),
        last_step=facts.last_step if ongoing else int(steps[last]),
        ongoing=ongoing,
        cause=CAUSES[variant],
        evidence=[
            Evidence("validation loss", float(val[last]), "", None, "epoch", LOSS),
            Evidence(
                "training loss in the same epoch", float(train[last]), "", None, "epoch", "loss"
            ),
            Evidence(
                "epochs with a non-finite validation loss",
                float(len(where)),
                "epochs",
                facts.thresholds["validation_nan_epochs"],
                "epoch",
                LOSS,
            ),
        ],
        advice=ADVICE[variant],
    )


def _ran(facts: Facts, val: np.ndarray) -> np.ndarray:
    """In which epochs validation certainly ran: bool[E]."""
    if not np.isfinite(val).any():
        return np.full(len(val), True)  # the log exists, and has never held a number
    table = facts.table("epoch")
    ran: np.ndarray = ~np.isnan(val)
    for name in table.statistics if table is not None else ():
        if name.startswith(VALIDATION):
            ran |= ~np.isnan(facts.epochs(name)[1])
    return ran
