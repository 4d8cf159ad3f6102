"""Labels that have come loose from their inputs: some of them, all of them, or drawn anew each time.

Where part of the labels belongs to other examples, the model learns from the rest what holds for all.
It does well on validation data, and badly on training data, whose wrong labels cannot be predicted.
Dropout, noise, mixed examples and weights make the training loss higher, too, so with these the rule is
silent. Where all labels are loose, the model can only learn them by heart: new examples, as all are in
the first epoch, are as hard as by guessing, and validation data stays so.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.catalog.kinds import FIXED_SET
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding
from tb_keras_inspect.diagnosis.signals.batches import contents
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import median
from tb_keras_inspect.diagnosis.signals.progress import BINARY, CROSS_ENTROPIES
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.diagnosis.wording import number_text

PROBLEM = "loose_labels"
NEEDS = ("step", "target.hash")
THRESHOLDS = (
    Threshold(
        "training_behind",
        0.3,
        0.05,
        10.0,
        "training loss minus validation loss at the end, relative to that of a constant prediction, "
        "above which training labels must be wrong",
        "a quarter of the labels exchanged among ten classes costs 0.34, among two 0.35 (cross-entropy "
        "of the best possible prediction); healthy runs without dropout end below 0.05",
    ),
    Threshold(
        "learned_by_heart",
        0.8,
        0.01,
        1.0,
        "training loss at the end, relative to that of a constant prediction, below which labels were "
        "learned by heart, if nothing was learned from new examples",
        "two of 35 healthy runs learn nothing from new examples, and end above 0.9",
    ),
)
LEAST_EPOCHS = 4
LEAST_EXAMPLES = 300  # a few examples are learned by heart whatever their labels
LEAST_STEPS = 10  # of an epoch
LEAST_REPEATS = 5  # batches of inputs that have come again
NEW_EXAMPLES = (
    0.95  # loss on examples that are new, and on validation data, relative to the baseline
)
# Validation loss relative to the training loss; examples that are only harder cost less.
FAR_BELOW = 0.6
# The same for arrays, which no pipeline makes harder, and a factor on the limit for them.
FAR_BELOW_ARRAYS, ARRAYS = 0.7, 0.5
SETTLED = 0.1  # fall of the training loss from the epoch before, relative to the baseline
CLOSING = 0.2  # the same, relative to the gap: what falls faster will close it
ONE_HOT = 0.9  # standard deviation of the targets, relative to that of whole labels
RATE = 0.25  # of dropout, from which it costs much in training
ADDS_NOISE = ("Dropout", "Noise", "Random", "Mix", "Augment", "Cutout", "StochasticDepth")
CAUSES = {
    "some": "The model knows what holds for the validation data, so the same should hold for the "
    "training data. Its labels do not follow it: part of them belong to other examples, as after "
    "shuffling or joining inputs and labels apart from each other.",
    "all": "In the first epoch, in which every example is new, nothing was learned, and nothing holds "
    "for validation data. The training loss falls later all the same: the model learns the labels one "
    "by one. Either they belong to other examples, or the inputs do not tell anything about them.",
    "redrawn": "Batches with the same inputs come again with other targets, so the model cannot learn "
    "one answer. Most likely labels are shuffled, or drawn, apart from their inputs.",
}


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding."""
    baseline = facts.progress.baseline
    loss = facts.structure.compiled.get("loss", "")
    if facts.structure.has_own_step or loss not in CROSS_ENTROPIES + BINARY or not baseline > 0:
        return
    if _has_weights(facts) or not _has_whole_labels(facts):
        return
    repeated, changed = _repeats(facts)
    if repeated >= LEAST_REPEATS and changed == repeated and facts.progress.is_stuck:
        evidence = Evidence("batches that came again with other targets", changed, "", None)
        title = (
            f"The same inputs come with other targets each time ({changed} of {repeated} batches)"
        )
        yield _finding(facts, "redrawn", title, evidence)
        return
    steps, val = facts.epochs("val_loss")
    _, train = facts.epochs("loss")
    if len(train) != len(val) or len(val) < LEAST_EPOCHS or not np.isfinite(val + train).all():
        return
    now, held = float(median(train[-3:])), float(median(val[-3:]))
    behind = (now - held) / baseline
    settled = train[-2] - train[-1] < min(SETTLED * baseline, CLOSING * (now - held))
    # Arrays are the same in each epoch: nothing in a pipeline makes their examples harder.
    is_array = getattr(facts.structure.model, "data", "") == FIXED_SET
    limit = facts.thresholds["training_behind"] * (ARRAYS if is_array else 1.0)
    # The loss of a small validation set goes up and down: the gap must have been there for a while.
    late = slice(-max(3, len(val) // 3), None)
    lasts = float(np.min(train[late] - val[late])) / baseline >= limit / 2
    far = behind >= limit and lasts and held < (FAR_BELOW_ARRAYS if is_array else FAR_BELOW) * now
    if far and settled and not _adds_noise(facts):
        yield _some(facts, now, held, behind, limit)
    elif _by_heart(facts, int(steps[0]), now / baseline, float(np.min(val)) / baseline):
        title = (
            f"The training loss falls to {number_text(now)} by learning labels by heart: on new "
            f"examples it is never better than a constant prediction ({baseline:.3g})"
        )
        evidence = Evidence(
            "lowest validation loss, relative to a constant prediction",
            float(np.min(val)) / baseline,
            "%",
            NEW_EXAMPLES,
            "epoch",
            "val_loss",
        )
        yield _finding(facts, "all", title, evidence)


def _has_weights(facts: Facts) -> bool:
    """Whether samples have weights, which change the training loss."""
    step = facts.track("step")
    return step is not None and step.has("sample_weight")


def _has_whole_labels(facts: Facts) -> bool:
    """Whether targets are class numbers, or zeros and ones: no mixed or smoothed ones."""
    target = facts.track("target")
    if target is None or len(target.names) != 1:
        return False
    if facts.structure.compiled.get("loss", "").startswith("sparse"):
        return True
    mean, std = (float(median(target.column(name))) for name in ("mean", "std"))
    return 0 < mean < 1 and std >= ONE_HOT * float(np.sqrt(mean * (1 - mean)))


def _adds_noise(facts: Facts) -> bool:
    for layer in facts.structure.layers:
        if any(word in layer.class_name for word in ADDS_NOISE):
            try:
                rate = float(layer.settings.get("rate", 1))
            except ValueError:
                rate = 1.0
            if "Dropout" not in layer.class_name or rate >= RATE:
                return True
    return False


def _repeats(facts: Facts) -> tuple[int, int]:
    """Batches of inputs that came again, and those of them with other targets."""
    steps, inputs = contents(facts, "input")
    target_steps, targets = contents(facts, "target")
    if not np.array_equal(steps, target_steps):
        return 0, 0
    repeated = np.bincount(inputs) > 1
    pairs = np.unique(np.stack([inputs, targets]), axis=1)
    changed = repeated & (np.bincount(pairs[0]) > 1)
    return int(repeated.sum()), int(changed.sum())


def _by_heart(facts: Facts, first_end: int, now: float, best: float) -> bool:
    """Whether the loss fell, while nothing was learned that holds for new examples."""
    step, model = facts.track("step"), facts.structure.model
    if step is None or model is None or facts.first_step > 0:
        return False
    size = float(median(step.column("batch_size")))
    if model.steps_per_epoch < LEAST_STEPS or not model.steps_per_epoch * size >= LEAST_EXAMPLES:
        return False
    progress = facts.progress
    first = progress.loss[(progress.steps <= first_end) & np.isfinite(progress.loss)]
    fresh = float(median(first[-max(3, len(first) // 2) :])) / progress.baseline
    return (
        now < facts.thresholds["learned_by_heart"]
        and best >= NEW_EXAMPLES
        and fresh >= NEW_EXAMPLES
    )


def _some(facts: Facts, now: float, held: float, behind: float, limit: float) -> Finding:
    name = "training loss minus validation loss, relative to the baseline"
    evidence = Evidence(name, behind, "%", limit, "epoch", "loss")
    accuracy = ""
    for metric in ("accuracy", "acc", "sparse_categorical_accuracy", "binary_accuracy"):
        train, val = (facts.epochs(prefix + metric)[1] for prefix in ("", "val_"))
        if len(train) and len(val):
            accuracy = f" (accuracy {100 * train[-1]:.0f} % beside {100 * val[-1]:.0f} %)"
            break
    title = (
        f"The training loss stays at {number_text(now)} while the validation loss is "
        f"{number_text(held)}{accuracy}"
    )
    return _finding(facts, "some", title, evidence)


def _finding(facts: Facts, variant: str, title: str, evidence: Evidence) -> Finding:
    return Finding(
        problem=PROBLEM,
        variant=variant,
        severity="warning",
        confidence=0.75 if variant == "all" else 0.85,
        title=title,
        first_step=facts.first_step,
        last_step=facts.last_step,
        ongoing=True,
        cause=CAUSES[variant],
        evidence=[evidence],
        advice=[
            Advice(
                "Check that each target still belongs to its input, by looking at some of them.",
                "for features, target in zip(x_train[:9], y_train[:9]): print(features, target)",
            ),
            Advice(
                "Shuffle and select inputs and labels with the same order.",
                "order = rng.permutation(len(x_train))\n"
                "x_train, y_train = x_train[order], y_train[order]",
            ),
            Advice("Check that validation data is drawn like training data, and is not easier."),
        ],
    )
