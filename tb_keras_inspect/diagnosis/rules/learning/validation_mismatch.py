"""Validation that does not match training: its loss was never better than a constant prediction.

A model that memorises has a poor validation loss too. But in its first epoch every example is new: a
training loss that falls there shows that what is learned holds for other examples of the training
data. If it then does not hold for the validation data, these differ: in scaling, labels or classes, or
the model itself works otherwise in validation, as with BatchNormalization whose moving statistics lag
behind.
"""

import dataclasses
from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.rules.learning import overfitting
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import last_period, median, tail
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.diagnosis.wording import listed, number_text
from tb_keras_inspect.store.model.model import LayerInfo

PROBLEM = "validation_mismatch"
NEEDS = ("validation", "step")
THRESHOLDS = (
    Threshold(
        "validation_best",
        1.0,
        0.1,
        100.0,
        "lowest validation loss as a fraction of that of a constant prediction, above which nothing of "
        "what was learned holds for the validation data",
        "32 healthy runs measured here: 0.8 at most",
    ),
    Threshold(
        "validation_gap",
        1.0,
        0.1,
        1e6,
        "validation loss minus training loss at the end, relative to that of a constant prediction, "
        "above which it is reported whatever its cause",
        "35 healthy runs measured here: 0.3 at most",
    ),
    Threshold(
        "first_epoch_loss",
        0.75,
        0.05,
        1.0,
        "training loss at the end of the first epoch, relative to that of a constant prediction, below "
        "which the model has learned something that holds for examples it has not seen",
        "runs that memorise labels without relation to the inputs stay at 0.95 to 1.05 in their first "
        "epoch, measured here",
    ),
    Threshold(
        "warmed_up",
        0.9,
        0.0,
        1.0,
        "part of the moving statistics of a BatchNormalization that comes from the data, below which "
        "they lag behind",
        "1 - momentum ** steps (Ioffe and Szegedy, 2015); Keras's momentum of 0.99 takes 230 steps",
    ),
)
MOMENTUM = 0.99  # of BatchNormalization, unless recorded
SMALL_GAP, LEAST_STEPS = 0.02, 100  # from which hardly warm statistics are a note
LAGGING, LAGGING_GAP = 0.3, 0.2  # statistics that hardly know the data, and what they cost
# Standard deviations; by chance 1 / sqrt(batch size), in 24 healthy runs measured here 0.37 at most.
OFF = 1.0
APART = 0.5  # of the present gap, from which on the two losses are apart
LEARNED = 0.6  # training loss now, relative to the baseline
LEAST_EPOCHS = 2
LEAST_SAMPLES = 4  # of the first epoch
CAUSES = {
    "batch_norm": "In training a BatchNormalization uses the statistics of the batch, in "
    "validation its moving averages. These do not describe what the layer receives, so the model "
    "works otherwise than it was trained.",
    "gap": "What the model has learned from the training data hardly holds for the validation data: it "
    "has memorised, or the data differs. The record is too short to tell which.",
    "unlike": "Within the first epoch, in which every example is new, the training loss has "
    "fallen: what the model learns holds for examples that it has not seen. It does not hold for "
    "the validation data, so that must differ: in its scaling, its labels or its classes.",
}


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding."""
    steps, val = facts.epochs("val_loss")
    _, train = facts.epochs("loss")
    baseline = facts.progress.baseline
    if len(train) != len(val) or not baseline > 0 or facts.structure.has_own_step:
        return
    good = np.isfinite(val) & np.isfinite(train)
    steps, val, train = steps[good], val[good], train[good]
    if len(val) < LEAST_EPOCHS or not train[-1] < LEARNED * baseline:
        return
    best = float(np.min(val) / baseline)
    gap = float(median(val[-3:] - train[-3:])) / baseline
    norms = [x for x in facts.structure.layers if x.class_name == "BatchNormalization"]
    never = best >= facts.thresholds["validation_best"]
    if not never:  # it was fine at first: dated to where it left the training loss
        apart = last_period((val - train) / baseline >= APART * gap, gap=0)
        start = apart.first if apart is not None else 0
        steps, val, train = steps[start:], val[start:], train[start:]
    lags = _warmed_up(norms, facts) < LAGGING if norms else False
    if norms and (never or (gap >= LAGGING_GAP and (lags or _off(facts) > OFF))):
        yield _batch_norm(facts, norms, steps, val, train, best)
    elif _hardly_warm(facts, norms, gap):
        found = _batch_norm(facts, norms, steps, val, train, best)
        yield dataclasses.replace(found, severity="note")
    elif never and _learned_from_new_examples(facts, int(steps[0]), float(train[0])):
        yield _finding(
            facts,
            "unlike",
            "warning",
            f"The validation loss ({number_text(val[-1])}) was never better than that of a constant "
            f"prediction ({baseline:.3g}), while the training loss has fallen to {train[-1]:.3g}",
            best,
            steps,
            [],
            _unlike(facts),
        )
    elif gap >= facts.thresholds["validation_gap"] and not any(overfitting.find(facts)):
        yield _finding(
            facts,
            "gap",
            "warning",
            f"The validation loss is {number_text(val[-1])} beside a training loss of {train[-1]:.3g}",
            best,
            steps,
            [
                Evidence(
                    "validation loss minus training loss, relative to the baseline",
                    gap,
                    "%",
                    facts.thresholds["validation_gap"],
                    "epoch",
                    "val_loss",
                )
            ],
            _unlike(facts),
        )


def _hardly_warm(facts: Facts, norms: list[LayerInfo], gap: float) -> bool:
    """Whether an unusual momentum keeps the moving statistics where they began, at a small cost."""
    slow = bool(norms) and _momentum(norms) > MOMENTUM and facts.steps_done >= LEAST_STEPS
    return slow and gap >= SMALL_GAP and _warmed_up(norms, facts) < LAGGING


def _off(facts: Facts) -> float:
    """How far the moving means of the worst BatchNormalization are from the means of the last batches,
    in standard deviations of these; NaN if it was not recorded."""
    track = facts.track("activation")
    if track is None or not track.has("moving_mean_distance"):
        return float("nan")
    distances = track.thin("moving_mean_distance")
    last = median(distances[tail(len(distances))], axis=0)
    return float(np.max(last[np.isfinite(last)], initial=-np.inf))


def _warmed_up(norms: list[LayerInfo], facts: Facts) -> float:
    """Which part of the slowest moving statistics comes from data."""
    return float(1 - _momentum(norms) ** max(facts.steps_done, 1))


def _momentum(norms: list[LayerInfo]) -> float:
    return max(float(layer.settings.get("momentum", MOMENTUM)) for layer in norms)


def _learned_from_new_examples(facts: Facts, first_end: int, first_mean: float) -> bool:
    """Whether the training loss had fallen by the end of the first epoch, or in the mean over it."""
    progress = facts.progress
    inside = (progress.steps <= first_end) & np.isfinite(progress.loss)
    loss = progress.loss[inside]
    if facts.first_step > 0:
        return False
    end = float(median(loss[-max(3, len(loss) // 5) :])) if len(loss) >= LEAST_SAMPLES else np.inf
    return min(end, first_mean) < facts.thresholds["first_epoch_loss"] * progress.baseline


def _batch_norm(
    facts: Facts,
    norms: list[LayerInfo],
    steps: np.ndarray,
    val: np.ndarray,
    train: np.ndarray,
    best: float,
) -> Finding:
    momentum, warmed = _momentum(norms), _warmed_up(norms, facts)
    lags = warmed < facts.thresholds["warmed_up"]
    paths = [layer.path for layer in norms]
    why = (
        f"the moving statistics of {listed(paths)} are {100 * warmed:.2g} % warmed up"
        if lags
        else f"{listed(paths)} work otherwise in validation"
    )
    warm = [Evidence("part of the moving statistics from data", warmed, "%", 0.9)]
    if np.isfinite(off := _off(facts)):
        name = "moving mean, off that of the batches"
        statistic = "moving_mean_distance"
        warm.append(Evidence(name, off, "standard deviations", OFF, "activation", statistic))
    advice = [
        Advice(
            "Lower the momentum, so that the moving statistics follow faster.",
            "keras.layers.BatchNormalization(momentum=0.9)",
        ),
        Advice("Use larger batches: their statistics are closer to those of the data."),
        Advice(
            "Use a normalisation without moving statistics.", "keras.layers.LayerNormalization()"
        ),
    ]
    # A short run with Keras's own momentum only needs more steps.
    only_short = lags and momentum <= MOMENTUM
    return _finding(
        facts,
        "batch_norm",
        "note" if only_short else "warning",
        f"The validation loss is {number_text(val[-1])} beside a training loss of {train[-1]:.3g}: "
        + why,
        best,
        steps,
        warm,
        advice[1:] if not lags else advice,
        paths,
    )


def _unlike(facts: Facts) -> list[Advice]:
    """What to look at first: the preparation or, with `validation_split`, the order of the examples."""
    prepared = Advice(
        "Check that the validation data is prepared exactly like the training data.",
        "print(x_train.mean(), x_train.std(), x_val.mean(), x_val.std())",
    )
    classes = Advice(
        "Compare the classes: `validation_split` takes the last examples, before shuffling.",
        "print(np.unique(y_train, return_counts=True), np.unique(y_val, return_counts=True))",
    )
    if "fit.validation_split" not in facts.structure.compiled:
        return [prepared, classes]
    shuffle = Advice(
        "Shuffle the examples before `fit`: `validation_split` takes the last ones as they are, which "
        "may be classes or times that the training data does not have.",
        "order = rng.permutation(len(x))\nmodel.fit(x[order], y[order], validation_split=0.2)",
    )
    return [shuffle, classes]


def _finding(
    facts: Facts,
    variant: str,
    severity: str,
    title: str,
    best: float,
    steps: np.ndarray,
    evidence: list[Evidence],
    advice: list[Advice],
    layers: list[str] | None = None,
) -> Finding:
    return Finding(
        problem=PROBLEM,
        variant=variant,
        severity=severity,
        confidence=0.85,
        title=title,
        first_step=int(steps[0]),
        last_step=int(steps[-1]),
        ongoing=True,
        cause=CAUSES[variant],
        where=Where(layers=layers or []),
        evidence=[
            Evidence(
                "lowest validation loss, relative to a constant prediction",
                best,
                "%",
                facts.thresholds["validation_best"],
                "epoch",
                "val_loss",
            ),
            *evidence,
        ],
        advice=advice,
    )
