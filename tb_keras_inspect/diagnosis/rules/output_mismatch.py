"""Output, loss and targets do not fit each other.

Read from how the model was compiled, from the activation function of its output and from the range of
the targets, so that it shows at the first step. A softmax or sigmoid may be applied by an operation
that is no layer: where the first losses are those of guessing, probabilities do come out.
"""

import json
from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.facts import Facts
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.structure import PASSING
from tb_keras_inspect.diagnosis.thresholds import Threshold

PROBLEM = "output_mismatch"
THRESHOLDS = (
    Threshold(
        "target_tolerance",
        0.05,
        0.0,
        1e6,
        "how far targets may lie beyond what the output can reach",
        "targets from -1.03 to 1.02 for a tanh are noise, from 0 to 10 they are not",
    ),
)
MULTI = ("categorical_crossentropy", "sparse_categorical_crossentropy")
BINARY = ("binary_crossentropy", "binary_focal_crossentropy")
SQUARED = ("mean_squared_error", "mse", "mean_absolute_error", "mae", "huber", "log_cosh")
RANGES = {
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "hard_tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "relu": (0.0, np.inf),
    "relu6": (0.0, 6.0),
    "softplus": (0.0, np.inf),
}
LIKE_GUESSING = 1.6  # times the loss of guessing: logits taken for probabilities begin far above


def find(facts: Facts) -> Iterator[Finding]:
    """At most one finding: the plainest of the contradictions."""
    compiled, outputs = facts.structure.compiled, facts.structure.outputs
    loss, logits = _single(compiled.get("loss", "")), _single(compiled.get("from_logits", ""))
    if not loss or not outputs or facts.structure.has_own_step or _own_loss(compiled):
        return
    site = outputs[0]
    last = _Output(facts, site, loss.lower(), {"true": True, "false": False}.get(logits.lower()))
    for check in (_one_unit, _labels, _two_in_a_row, _activation_and_loss, _range):
        found = check(last)
        if found is not None:
            yield found
            return


def _own_loss(compiled: dict[str, str]) -> bool:
    return compiled.get("compute_loss") == "own"


def _single(text: str) -> str:
    """One loss; of several in a list or dict of one the one, else ""."""
    if not text or text[0] not in "[{":
        return text
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    values = list(content.values()) if isinstance(content, dict) else content
    return str(values[0]) if isinstance(values, list) and len(values) == 1 else ""


class _Output:
    """What comes out of the model, and what the loss makes of it."""

    def __init__(self, facts: Facts, site, loss: str, from_logits: bool | None):
        self.facts, self.site, self.loss, self.from_logits = facts, site, loss, from_logits
        self.layer = facts.structure.layers[site.layer]
        self.units = site.shape[-1] if site.shape else 0
        self.activation = facts.structure.activation_of(site) or "linear"
        target = facts.track("target")
        usable = target is not None and len(target.names) == 1
        self.low = float(np.min(target.thin("min"))) if usable else np.nan
        self.high = float(np.max(target.thin("max"))) if usable else np.nan

    @property
    def is_linear(self) -> bool:
        return self.activation in ("linear", "")

    @property
    def begins_like_guessing(self) -> bool:
        """Whether probabilities come out, whatever the last layer says."""
        progress = self.facts.progress
        if not np.isfinite(progress.guess) or not len(progress.loss):
            return False
        return bool(progress.loss[0] < LIKE_GUESSING * progress.guess)

    def finding(self, severity, confidence, title, cause, advice, evidence=()) -> Finding:
        facts, path = self.facts, self.layer.path
        return Finding(
            problem=PROBLEM,
            severity=severity,
            confidence=confidence,
            title=title.format(path=path),
            first_step=facts.first_step,
            last_step=facts.last_step,
            ongoing=True,
            cause=cause,
            where=Where(layers=[path]),
            evidence=[*evidence, *self._loss_evidence()],
            advice=advice,
        )

    def _loss_evidence(self) -> Iterator[Evidence]:
        progress = self.facts.progress
        if len(progress.loss):
            yield Evidence(
                "first loss",
                float(progress.loss[0]),
                "",
                progress.guess if np.isfinite(progress.guess) else None,
                "step",
                "loss",
            )

    def range_evidence(self) -> list[Evidence]:
        name = self.facts.track("target").names[0]
        return [
            Evidence("smallest target", self.low, "", None, "target", "min", name),
            Evidence("largest target", self.high, "", None, "target", "max", name),
        ]


def _one_unit(out: _Output) -> Finding | None:
    if out.units != 1:
        return None
    if out.activation == "softmax":
        return out.finding(
            "error",
            1.0,
            "Softmax over the single unit of {path} puts out 1 whatever comes in",
            "Softmax divides by the sum over all units, and there is only one. The output is "
            "constant and its gradient zero.",
            [
                Advice(
                    "Use a sigmoid for two classes.",
                    'keras.layers.Dense(1, activation="sigmoid"), loss="binary_crossentropy"',
                ),
                Advice(
                    "Or two units.",
                    'keras.layers.Dense(2, activation="softmax"), '
                    'loss="sparse_categorical_crossentropy"',
                ),
            ],
        )
    if out.loss in MULTI:
        return out.finding(
            "error",
            0.95,
            "{path} has one unit, and the loss is " + out.loss,
            "Categorical cross-entropy compares the units of one sample with each other, and there "
            "is only one. With two classes in one unit it is binary cross-entropy that fits.",
            [Advice("Use the loss for one unit.", 'loss="binary_crossentropy"')],
        )
    return None


