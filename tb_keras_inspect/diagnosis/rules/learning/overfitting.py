"""The loss on validation data rises while that on training data falls.

A rise is measured relative to the baseline loss, not only to its own minimum: a well-trained model
whose validation loss goes from 0.05 to 0.08 has lost nothing. A single epoch says nothing: medians of
three are compared, and the rise must last. With batch normalisation the validation loss is high until
the moving statistics have caught up, which takes some hundred steps.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import last_period, median
from tb_keras_inspect.diagnosis.thresholds import Threshold

PROBLEM = "overfitting"
NEEDS = ("validation",)
THRESHOLDS = (
    Threshold(
        "overfitting_rise",
        0.1,
        0.005,
        10.0,
        "rise of the validation loss from its best, as a fraction of the baseline loss (or of the "
        "first validation loss)",
        "a rise over one epoch raised false alarms on 12 of 36 healthy runs; a converged run's rise "
        "is below 0.05",
    ),
    Threshold(
        "overfitting_gap",
        0.5,
        0.05,
        100.0,
        "gap between validation and training loss, as a fraction of the baseline loss, once the "
        "validation loss has stopped falling",
        "(val - train) / train > 0.1 (SageMaker Debugger) holds for most healthy runs",
    ),
)
LEAST_EPOCHS = 5
SMOOTH = 3
MOMENTUM = 0.99  # of BatchNormalization, unless recorded
TIME_CONSTANTS = 5  # that its moving statistics need
BAD = 0.5  # validation loss relative to the baseline; below it a small rise has cost little
FEW_EXAMPLES = 200
ADVICE = (
    Advice(
        "Stop at the best epoch and keep its weights.",
        'keras.callbacks.EarlyStopping(monitor="val_loss", patience=3, restore_best_weights=True)',
    ),
    Advice("Get more data, or augment it.", 'keras.layers.RandomFlip("horizontal")'),
    Advice("Regularise.", "keras.layers.Dropout(0.3), keras.optimizers.AdamW(weight_decay=1e-2)"),
    Advice("Use a smaller model."),
)


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding."""
    steps, val = facts.epochs("val_loss")
    _, train = facts.epochs("loss")
    if len(train) != len(val) or _statistics_lag(facts):
        return
    good = np.isfinite(val) & np.isfinite(train)
    steps, val, train = steps[good], val[good], train[good]
    if len(val) < LEAST_EPOCHS:
        return
    scale = _scale(facts, val)
    val, train = _smoothed(val), _smoothed(train)
    if not scale > 0 or not train[-1] < 0.7 * scale:
        return
    limits = facts.thresholds
    best = int(np.argmin(val))
    rise, gap = float((val[-1] - val[best]) / scale), float((val[-1] - train[-1]) / scale)
    falls = train[-1] < 0.9 * train[best] or train[-1] < 0.1 * scale
    if rise >= limits["overfitting_rise"] and gap > 0 and falls and _keeps_rising(val, best):
        variant = "rise"
    elif gap >= limits["overfitting_gap"] and _memorises(val, train, scale):
        variant = "gap"
    else:
        return
    strong = rise >= 3 * limits["overfitting_rise"] or gap >= 2 * limits["overfitting_gap"]
    costly = val[-1] > BAD * scale or rise >= 3 * limits["overfitting_rise"]
    if variant == "gap":  # since it is open, whatever the validation loss does
        apart = last_period((val - train) / scale >= limits["overfitting_gap"], gap=0)
        first = int(steps[apart.first if apart is not None else best])
    else:
        first = int(steps[best])
    title = (
        f"Validation loss has risen from {val[best]:.3g} to {val[-1]:.3g} since step {first} "
        f"(epoch {best + 1}), while training loss has fallen to {train[-1]:.3g}"
        if variant == "rise"
        else f"Validation loss stays at {val[-1]:.3g}, while training loss has fallen to "
        f"{train[-1]:.3g}: far apart since step {first}"
    )
    yield Finding(
        problem=PROBLEM,
        variant=variant,
        severity="warning" if costly or variant == "gap" else "note",
        confidence=0.9 if strong else 0.7,
        title=title,
        first_step=first,
        last_step=int(steps[-1]),
        ongoing=True,
        cause="The model memorises its training examples, and what it memorises does not hold for "
        "others. It has more capacity than the data can constrain.",
        evidence=[
            Evidence(
                "rise of the validation loss, relative to the baseline",
                rise,
                "%",
                limits["overfitting_rise"],
                "epoch",
                "val_loss",
            ),
            Evidence(
                "validation loss minus training loss, relative to the baseline",
                gap,
                "%",
                limits["overfitting_gap"],
                "epoch",
                "val_loss",
            ),
            Evidence("best epoch", float(best + 1), "", None, "epoch", "val_loss"),
            Evidence("training loss now", float(train[-1]), "", None, "epoch", "loss"),
        ],
        advice=[*_more_data(facts), *ADVICE],
    )


def _more_data(facts: Facts) -> list[Advice]:
    """What to try first where an epoch has hardly any examples."""
    step = facts.track("step")
    if step is None or not step.has("batch_size") or not facts.structure.steps_per_epoch:
        return []
    examples = facts.structure.steps_per_epoch * float(median(step.column("batch_size")))
    if not examples <= FEW_EXAMPLES:
        return []
    text = f"Train on more data: an epoch has {examples:.0f} examples. Is it cut short by take()?"
    return [Advice(text, "print(len(x_train))")]


def _statistics_lag(facts: Facts) -> bool:
    """Whether the moving statistics of BatchNormalization, which validation uses, lag behind."""
    momenta = [
        float(layer.settings.get("momentum", MOMENTUM))
        for layer in facts.structure.layers
        if layer.class_name == "BatchNormalization"
    ]
    return bool(momenta) and facts.steps_done < TIME_CONSTANTS / max(1 - max(momenta), 1e-4)


def _smoothed(values: np.ndarray) -> np.ndarray:
    """Median of three neighbours; at the end, that of the last three."""
    windows = np.lib.stride_tricks.sliding_window_view(values, SMOOTH)
    middle = np.median(windows, axis=1)
    return np.concatenate([values[:1], middle, middle[-1:]])


def _scale(facts: Facts, val: np.ndarray) -> float:
    """The baseline loss or, if unknown, the first validation loss."""
    progress = facts.progress
    if np.isfinite(progress.baseline):
        return float(progress.baseline)
    # The first epoch may have learned most of it already.
    return float(np.fmax(np.median(val[:2]), progress.start))


def _keeps_rising(val: np.ndarray, best: int) -> bool:
    """Whether the rise since the best epoch lasts: its later half lies above its earlier half."""
    if len(val) - 1 - best < max(3, len(val) // 10):
        return False
    after = val[best:]
    half = max(1, len(after) // 2)
    return bool(np.median(after[half:]) > np.median(after[:half]))


def _memorises(val: np.ndarray, train: np.ndarray, scale: float) -> bool:
    """Whether the training loss is nearly zero while the validation loss stays where it is."""
    third = len(val) // 3
    stalled = val[-1] > 0.9 * val[-1 - third]
    by_heart = train[-1] < 0.25 * scale and train[-1] < 0.25 * val[-1]
    return bool(stalled and by_heart)
