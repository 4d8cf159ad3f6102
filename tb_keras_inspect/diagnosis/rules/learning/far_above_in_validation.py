"""A validation loss that no constant prediction has, beside a training loss that is usual.

Validation runs the model as inference does. A layer that works otherwise there (a dropout of one's own
that does not rescale, a `training` argument the wrong way round) shows as a loss far above all that
training shows, whether training learns or not; and so does validation data in other units.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import median
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.diagnosis.wording import number_text

PROBLEM = "validation_mismatch"
NEEDS = ("validation", "step")
THRESHOLDS = (
    Threshold(
        "validation_far_above",
        3.0,
        1.0,
        1e6,
        "validation loss of each of the last epochs, relative to that of a constant prediction, above "
        "which it is reported although training has not learned",
        "156 healthy runs measured here: 0.93 at most",
    ),
)
EPOCHS = 3
# Training loss relative to the baseline: below the first, `validation_mismatch` looks; above the
# second, training itself is broken.
LEARNED, USUAL = 0.6, 1.5


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding."""
    steps, val = facts.epochs("val_loss")
    _, train = facts.epochs("loss")
    baseline, limit = facts.progress.baseline, facts.thresholds["validation_far_above"]
    if len(train) != len(val) or not baseline > 0 or facts.structure.has_own_step:
        return
    good = np.isfinite(val) & np.isfinite(train)
    steps, val, train = steps[good], val[good] / baseline, train[good] / baseline
    if len(val) < EPOCHS or train[-1] < LEARNED or np.max(train[-EPOCHS:]) > USUAL:
        return
    if np.min(val[-EPOCHS:]) < limit:
        return
    times = float(median(val[-EPOCHS:]))
    yield Finding(
        problem=PROBLEM,
        variant="gap",
        severity="warning",
        confidence=0.85,
        title=f"The validation loss is {number_text(times)} times that of a constant prediction, "
        f"beside a training loss of {number_text(float(train[-1]))} times",
        first_step=int(steps[val >= limit][0]),
        last_step=int(steps[-1]),
        ongoing=True,
        cause="Validation runs the model as inference does, on other data, and the loss there is far "
        "above any that training shows. Either a layer works otherwise in inference (its `training` "
        "argument, moving statistics, a dropout that does not rescale), or the data is prepared "
        "otherwise.",
        evidence=[
            Evidence(
                "validation loss, relative to that of a constant prediction",
                times,
                "times",
                limit,
                "epoch",
                "val_loss",
            )
        ],
        advice=[
            Advice(
                "Evaluate on training data: if that is as high, a layer works otherwise in inference "
                "than in training; if it is not, the validation data differs.",
                "model.evaluate(x_train, y_train)",
            ),
            Advice(
                "Check that the validation data is prepared exactly like the training data.",
                "print(x_train.mean(), x_train.std(), x_val.mean(), x_val.std())",
            ),
        ],
    )
