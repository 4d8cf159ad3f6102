"""The output of the model together with the loss and the targets that it is compared with."""

import json
from collections.abc import Sequence

import numpy as np

from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.signals.facts import Facts

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
MOST_CLASSES = 50  # numbers up to it may be classes; up to 255 they are pictures
# Layers of Keras whose output is any number if they have no activation function.
WITHOUT_FUNCTION = ("Dense", "EinsumDense", "Conv", "Separable", "Depthwise", "LocallyConnected")
# First loss relative to the baseline: logits that are taken for probabilities start far above it.
NEAR_BASELINE = 1.6


class OutputLayer:
    """What the model outputs, and what the loss makes of it.

    Args:
        facts: The run.

    Attributes:
        facts: The run.
        site, layer: The output, and its layer.
        loss: Name of the loss, in lower case.
        from_logits: The loss's option, None if unknown.
        units: Size of the last axis, 0 if unknown.
        activation: Name of the activation function, "linear" if there is none.
        low, high: The smallest and the largest target, NaN if unknown or if there are several.

    Raises:
        LookupError: If the model does not have one output with one known loss.
    """

    def __init__(self, facts: Facts):
        structure = facts.structure
        compiled, outputs = structure.compiled, structure.outputs
        loss = _single(compiled.get("loss", ""))
        if not loss or not outputs:
            raise LookupError("no output with one known loss")
        logits = _single(compiled.get("from_logits", "")).lower()
        self.facts, self.site, self.loss = facts, outputs[0], loss.lower()
        self.from_logits = {"true": True, "false": False}.get(logits)
        self.layer = structure.layers[self.site.layer]
        self.units = self.site.shape[-1] if self.site.shape else 0
        self.activation = structure.activation_of(self.site) or "linear"
        target = facts.track("target")
        self.target = target.names[0] if target is not None and len(target.names) == 1 else ""
        self.low = self.high = float("nan")
        if target is not None and len(target.names) == 1:
            self.low = float(np.min(target.thin("min")))
            self.high = float(np.max(target.thin("max")))

    @property
    def is_linear(self) -> bool:
        """Whether the last layer has no activation function."""
        return self.activation == "linear"

    @property
    def may_be_probabilities(self) -> bool:
        """Whether the layer is one of the user's own, whose outputs have not been seen above 1."""
        if self.layer.class_name.startswith(WITHOUT_FUNCTION):
            return False
        largest = self.facts.thin("activation", "max_abs", self.site.name)
        return not np.any(largest > 1 + 1e-3)

    @property
    def starts_near_baseline(self) -> bool:
        """Whether the first loss shows that probabilities come out, whatever the last layer is."""
        progress = self.facts.progress
        if not np.isfinite(progress.baseline) or not len(progress.loss):
            return False
        # Probabilities that are all alike, whatever the fractions of the classes.
        alike = np.log(2) if self.loss in BINARY else progress.baseline
        return bool(progress.loss[0] < NEAR_BASELINE * max(progress.baseline, alike))

    def one_unit_each(self) -> list[Advice]:
        """What to try where the targets are numbers of more than two classes; else nothing."""
        if self.low != 0 or not 1 < self.high < MOST_CLASSES or self.high != round(self.high):
            return []
        count = f"{self.high + 1:g}"
        return [
            Advice(
                f"For {count} classes, use one unit each with softmax.",
                f'keras.layers.Dense({count}, activation="softmax"), '
                'loss="sparse_categorical_crossentropy"',
            )
        ]

    def finding(
        self,
        variant: str,
        severity: str,
        confidence: float,
        title: str,
        cause: str,
        advice: Sequence[Advice],
        evidence: Sequence[Evidence] = (),
    ) -> Finding:
        """An `output_mismatch` finding for this layer; the first loss is added to its evidence."""
        facts, progress = self.facts, self.facts.progress
        first_loss = []
        if len(progress.loss):
            limit = progress.baseline if np.isfinite(progress.baseline) else None
            loss = float(progress.loss[0])
            first_loss = [Evidence("first loss", loss, "", limit, "step", "loss")]
        return Finding(
            problem="output_mismatch",
            variant=variant,
            severity=severity,
            confidence=confidence,
            title=title,
            first_step=facts.first_step,
            last_step=facts.last_step,
            ongoing=True,
            cause=cause,
            where=Where(layers=[self.layer.path]),
            evidence=[*evidence, *first_loss],
            advice=advice,
        )

    def target_range(self) -> list[Evidence]:
        """The smallest and the largest target."""
        return [
            Evidence("smallest target", self.low, "", None, "target", "min", self.target),
            Evidence("largest target", self.high, "", None, "target", "max", self.target),
        ]


def _single(text: str) -> str:
    """The only loss, also out of a list or dict that holds one; "" if there are several."""
    if not text or text[0] not in "[{":
        return text
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    values = list(content.values()) if isinstance(content, dict) else content
    return str(values[0]) if isinstance(values, list) and len(values) == 1 else ""