def _labels(out: _Output) -> Finding | None:
    """Class numbers beyond the number of units."""
    if out.loss != "sparse_categorical_crossentropy" or not np.isfinite(out.high):
        return None
    if out.low >= 0 and out.high < out.units:
        return None
    return out.finding(
        "error",
        0.95,
        f"Class numbers from {out.low:g} to {out.high:g} for the {out.units} units of {{path}}",
        "Sparse categorical cross-entropy takes a class number as the index of a unit. Numbers "
        "below 0 or from the number of units on point nowhere.",
        [
            Advice(
                "Number the classes from 0, and have a unit for each.",
                "y = np.unique(y, return_inverse=True)[1]",
            )
        ],
        out.range_evidence(),
    )


def _two_in_a_row(out: _Output) -> Finding | None:
    """A softmax on top of a softmax."""
    structure = out.facts.structure
    before = [s for s in structure.leaves if structure.class_of(s) not in PASSING]
    names = [site.name for site in before]
    if out.activation != "softmax" or names.index(out.site.name) == 0:
        return None
    site = before[names.index(out.site.name) - 1]
    is_same = site.shape[-1:] == out.site.shape[-1:]
    if structure.activation_of(site) != "softmax" or not is_same or out.layer.parameters:
        return None
    return out.finding(
        "warning",
        0.9,
        f"softmax is applied twice: by {structure.layers[site.layer].path} and by {{path}}",
        "The second softmax takes probabilities for logits and squashes them again. What comes out is "
        "nearly uniform whatever the network says, and the gradient is weak.",
        [Advice("Leave one of them out.", "keras.layers.Dense(classes)")],
    )


def _activation_and_loss(out: _Output) -> Finding | None:
    is_multi, is_binary = out.loss in MULTI, out.loss in BINARY
    if not (is_multi or is_binary) or out.from_logits is None:
        return None
    proper = "softmax" if is_multi else "sigmoid"
    if out.from_logits and out.activation in ("softmax", "sigmoid"):
        return out.finding(
            "error" if not out.facts.progress.has_learned else "warning",
            0.95,
            f"{out.activation} is applied twice: by {{path}}, and by the loss with from_logits=True",
            "The loss takes the probabilities for logits and squashes them again. What it sees is "
            "nearly uniform whatever the network says, and the gradient is weak.",
            [
                Advice("Let the last layer put out logits.", "keras.layers.Dense(classes)"),
                Advice("Or tell the loss that it gets probabilities.", f'loss="{out.loss}"'),
            ],
        )
    if out.from_logits and out.activation in ("relu", "relu6", "tanh"):
        return out.finding(
            "warning",
            0.8,
            f"{out.activation} in {{path}} limits the logits that the loss takes",
            "Logits may be any number. A function that cuts off or flattens part of them takes the "
            "gradient away there.",
            [Advice("Let the last layer put out logits.", "keras.layers.Dense(classes)")],
        )
    if not out.from_logits and out.activation not in ("softmax", "sigmoid", "hard_sigmoid"):
        return _not_probabilities(out, proper)
    if not out.from_logits and is_multi and out.activation != "softmax":
        return out.finding(
            "warning",
            0.8,
            f"{out.activation} in {{path}} with {out.loss}: the probabilities do not add up to 1",
            "Categorical cross-entropy looks at the probability of the right class alone, and takes "
            "for granted that the others go down as it goes up. With independent units they need not.",
            [Advice("Use softmax.", 'keras.layers.Dense(classes, activation="softmax")')],
        )
    return None


def _not_probabilities(out: _Output, proper: str) -> Finding | None:
    known = out.activation in RANGES or out.is_linear
    if not known or (out.is_linear and out.begins_like_guessing):
        return None
    what = "no activation function" if out.is_linear else out.activation
    return out.finding(
        "error",
        0.95,
        f"{{path}} has {what}, and {out.loss} takes its output for probabilities",
        "With from_logits=False the loss takes the logarithm of the output. Whatever is not between "
        "0 and 1 is cut off there, and has no gradient.",
        [
            Advice(
                "Tell the loss that it gets logits.",
                f"loss=keras.losses.{_class_name(out.loss)}(from_logits=True)",
            ),
            Advice(f"Or use {proper}.", f'keras.layers.Dense(units, activation="{proper}")'),
        ],
    )


def _class_name(loss: str) -> str:
    words = "".join(word.capitalize() for word in loss.split("_"))
    return words.replace("crossentropy", "Crossentropy")


def _range(out: _Output) -> Finding | None:
    """Targets that the output cannot reach."""
    if not np.isfinite([out.low, out.high]).all():
        return None
    slack = out.facts.thresholds["target_tolerance"]
    if out.loss in BINARY:
        low, high, what = 0.0, 1.0, out.loss
    elif out.loss in SQUARED and out.activation in RANGES:
        (low, high), what = RANGES[out.activation], f"{out.activation} of {out.layer.path}"
    else:
        return None
    slack *= 1.0 if not np.isfinite(high) else high - low
    if out.low >= low - slack and out.high <= high + slack:
        return None
    return out.finding(
        "error",
        0.9,
        f"Targets from {out.low:.3g} to {out.high:.3g} are beyond the {low:g} to {high:g} of {what}",
        "The output cannot reach these targets, however long it is trained. It runs to the end of "
        "its range, where the slope is zero.",
        [
            Advice("For a regression, let the last layer be linear.", "keras.layers.Dense(1)"),
            Advice(
                "Or scale the targets into the range.", "y = (y - y.min()) / (y.max() - y.min())"
            ),
            Advice(
                "For more than two classes, use softmax.",
                'keras.layers.Dense(classes, activation="softmax"), '
                'loss="sparse_categorical_crossentropy"',
            ),
        ],
        out.range_evidence(),
    )
