"""The output layer, the loss and the targets contradict each other.

The rule reads how the model was compiled, the activation function of its output and the range of the
targets, so it shows at the first step. A softmax or sigmoid can be applied by an operation that is no
layer: if the first loss is near the baseline, the outputs are probabilities.
"""

import re
from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.finding import Advice, Finding
from tb_keras_inspect.diagnosis.output.loss_checks import (
    dropout_behind,
    margin,
    negative_output,
    zero_targets,
)
from tb_keras_inspect.diagnosis.output.output_checks import (
    accuracy_of_numbers,
    broadcast_targets,
    class_weight,
    exclusive_probabilities,
    label_smoothing,
    runaway,
    softmax_axis,
)
from tb_keras_inspect.diagnosis.output.output_layer import (
    BINARY,
    MULTI,
    RANGES,
    SQUARED,
    OutputLayer,
)
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.structure import PASSING
from tb_keras_inspect.diagnosis.thresholds import Threshold

PROBLEM = "output_mismatch"
NEEDS = ("step",)
THRESHOLDS = (
    Threshold(
        "target_tolerance",
        0.05,
        0.0,
        1e6,
        "how far targets may lie outside the range of the output",
        "targets from -1.03 to 1.02 for a tanh are noise, from 0 to 10 they are not",
    ),
)
# In the names of losses that do not compare single numbers with the output.
OTHER_LOSSES = re.compile("hinge|entropy|focal|ctc|dice|tversky|contrastive|triplet|rank")
LOGITS = Advice("Let the last layer output logits.", "keras.layers.Dense(classes)")


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding: the plainest contradiction."""
    structure = facts.structure
    if broadcast := broadcast_targets(facts):
        yield broadcast
    if structure.has_own_step or structure.compiled.get("compute_loss") == "own":
        return
    try:
        output = OutputLayer(facts)
    except LookupError:
        return
    for check in CHECKS:
        found = check(output)
        if found is not None:
            yield found
            return


def _one_unit(out: OutputLayer) -> Finding | None:
    if out.units != 1:
        return None
    if out.activation == "softmax":
        return out.finding(
            "softmax_of_one_unit",
            "error",
            1.0,
            f"Softmax over the single unit of {out.layer.path} always outputs 1",
            "Softmax divides by the sum over all units, and there is only one. The output is "
            "constant and its gradient zero.",
            [
                *out.one_unit_each(),
                Advice(
                    "Use a sigmoid for two classes.",
                    'keras.layers.Dense(1, activation="sigmoid"), loss="binary_crossentropy"',
                ),
                Advice(
                    "Or use two units.",
                    'keras.layers.Dense(2, activation="softmax"), '
                    'loss="sparse_categorical_crossentropy"',
                ),
            ],
        )
    if out.loss in MULTI:
        return out.finding(
            "categorical_loss_of_one_unit",
            "error",
            0.95,
            f"{out.layer.path} has a single unit, but the loss is {out.loss}",
            "Categorical cross-entropy compares the units of an example, and there is only one. Two "
            "classes in one unit need binary cross-entropy.",
            [Advice("Use the loss for a single unit.", 'loss="binary_crossentropy"')],
        )
    return None


def _labels(out: OutputLayer) -> Finding | None:
    """Class numbers for which there is no unit."""
    if out.loss != "sparse_categorical_crossentropy" or not np.isfinite(out.high):
        return None
    if out.low >= 0 and out.high < out.units:
        return None
    return out.finding(
        "labels",
        "error",
        0.95,
        f"Class numbers from {out.low:g} to {out.high:g}, but {out.layer.path} has {out.units} units",
        "Sparse categorical cross-entropy uses a class number as the index of a unit. Negative "
        "numbers, and numbers from the number of units up, have no unit.",
        [
            Advice(
                "Number the classes from 0, with a unit for each.",
                "y = np.unique(y, return_inverse=True)[1]",
            )
        ],
        out.target_range(),
    )


def _two_in_a_row(out: OutputLayer) -> Finding | None:
    """A softmax layer after another one."""
    structure = out.facts.structure
    sites = [s for s in structure.leaves if structure.class_of(s) not in PASSING]
    position = [site.name for site in sites].index(out.site.name)
    if out.activation != "softmax" or position == 0:
        return None
    before = sites[position - 1]
    is_same_shape = before.shape[-1:] == out.site.shape[-1:]
    if structure.activation_of(before) != "softmax" or not is_same_shape or out.layer.parameters:
        return None
    return out.finding(
        "double_softmax",
        "warning",
        0.9,
        f"Softmax is applied twice: by {structure.layers[before.layer].path} and by "
        f"{out.layer.path}",
        "The second softmax takes probabilities for logits and squashes them again. Its output is "
        "nearly uniform whatever the network predicts, and the gradient is weak.",
        [Advice("Remove one of them.", "keras.layers.Dense(classes)")],
    )


def _logits(out: OutputLayer) -> Finding | None:
    """A loss that expects logits."""
    if out.loss not in MULTI + BINARY or not out.from_logits:
        return None
    if out.activation in ("softmax", "sigmoid"):
        return out.finding(
            "probabilities_as_logits",
            "warning" if out.facts.progress.has_learned else "error",
            0.95,
            f"{out.activation} is applied twice: by {out.layer.path}, and by the loss with "
            "from_logits=True",
            "The loss takes the probabilities for logits and squashes them again. What it compares "
            "is nearly uniform whatever the network predicts, and the gradient is weak.",
            [LOGITS, Advice("Or tell the loss that it gets probabilities.", f'loss="{out.loss}"')],
        )
    if out.activation in ("relu", "relu6", "tanh"):
        return out.finding(
            "limited_logits",
            "warning",
            0.8,
            f"{out.activation} in {out.layer.path} limits the logits that the loss expects",
            "Logits may be any number. A function that cuts part of them off removes their gradient.",
            [LOGITS],
        )
    return None


def _probabilities(out: OutputLayer) -> Finding | None:
    """A loss that expects probabilities."""
    if out.loss not in MULTI + BINARY or out.from_logits is not False:
        return None
    if out.activation not in ("softmax", "sigmoid", "hard_sigmoid"):
        return _no_probabilities(out)
    if out.loss in MULTI and out.activation != "softmax":
        return out.finding(
            "independent_probabilities",
            "warning",
            0.8,
            f"{out.activation} in {out.layer.path} with {out.loss}: the probabilities do not add up "
            "to 1",
            "Categorical cross-entropy uses only the probability of the right class and assumes that "
            "the others fall as it rises. Independent units need not.",
            [Advice("Use softmax.", 'keras.layers.Dense(classes, activation="softmax")')],
        )
    return None


def _no_probabilities(out: OutputLayer) -> Finding | None:
    is_known = out.activation in RANGES or out.is_linear
    if not is_known or (out.is_linear and (out.starts_near_baseline or out.may_be_probabilities)):
        return None
    words = (word.capitalize() for word in out.loss.split("_"))
    class_name = "".join(words).replace("crossentropy", "Crossentropy")
    proper = "softmax" if out.loss in MULTI else "sigmoid"
    function = "no activation function" if out.is_linear else out.activation
    logits = Advice(
        "Tell the loss that it gets logits.", f"loss=keras.losses.{class_name}(from_logits=True)"
    )
    line = f'keras.layers.Dense({out.units or "units"}, activation="{proper}")'
    advice = [logits, Advice(f"Or use {proper}.", line)]
    if not out.is_linear:
        advice = [Advice(f"Use {proper}.", line), LOGITS]
    return out.finding(
        "logits_as_probabilities",
        "error",
        0.95,
        f"{out.layer.path} has {function}, but {out.loss} expects probabilities",
        "With from_logits=False the loss takes the logarithm of the output. Values outside 0 to 1 "
        "are clipped and have no gradient.",
        advice,
    )


def _is_regression(out: OutputLayer) -> bool:
    """Whether a loss that is not known, such as one of the user's own, compares single numbers.

    The loss of a classification takes numbers of classes, and that of a margin signs, which lie outside
    the range of the output on purpose.
    """
    return out.units == 1 and not OTHER_LOSSES.search(out.loss)


def _target_range(out: OutputLayer) -> Finding | None:
    """Targets that the output cannot reach."""
    if not np.isfinite([out.low, out.high]).all():
        return None
    if out.loss in BINARY:
        low, high, function = 0.0, 1.0, out.loss
    elif (out.loss in SQUARED or _is_regression(out)) and out.activation in RANGES:
        (low, high), function = RANGES[out.activation], f"{out.activation} of {out.layer.path}"
    else:
        return None
    slack = out.facts.thresholds["target_tolerance"]
    slack *= high - low if np.isfinite(high) else 1.0
    if out.low >= low - slack and out.high <= high + slack:
        return None
    return out.finding(
        "target_range",
        "error",
        0.9,
        f"Targets from {out.low:.3g} to {out.high:.3g} are outside the range of {function}, {low:g} "
        f"to {high:g}",
        "The output cannot reach these targets, however long you train. It runs to the end of its "
        "range, where the slope is zero.",
        _advice_on_range(out),
        out.target_range(),
    )


def _advice_on_range(out: OutputLayer) -> list[Advice]:
    """What fits these targets first: numbers of classes, two signs, or a measured quantity."""
    linear = Advice("For a regression, use a linear last layer.", "keras.layers.Dense(1)")
    line = f"y = y / {out.high:g}" if out.low >= 0 else "y = (y - y.min()) / (y.max() - y.min())"
    scale = Advice("Scale the targets into the range.", line)
    if out.loss not in BINARY:  # pictures have many values from 0 up
        return [scale, linear] if out.units > 1 and out.low >= 0 else [linear, scale]
    if (out.low, out.high) == (-1.0, 1.0):
        return [Advice("Use 0 and 1 as labels instead of -1 and 1.", "y = (y + 1) / 2"), linear]
    return [*out.one_unit_each(), scale, linear]


# The plainest first.
CHECKS = (
    _one_unit,
    softmax_axis,
    _labels,
    _two_in_a_row,
    _logits,
    _probabilities,
    exclusive_probabilities,
    _target_range,
    label_smoothing,
    class_weight,
    margin,
    negative_output,
    zero_targets,
    dropout_behind,
    runaway,
    accuracy_of_numbers,
)
