"""Contradictions between output and loss that lie in one option: an axis, a smoothing, a sign."""

import ast
import json

import numpy as np

from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.output.output_layer import BINARY, MULTI, SQUARED, OutputLayer
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import median, tail
from tb_keras_inspect.diagnosis.wording import number_text

MOST_SMOOTHING = 0.5  # what is taken from the label; 0.1 is usual (Szegedy et al., 2016)
MOST_SAY = 30.0  # of one class relative to the other; weights that balance them give 1
RUNAWAY = 100.0  # growth of the loss below zero, and size of the outputs relative to the targets
ALIKE = (
    0.3  # spread of the outputs relative to that of the targets; of a model that learns 0.7 to 1
)
ACCURACY = ("accuracy", "acc", "binary_accuracy", "categorical_accuracy")


def softmax_axis(out: OutputLayer) -> Finding | None:
    """A softmax along another axis than that of the classes."""
    rank = len(out.site.shape)
    axis = out.layer.settings.get("axis", "")
    if out.layer.class_name != "Softmax" or out.loss not in MULTI or rank < 2:
        return None
    if axis in ("", "-1", str(rank - 1)):
        return None
    along = "the batch" if axis in ("0", str(-rank)) else f"axis {axis}"
    return out.finding(
        "softmax_axis",
        "error",
        0.95,
        f"The softmax of {out.layer.path} works along {along}, and {out.loss} expects the classes "
        "along the last axis",
        "The probabilities of one example do not add up to 1: what the loss compares are parts of "
        "the wrong sum.",
        [Advice("Apply softmax along the last axis.", "keras.layers.Softmax(axis=-1)")],
    )


def exclusive_probabilities(out: OutputLayer) -> Finding | None:
    """Softmax with the loss of independent units."""
    if out.loss not in BINARY or out.activation != "softmax" or out.units < 2 or out.from_logits:
        return None
    return out.finding(
        "exclusive_probabilities",
        "warning",
        0.85,
        f"softmax in {out.layer.path} with {out.loss}, which takes the {out.units} units for "
        "independent ones",
        "Classes that exclude each other need categorical cross-entropy. The binary one averages over "
        'units that are nearly all 0, so its loss is small from the start, and the metric "accuracy" '
        "counts each of these zeros as a right answer.",
        [
            Advice("Use the loss for softmax.", 'loss="categorical_crossentropy"'),
            Advice(
                "If several classes can hold at once, use sigmoid.",
                f'keras.layers.Dense({out.units}, activation="sigmoid")',
            ),
        ],
    )


def label_smoothing(out: OutputLayer) -> Finding | None:
    """So much smoothing that hardly anything is left of the labels."""
    try:
        smoothing = float(out.facts.structure.compiled.get("label_smoothing", "0"))
    except ValueError:
        return None
    if smoothing < MOST_SMOOTHING:
        return None
    return out.finding(
        "label_smoothing",
        "warning",
        0.9,
        f"label_smoothing={smoothing:g} leaves {100 * (1 - smoothing):.2g} % of each label",
        "`label_smoothing` is the part of the label that is spread over all classes, not the part "
        "that it keeps. With this much of it the loss of a perfect model is nearly that of a "
        "constant prediction.",
        [
            Advice(
                "Lower the label smoothing.",
                "keras.losses.CategoricalCrossentropy(label_smoothing=0.1)",
            )
        ],
    )


def runaway(out: OutputLayer) -> Finding | None:
    """A loss below zero that falls without end while the outputs leave the targets behind."""
    loss = out.facts.progress.loss
    loss = loss[np.isfinite(loss)]
    outputs = out.facts.thin("activation", "max_abs", out.site.name)
    if len(loss) < 10 or not len(outputs) or not np.isfinite([out.low, out.high]).all():
        return None
    start, end = float(median(loss[:3])), float(median(loss[tail(len(loss))]))
    reach = float(median(outputs[tail(len(outputs))]))
    size = max(abs(out.low), abs(out.high))
    if not (end < 0 and -end > RUNAWAY * abs(start) and reach > RUNAWAY * size):
        return None
    return out.finding(
        "runaway",
        "error",
        0.9,
        f"The loss falls below zero without end, from {number_text(start)} to {number_text(end)}, "
        "while the outputs run away from the targets",
        "`fit` minimises, and this loss rewards outputs that are far from the targets: its sign is "
        "wrong, or it is a score of which more is better.",
        [
            Advice(
                "Turn the sign of the loss: return what is to become small, such as 1 - score.",
                "def loss(y_true, y_pred): return 1 - score(y_true, y_pred)",
            ),
            Advice("Compare with a loss of Keras.", 'model.compile(loss="mse", ...)'),
        ],
        [
            *out.target_range(),
            Evidence(
                "largest output", reach, "", RUNAWAY * size, "activation", "max_abs", out.site.name
            ),
        ],
    )


