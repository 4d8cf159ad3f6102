"""Data that repeats: every batch is the same, few different ones come round, or the order never varies.

Training on one batch looks perfect, because a model learns a few examples by heart. A data set with a
single batch is no fault, and neither is one small enough that each batch holds all there is: such a run
either has one step in an epoch, or what it learns holds for validation data, or it learns nothing.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.catalog.kinds import FIXED_SET
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding
from tb_keras_inspect.diagnosis.signals.batches import contents, epochs_of
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import median
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.store.errors import NotRecordedError

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
SORTED = 0.6  # of the variance of the targets between batches; 1 / batch size by chance
COST = 0.05  # validation loss above the training loss, relative to the baseline
CLASSES = ("sparse_categorical_crossentropy", "binary_crossentropy")
CAUSES = {
    "sorted": "For many steps in a row the model sees one class and learns to answer nothing else; "
    "the next class takes it back. A shuffle buffer smaller than a class does not help.",
    "constant_targets": "Nothing in the targets tells examples apart, so the loss falls to its "
    "lowest while the model learns to ignore its input. If the loss does not use the targets, that is "
    "fine.",
    "constant": "What does not vary tells nothing: the model can only learn a constant prediction.",
    "one_batch": "The model sees the same few examples in every step and learns them by heart, so "
    "the training loss says nothing about other data. Most likely a generator returns the same batch "
    "each time, or only one batch is repeated.",
    "few_batches": "The same batches come round several times in each epoch. That is as intended if "
    "the data set is repeated and `steps_per_epoch` goes several times through it.",
    "same_order": "The batches of every epoch hold the same examples in the same order. Shuffled data "
    "usually generalises better, and examples that are sorted by class pull the weights to and fro.",
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
    if alike := _constant_targets(facts):
        yield alike
    if constant := _constant(facts):
        yield constant
    elif distinct == 1 and (per_epoch > 1 or sampled):
        yield _one_batch(facts, steps)
    elif sampled >= LEAST_SAMPLES and different < facts.thresholds["distinct_batches"] * sampled:
        title = f"Only {distinct} different batches of inputs among {len(steps)} sampled ones"
        evidence = _distinct(facts, different / sampled)
        yield _finding("few_batches", "note", title, steps, evidence, [_print_batches()])
    elif per_epoch > 1 and (part := _sortedness(facts)) > SORTED:
        yield _sorted(facts, steps, part)
    elif positions := _fixed_positions(steps, epochs, batches, per_epoch):
        if _shuffled_by_fit(facts):
            return  # with a seed, Keras on TensorFlow shuffles arrays alike in each epoch
        if any(layer.settings.get("stateful") == "True" for layer in facts.structure.layers):
            return  # sequences that go on from batch to batch must keep their order
        evidence = Evidence("positions of an epoch with the same batch each time", positions)
        title = "Every epoch has the same batches in the same order"
        yield _finding("same_order", "note", title, steps, evidence, [SHUFFLE])


def _shuffled_by_fit(facts: Facts) -> bool:
    """Whether `fit` was given arrays, and shuffles them: nobody's fault if it does so alike."""
    is_array = getattr(facts.structure.model, "data", "") == FIXED_SET
    return is_array and facts.structure.compiled.get("fit.shuffle") == "True"


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


def _sortedness(facts: Facts) -> float:
    """Part of the variance of the class numbers that lies between batches: by chance 1 / their size."""
    target = facts.track("target")
    loss = facts.structure.compiled.get("loss", "")
    if loss == "categorical_crossentropy":
        return _sortedness_of_labels(facts)
    if target is None or len(target.names) != 1 or loss not in CLASSES:
        return 0.0
    if facts.structure.has_own_step or len(target) < LEAST_SAMPLES:
        return 0.0
    means, stds = target.column("mean"), target.column("std")
    between, within = float(np.nanvar(means)), float(np.nanmean(stds**2))
    return between / (between + within) if between + within > 0 else 0.0


def _sortedness_of_labels(facts: Facts) -> float:
    """The same from the classes of the examples, where targets are one-hot."""
    try:
        samples = facts.run.samples()
    except NotRecordedError:
        return 0.0
    labels = samples.columns.get("label")
    if facts.structure.has_own_step or labels is None or not np.isfinite(labels).all():
        return 0.0
    batch = np.unique(samples.steps, return_inverse=True)[1]
    counts = np.bincount(batch)
    if len(counts) < LEAST_SAMPLES:
        return 0.0
    means = np.bincount(batch, labels) / counts
    between, within = float(np.var(means)), float(np.mean((labels - means[batch]) ** 2))
    return between / (between + within) if between + within > 0 else 0.0


def _sorted(facts: Facts, steps: np.ndarray, part: float) -> Finding:
    """Batches of one class each. Where nothing suffers it is a note: some train on them on purpose."""
    train, val = facts.epochs("loss")[1], facts.epochs("val_loss")[1]
    baseline = facts.progress.baseline
    suffers = not facts.progress.has_learned
    if len(val) and len(val) == len(train):
        suffers = suffers or bool(median(val[-2:] - train[-2:]) > COST * baseline)
    title = "The examples are sorted by class: each batch holds hardly more than one of them"
    evidence = Evidence(
        "variance of the targets between batches", part, "%", SORTED, "target", "mean"
    )
    severity = "warning" if suffers else "note"
    return _finding("sorted", severity, title, steps, evidence, [SHUFFLE_ARRAYS, SHUFFLE])


def _constant(facts: Facts) -> Finding | None:
    """Inputs that have a single value for all examples."""
    track = facts.track("input")
    if track is None or facts.progress.has_learned:
        return None
    low, high = track.thin("min"), track.thin("max")
    if not (np.all(low == high) and np.all(low == low[0])):
        return None
    name, value = track.names[0], float(low[0, 0])
    title = f"The input {name} is {value:g} everywhere, for every example"
    severity = "error" if facts.progress.is_stuck else "warning"
    evidence = Evidence("largest minus smallest input", 0.0, "", None, "input", "max", name)
    look = Advice(
        "Look at the inputs before and after each step of their preparation: a tokenizer, a "
        "normalisation or a loader turns all of them into the same.",
        "print(np.unique(x, return_counts=True))",
    )
    return _finding("constant", severity, title, track.steps, evidence, [look])


def _constant_targets(facts: Facts) -> Finding | None:
    """Targets that are all the same: a note, as they may be placeholders, or those of a GAN."""
    track = facts.track("target")
    if track is None or len(track) < LEAST_SAMPLES or facts.structure.has_own_step:
        return None
    low, high = track.thin("min"), track.thin("max")
    rows = np.flatnonzero(np.all((low == high) & (low == low[0]), axis=0))
    if not len(rows):
        return None
    name, value = track.names[rows[0]], float(low[0, rows[0]])
    of = f" of {name}" if len(track.names) > 1 else ""
    title = f"Every target{of} is {value:g}: answering always the same is a perfect solution"
    evidence = Evidence("largest minus smallest target", 0.0, "", None, "target", "max", name)
    look = Advice(
        f"Check how these targets were made: a cast to integers turns fractions into {value:g}."
        if of and value == 0
        else "Add examples with other targets, such as negative ones: without them outputs collapse to "
        "one point, whatever the input.",
        "print(np.unique(y, return_counts=True))",
    )
    return _finding("constant_targets", "note", title, track.steps, evidence, [look])


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


SHUFFLE_ARRAYS = Advice(
    "Shuffle the examples, inputs and labels in the same order.",
    "order = rng.permutation(len(x))\nmodel.fit(x[order], y[order], shuffle=True)",
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
