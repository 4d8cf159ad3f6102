"""The loss on validation data rises while that on training data falls.

A rise is measured against the loss of guessing and not against its own minimum alone: a well trained
model whose validation loss goes from 0.05 to 0.08 has lost nothing. One epoch says nothing: medians
of three are compared, and the rise must last. With batch normalisation the validation loss is high
until its moving statistics have caught up, which takes some hundred steps.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.facts import Facts
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding
from tb_keras_inspect.diagnosis.thresholds import Threshold

PROBLEM = "overfitting"
THRESHOLDS = (
    Threshold(
        "overfitting_rise",
        0.1,
        0.005,
        10.0,
        "rise of the validation loss from its best, as a share of the loss of guessing (or of the "
        "first validation loss)",
        "one epoch up raised false alarms on 12 of 36 healthy runs; a converged run's rise is under "
        "0.05",
    ),
    Threshold(
        "overfitting_gap",
        0.5,
        0.05,
        100.0,
        "validation loss above training loss, as a share of the loss of guessing, where it has "
        "stopped falling",
        "(val - train) / train > 0.1 (SageMaker Debugger) holds for most healthy runs",
    ),
)
LEAST_EPOCHS = 5
SMOOTH = 3
MOMENTUM = 0.99  # of BatchNormalization, where it is not known
TIME_CONSTANTS = 5  # of its moving statistics
BAD = 0.5  # validation loss over that of guessing; below it a small rise has cost little


def find(facts: Facts) -> Iterator[Finding]:
    """At most one finding."""
    steps, val = facts.epochs("val_loss")
    _, train = facts.epochs("loss")
    if len(val) < LEAST_EPOCHS or len(train) != len(val) or _statistics_lag(facts):
        return
    good = np.isfinite(val) & np.isfinite(train)
    steps, val, train = steps[good], val[good], train[good]
    if len(val) < LEAST_EPOCHS:
        return
    smooth_val, smooth_train = _smoothed(val), _smoothed(train)
    best = int(np.argmin(smooth_val))
    scale = _scale(facts, val)
    if not scale > 0:
        return
    rise = (smooth_val[-1] - smooth_val[best]) / scale
    gap = (smooth_val[-1] - smooth_train[-1]) / scale
    learned = smooth_train[-1] < 0.7 * scale
    falls = smooth_train[-1] < 0.9 * smooth_train[best] or smooth_train[-1] < 0.1 * scale
    matters = smooth_val[-1] > BAD * scale or rise >= 3 * facts.thresholds["overfitting_rise"]
    since = len(val) - 1 - best
    rises = since >= max(3, len(val) // 10) and _keeps_rising(smooth_val, best)
    if not learned:
        return
    if rises and falls and rise >= facts.thresholds["overfitting_rise"] and gap > 0:
        yield _finding(facts, steps, best, rise, gap, smooth_val, smooth_train, True, matters)
    elif _has_gap(facts, gap, smooth_val, smooth_train, scale):
        yield _finding(facts, steps, best, rise, gap, smooth_val, smooth_train, False, True)


def _statistics_lag(facts: Facts) -> bool:
    """Whether BatchNormalization's moving statistics, which validation uses, are still catching up."""
    momenta = [
        float(layer.settings.get("momentum", MOMENTUM))
        for layer in facts.structure.layers
        if layer.class_name == "BatchNormalization"
    ]
    return bool(momenta) and facts.steps_done < TIME_CONSTANTS / max(1 - max(momenta), 1e-4)


def _smoothed(values: np.ndarray) -> np.ndarray:
    """Median of three neighbours; at the end that of the last three."""
    windows = np.lib.stride_tricks.sliding_window_view(values, SMOOTH)
    middle = np.median(windows, axis=1)
    return np.concatenate([values[:1], middle, middle[-1:]])


def _scale(facts: Facts, val: np.ndarray) -> float:
    guess, start = facts.progress.guess, facts.progress.start
    if np.isfinite(guess):
        return float(guess)
    # The first epoch may have learned most of it already.
    return float(np.fmax(np.median(val[:2]), start))


def _keeps_rising(values: np.ndarray, best: int) -> bool:
    """Whether the later half of what follows the best lies above the earlier half."""
    after = values[best:]
    half = max(1, len(after) // 2)
    return bool(np.median(after[half:]) > np.median(after[:half]))


def _has_gap(facts: Facts, gap: float, val: np.ndarray, train: np.ndarray, scale: float) -> bool:
    """Learned by heart: the training loss is nearly gone, the validation loss stays where it is."""
    third = len(val) // 3
    stalled = val[-1] > 0.9 * val[-1 - third]
    by_heart = train[-1] < 0.25 * scale and train[-1] < 0.25 * val[-1]
    return bool(gap >= facts.thresholds["overfitting_gap"] and stalled and by_heart)


def _finding(facts, steps, best, rise, gap, val, train, rises: bool, matters: bool) -> Finding:
    limits = facts.thresholds
    strong = rise >= 3 * limits["overfitting_rise"] or gap >= 2 * limits["overfitting_gap"]
    first = int(steps[best])
    title = (
        f"Validation loss has risen from {val[best]:.3g} to {val[-1]:.3g} since step {first} "
        f"(epoch {best + 1}), training loss has fallen to {train[-1]:.3g}"
        if rises
        else f"Validation loss stays at {val[-1]:.3g} while training loss has fallen to "
        f"{train[-1]:.3g}"
    )
    return Finding(
        problem=PROBLEM,
        severity="warning" if matters else "note",
        confidence=0.9 if strong else 0.7,
        title=title,
        first_step=first,
        last_step=int(steps[-1]),
        ongoing=True,
        cause="The model goes on learning its training samples by heart, and what it learns does not "
        "hold for others. It has more freedom than there is data to fill it.",
        evidence=[
            Evidence(
                "rise of the validation loss, as a share of guessing",
                float(rise),
                "%",
                limits["overfitting_rise"],
                "epoch",
                "val_loss",
            ),
            Evidence(
                "validation over training loss, as a share of guessing",
                float(gap),
                "%",
                limits["overfitting_gap"],
                "epoch",
                "val_loss",
            ),
            Evidence("best epoch", float(best + 1), "", None, "epoch", "val_loss"),
            Evidence("training loss now", float(train[-1]), "", None, "epoch", "loss"),
        ],
        advice=[
            Advice(
                "Stop at the best epoch and keep its weights.",
                'keras.callbacks.EarlyStopping(monitor="val_loss", patience=3, '
                "restore_best_weights=True)",
            ),
            Advice("Get more data, or make more of it.", 'keras.layers.RandomFlip("horizontal")'),
            Advice(
                "Regularise.",
                "keras.layers.Dropout(0.3), keras.optimizers.AdamW(weight_decay=1e-2)",
            ),
            Advice("Take a smaller model."),
        ],
    )
