"""A few examples have a loss far above that of all others: wrong labels, or corrupt inputs.

Every model that has learned leaves most of its loss to a few hard examples, so a large part alone says
nothing. A label is suspicious where the model says something else each time that it sees the example in
the later half of those times, and is certain of it. A step stands out where its loss is far above the
first one, at which the model knew nothing.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.heavy_examples import heaviest
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.tables.example_ranking import is_late
from tb_keras_inspect.store.tables.sample_losses import Samples

PROBLEM = "suspicious_examples"
NEEDS = ("step",)
THRESHOLDS = (
    Threshold(
        "suspicious_loss",
        4.0,
        1.0,
        100.0,
        "mean loss of an example in the later half of the times that it was seen, in nats: the model "
        "gives its label less than 2 %",
        "digits with 2 % of the labels swapped: 22 to 34 of 36 have more, and at most 2 others; clean "
        "digits: 5 of 1797 at most",
    ),
    Threshold(
        "suspicious_fraction",
        0.005,
        0.0,
        1.0,
        "suspicious examples / examples seen in several epochs",
        "twice what clean digits have",
    ),
    Threshold(
        "spike_size",
        5.0,
        1.5,
        1e9,
        "loss of a step divided by the median of the first ten",
        "healthy runs begin with their largest losses",
    ),
)
LEAST_SEEN = 3  # times, in as many epochs
LEAST_EXAMPLES = 4
LEAST_RIGHT = 0.75  # of the labels, in the later half of the run: else the model knows too little
FIRST = 10  # sampled steps


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding for each variant."""
    try:
        samples = facts.run.samples()
    except NotRecordedError:
        return
    if facts.breakdown is not None:
        samples = samples.where(samples.steps < facts.breakdown.step)
    if len(samples):
        yield from _spike(facts, samples)
        yield from _labels(facts, samples)


def _labels(facts: Facts, samples: Samples) -> Iterator[Finding]:
    samples = samples.where(samples.fingerprints != 0)
    if not len(samples) or not _are_classes(samples):
        return
    names, number, seen = np.unique(samples.fingerprints, return_inverse=True, return_counts=True)
    late, count = is_late(number, seen), len(names)
    times = np.bincount(number[late], minlength=count)
    wrong = samples.columns["label"] != samples.columns["prediction"]
    later_half = samples.steps >= np.median(samples.steps)
    right = 1 - float(wrong[later_half].mean())
    often = (_epochs(samples, number, count) >= LEAST_SEEN) & (seen >= LEAST_SEEN)
    mean = np.bincount(number[late], samples.loss[late], count) / times
    suspicious = often & (np.bincount(number[late], wrong[late], count) == times)
    suspicious &= mean >= facts.thresholds["suspicious_loss"]
    if right < LEAST_RIGHT or suspicious.sum() < LEAST_EXAMPLES:
        return
    fraction = float(suspicious.sum() / often.sum())
    if fraction < facts.thresholds["suspicious_fraction"]:
        return
    worst = samples.where(suspicious[number])
    shown = heaviest(samples, int(worst.steps[np.argmax(worst.loss)]))
    yield Finding(
        problem=PROBLEM,
        variant="labels",
        severity="note",
        confidence=0.7,
        title=f"{suspicious.sum()} of {often.sum()} examples may have wrong labels: the model "
        f"contradicts them with certainty, epoch after epoch",
        first_step=int(worst.steps[0]),
        last_step=int(worst.steps[-1]),
        ongoing=True,
        cause="A wrong label, a duplicate with another label, or an example unlike all others. The "
        f"model is right about {100 * right:.0f} % of the labels. {shown.text}",
        evidence=[
            Evidence(
                "suspicious examples / examples seen in several epochs",
                fraction,
                "%",
                facts.thresholds["suspicious_fraction"],
            ),
            Evidence(
                "mean of their losses",
                float(mean[suspicious].mean()),
                "",
                facts.thresholds["suspicious_loss"],
            ),
        ],
        advice=[_look(), Advice("Correct their labels, or leave them out.")],
    )


def _spike(facts: Facts, samples: Samples) -> Iterator[Finding]:
    track = facts.track("step")
    if track is None or not track.has("loss"):
        return
    steps, loss = track.steps, track.column("loss")
    if len(steps) <= FIRST:
        return
    first = float(np.median(loss[:FIRST]))
    limit = facts.thresholds["spike_size"]
    high = steps[FIRST:][loss[FIRST:] > limit * first] if first > 0 else steps[:0]
    found = [heavy for step in high.tolist() if (heavy := heaviest(samples, step)).is_few]
    if not found:
        return
    worst = max(found, key=lambda heavy: heavy.loss)
    more = f" (and {len(found) - 1} more steps)" if len(found) > 1 else ""
    yield Finding(
        problem=PROBLEM,
        variant="spike",
        severity="note",
        confidence=0.8,
        title=f"At step {worst.step}{more}, {worst.count} of {worst.batch_size} examples carry "
        f"{100 * worst.share:.0f} % of a loss far above the first one",
        first_step=found[0].step,
        last_step=found[-1].step,
        ongoing=True,
        cause=f"Their inputs or their labels are unlike all others. {worst.text}",
        evidence=[
            Evidence(
                "loss of that step / first loss",
                worst.loss / first,
                "times",
                limit,
                "step",
                "loss",
            ),
            Evidence("part of it that they carry", worst.share, "%"),
        ],
        advice=[_look()],
    )


def _look() -> Advice:
    return Advice("Look at these examples and their labels.", "run.samples().ranking()")


def _are_classes(samples: Samples) -> bool:
    """Whether labels and answers are numbers of classes, and there is one output."""
    if "label" not in samples.columns or "prediction" not in samples.columns:
        return False
    both = np.concatenate([samples.columns["label"], samples.columns["prediction"]])
    return bool(np.all(np.isfinite(both)) and np.all(both == np.round(both)) and both.max() >= 2)


def _epochs(samples: Samples, number: np.ndarray, count: int) -> np.ndarray:
    """int64[E]: in how many epochs each example was seen."""
    known = samples.epochs >= 0
    pairs = np.unique(np.stack([number, samples.epochs], axis=1)[known], axis=0)
    return np.bincount(pairs[:, 0], minlength=count)