def accuracy_of_numbers(out: OutputLayer) -> Finding | None:
    """The metric "accuracy" for a regression."""
    try:
        metrics = json.loads(out.facts.structure.compiled.get("metrics", "[]"))
    except (ValueError, RecursionError):
        return None
    names = metrics if isinstance(metrics, list) else [metrics]
    wrong = [name for name in names if name in ACCURACY]
    if not wrong or out.loss not in SQUARED or not out.is_linear or (out.low, out.high) == (0, 1):
        return None
    return out.finding(
        "metric",
        "note",
        0.9,
        f'The metric "{wrong[0]}" says nothing about {out.loss}: it counts outputs that equal their '
        "target",
        "A predicted number hardly ever equals its target exactly, so the accuracy of a regression "
        "stays near 0 however good the model is.",
        [Advice("Track an error instead.", 'metrics=["mae"]')],
    )


def class_weight(out: OutputLayer) -> Finding | None:
    """Weights of two classes that give one of them nearly all the say."""
    text = out.facts.structure.compiled.get("fit.class_weight", "")
    target = out.facts.track("target")
    if out.loss not in BINARY or target is None or (out.low, out.high) != (0, 1):
        return None
    try:
        weights = ast.literal_eval(text)
        zero, one = float(weights[0]), float(weights[1])
    except (ValueError, SyntaxError, TypeError, KeyError):
        return None
    ones = float(np.nanmean(target.column("mean")))
    if not (0 < ones < 1 and zero > 0 and one > 0):
        return None
    say = ones * one / ((1 - ones) * zero)
    if 1 / MOST_SAY < say < MOST_SAY:
        return None
    large, times = (1, say) if say > 1 else (0, 1 / say)
    balance = (1 - ones) / ones
    return out.finding(
        "class_weight",
        "warning",
        0.85,
        f"class_weight={text} gives class {large} {times:.2g} times the say of the other, though "
        f"{100 * ones:.2g} % of the examples are of class 1",
        "Weights are to give classes an equal say. These give nearly all of it to one, so that "
        "answering always with that class is the best that the model can do.",
        [
            Advice(
                "Lower the class_weight to what balances the classes, or leave it out.",
                f"model.fit(x, y, class_weight={{0: 1.0, 1: {balance:.3g}}})",
            )
        ],
        [Evidence("say of one class / that of the other", times, "times", MOST_SAY)],
    )


def broadcast_targets(facts: Facts) -> Finding | None:
    """Targets (n,) minus outputs (n, 1) in a loss that the model computes itself."""
    structure, progress = facts.structure, facts.progress
    compiled, outputs, target = structure.compiled, structure.outputs, facts.track("target")
    is_own = "own" in (compiled.get("compute_loss"), compiled.get("train_step"))
    if not is_own or compiled.get("fit.target_shape") != "()" or len(outputs) != 1:
        return None
    spreads = facts.thin("activation", "std", outputs[0].name)
    if outputs[0].shape[1:] != (1,) or not len(spreads) or target is None:
        return None
    spread = float(median(target.column("std")))
    outputs_spread = float(median(spreads[tail(len(spreads))]))
    if not (progress.known and progress.is_stuck and outputs_spread < ALIKE * spread):
        return None
    path = structure.layers[outputs[0].layer].path
    return Finding(
        problem="output_mismatch",
        variant="broadcast",
        severity="warning",
        confidence=0.8,
        title=f"The targets have the shape (n,) and {path} outputs (n, 1): a difference of the two has "
        "n x n elements",
        first_step=facts.first_step,
        last_step=facts.last_step,
        ongoing=True,
        cause="Broadcasting compares each output with the targets of all examples, so the best that "
        "the model can do is to predict their mean. Keras's own losses match the shapes; a loss that "
        "is computed by hand has to.",
        where=Where(layers=[path]),
        evidence=[
            Evidence(
                "spread of the outputs / spread of the targets",
                outputs_spread / spread,
                "",
                ALIKE,
                "activation",
                "std",
                outputs[0].name,
            )
        ],
        advice=[
            Advice(
                "Give targets and outputs the same shape before you subtract them.",
                "y = keras.ops.reshape(y, keras.ops.shape(y_pred))",
            )
        ],
    )
