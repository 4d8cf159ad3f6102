"""Data that repeats: every batch is the same, few different ones come round, or the order never varies.

Training on one batch looks perfect, because a model learns a few examples by heart. A data set with a
single batch is no fault, and neither is one small enough that each batch holds all there is: such a run
either has one step in an epoch, or what it learns holds for validation data, or it learns nothing.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding
from tb_keras_inspect.diagnosis.signals.batches import contents, epochs_of
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import median
from tb_keras_inspect.diagnosis.thresholds import Threshold

PROBLEM = "repeating_data"
NEEDS = ("input.hash",)
THRESHOLDS = (
    Threshold(
        "distinct_batches",
        0.5,
        0.0,
        1.0,
        "different batches among those sampled in an epoch, as a fraction, below which data repeats",
        "each batch of a healthy epoch is different: 1.0; hashes of 24 bits are equal by chance once "
        "in 16 million pairs",
    ),
)
LEAST_SAMPLES = 10
LEAST_POSITIONS = 5  # of an epoch that were sampled more than once
FULL_BATCH = 128  # examples from which one batch may be all the data there is
HOLDS = 2.0  # validation loss relative to the training loss, up to which what is learned holds
CAUSES = {
    "one_batch": "The model sees the same few examples in every step and learns them by heart, so "
    "the training loss says nothing about other data. Most likely a generator returns the same batch "
    "each time, or only one batch is repeated.",
    "few_batches": "The same batches come round several times in each epoch. That is as intended if "
    "the data set is repeated and `steps_per_epoch` goes several times through it.",
    "same_order": "The batches of every epoch hold the same examples in the same order. Shuffled data "
    "usually generalises better, and examples that are sorted by class pull the weights to and fro. "
    "With `keras.utils.set_random_seed`, Keras on TensorFlow shuffles arrays alike in each epoch.",
}


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding."""
    steps, batches = contents(facts, "input")
    model = facts.structure.model
    per_epoch = model.steps_per_epoch if model is not None else 0
    if len(steps) < LEAST_SAMPLES or per_epoch == 1:
        return
    epochs = epochs_of(facts, steps)
    sampled, different = _inside_epochs(epochs, batches)
    distinct = len(np.unique(batches))
    if distinct == 1 and (per_epoch > 1 or sampled):
        yield _one_batch(facts, steps)
    elif sampled >= LEAST_SAMPLES and different < facts.thresholds["distinct_batches"] * sampled:
        title = f"Only {distinct} different batches of inputs among {len(steps)} sampled ones"
        evidence = _distinct(facts, different / sampled)
        yield _finding("few_batches", "note", title, steps, evidence, [_print_batches()])
    elif positions := _fixed_positions(steps, epochs, batches, per_epoch):
        if any(layer.settings.get("stateful") == "True" for layer in facts.structure.layers):
            return  # sequences that go on from batch to batch must keep their order
        evidence = Evidence("positions of an epoch with the same batch each time", positions)
        title = "Every epoch has the same batches in the same order"
        yield _finding("same_order", "note", title, steps, evidence, [SHUFFLE])


def _inside_epochs(epochs: np.ndarray, batches: np.ndarray) -> tuple[int, int]:
    """Samples of epochs that have several, and the different batches among them, epoch by epoch."""
    found = [batches[epochs == epoch] for epoch in np.unique(epochs) if epoch >= 0]
    several = [part for part in found if len(part) > 1]
    return sum(map(len, several)), sum(len(np.unique(part)) for part in several)


def _fixed_positions(
    steps: np.ndarray, epochs: np.ndarray, batches: np.ndarray, per_epoch: int
) -> int:
    """Positions of the epoch that had the same batch in several epochs; 0 if one had another."""
    if per_epoch < LEAST_POSITIONS:
        return 0
    seen: dict[int, dict[int, int]] = {}
    places = (steps % per_epoch).tolist()
    for place, epoch, batch in zip(places, epochs.tolist(), batches.tolist(), strict=True):
        seen.setdefault(place, {})[epoch] = batch
    repeated = [set(found.values()) for found in seen.values() if len(found) > 1]
    if len(repeated) < LEAST_POSITIONS or any(len(found) > 1 for found in repeated):
        return 0
    return len(repeated) if len(set.union(*repeated)) == len(repeated) else 0


def _one_batch(facts: Facts, steps: np.ndarray) -> Finding:
    title = f"Every sampled batch has the same inputs ({len(steps)} of {len(steps)} samples)"
    evidence = _distinct(facts, 1 / len(steps))
    severity = "warning" if _learns_by_heart(facts) else "note"
    return _finding("one_batch", severity, title, steps, evidence, [_print_batches(), SHUFFLE])


def _learns_by_heart(facts: Facts) -> bool:
    """Whether the model learns, and what it learns is not known to hold for other data."""
    if not facts.progress.has_learned:
        return False
    train, val = facts.epochs("loss")[1], facts.epochs("val_loss")[1]
    if len(val) and len(val) == len(train):
        return bool(median(val[-3:]) > HOLDS * median(train[-3:]))
    step = facts.track("step")
    size = step.column("batch_size") if step is not None else np.array([np.nan])
    return float(median(size)) < FULL_BATCH


def _distinct(facts: Facts, fraction: float) -> Evidence:
    limit = facts.thresholds["distinct_batches"]
    name = "different batches among those sampled"
    return Evidence(name, fraction, "%", limit, "input", "hash")


SHUFFLE = Advice(
    "Shuffle the examples anew in each epoch.",
    "dataset = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x)).batch(32)",
)


def _print_batches() -> Advice:
    return Advice(
        "Look at a few batches: does the generator move on, and return new arrays each time?",
        "for (x, y), _ in zip(dataset, range(5)): print(np.asarray(x).mean(), np.asarray(y)[:5])",
    )


def _finding(
    variant: str,
    severity: str,
    title: str,
    steps: np.ndarray,
    evidence: Evidence,
    advice: list[Advice],
) -> Finding:
    return Finding(
        problem=PROBLEM,
        variant=variant,
        severity=severity,
        confidence=0.95 if severity == "warning" else 0.6,
        title=title,
        first_step=int(steps[0]),
        confirmed_step=int(steps[min(LEAST_SAMPLES, len(steps)) - 1]),
        last_step=int(steps[-1]),
        ongoing=True,
        cause=CAUSES[variant],
        evidence=[evidence],
        advice=advice,
    )
