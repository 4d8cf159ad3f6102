"""How far the loss has come, relative to the loss of the best constant prediction."""

import dataclasses
import math

import numpy as np

from tb_keras_inspect.diagnosis.signals.onset import median, tail
from tb_keras_inspect.diagnosis.signals.structure import Structure
from tb_keras_inspect.diagnosis.signals.track import Track

CROSS_ENTROPIES = ("categorical_crossentropy", "sparse_categorical_crossentropy")
BINARY = ("binary_crossentropy",)
SQUARED = ("mean_squared_error", "mse")
ABSOLUTE = ("mean_absolute_error", "mae")
PLAUSIBLE = 5.0  # factor by which the first loss may differ from that of outputs near 0
START = 3  # samples whose median is the loss at the start


@dataclasses.dataclass(frozen=True)
class Progress:
    """The loss of the sampled batches.

    Attributes:
        known: Whether there is a loss that can be judged: positive, and minimised.
        steps: int64[S].
        loss: float64[S].
        start, end: Medians of the first samples and of the last quarter.
        best: The 5 % quantile.
        baseline: Loss of the best constant prediction, if the kind of loss tells it; else NaN.
    """

    known: bool
    steps: np.ndarray
    loss: np.ndarray
    start: float = math.nan
    end: float = math.nan
    best: float = math.nan
    baseline: float = math.nan

    @property
    def reference(self) -> float:
        """What the loss is compared with: the baseline loss or, if unknown, the first loss."""
        if math.isfinite(self.baseline):
            return self.baseline
        return self.start

    @property
    def fraction(self) -> float:
        """The loss at the end as a fraction of the reference; NaN if there is none."""
        return self.end / self.reference if self.known and self.reference > 0 else math.nan

    @property
    def has_learned(self) -> bool:
        """Whether the loss has fallen below half of the reference, and of where it started."""
        return (
            self.known and self.fraction < 0.5 and self.end < 0.5 * max(self.start, self.reference)
        )

    @property
    def is_stuck(self) -> bool:
        """Whether the loss is still near the reference, or where it started."""
        return (
            self.known and self.fraction > 0.8 and self.end > 0.8 * min(self.start, self.reference)
        )


def progress_of(step: Track | None, target: Track | None, structure: Structure) -> Progress:
    """Judges the loss of the sampled batches.

    Args:
        step: The table of the steps' numbers.
        target: The table of the targets' ranges.
        structure: The model.
    """
    nothing = np.zeros(0)
    if step is None or not step.has("loss"):
        return Progress(False, nothing.astype(np.int64), nothing)
    loss = step.column("loss")
    steps = step.steps
    finite = loss[np.isfinite(loss)]
    if len(finite) < START:
        return Progress(False, steps, loss)
    start = _start(steps, loss)
    end = float(np.median(finite[tail(len(finite))]))
    best = float(np.quantile(finite, 0.05))
    known = best >= 0 and start > 0
    return Progress(known, steps, loss, start, end, best, baseline_of(start, target, structure))


def _start(steps: np.ndarray, loss: np.ndarray) -> float:
    """The first loss, or the median of the first few if their steps are close together."""
    good = np.isfinite(loss)
    steps, loss = steps[good], loss[good]
    return float(np.median(loss[:START][steps[:START] - steps[0] <= START]))


def baseline_of(start: float, target: Track | None, structure: Structure) -> float:
    """Loss of the best constant prediction.

    Categorical cross-entropy: ln(classes), which is exact for balanced classes and too high for others.
    Binary cross-entropy: that of predicting the fraction of ones. Squared
    error: the variance of the targets. Absolute error: 0.8 standard deviations, as for a normal
    distribution.

    Args:
        start: The first loss.
        target: The table of the targets' ranges.
        structure: The model.

    Returns:
        NaN if the kind of loss does not tell.
    """
    loss = structure.compiled.get("loss", "")
    outputs = structure.outputs
    if loss in CROSS_ENTROPIES and outputs and outputs[0].shape:
        units = outputs[0].shape[-1]
        return math.log(units) if units > 1 else math.nan
    if loss in BINARY:
        return _entropy(target)
    if loss in SQUARED + ABSOLUTE and target is not None and len(target.names) == 1:
        return _baseline_of_regression(start, target, squared=loss in SQUARED)
    return math.nan


def _entropy(target: Track | None) -> float:
    """Binary cross-entropy of predicting the fraction of ones; ln 2 if it is not known."""
    if target is None or len(target.names) != 1:
        return math.log(2)
    ones = float(np.nanmean(target.thin("mean")[:, 0]))
    if not 0 < ones < 1 or not (
        np.nanmin(target.thin("min")) >= 0 <= 1 >= np.nanmax(target.thin("max"))
    ):
        return math.log(2)
    return -ones * math.log(ones) - (1 - ones) * math.log(1 - ones)


def _baseline_of_regression(start: float, target: Track, squared: bool) -> float:
    std, mean = (float(median(target.column(name))) for name in ("std", "mean"))
    baseline = std**2 if squared else 0.8 * std
    # The loss of outputs near 0. A first loss of another size is summed or weighted.
    at_zero = std**2 + mean**2 if squared else max(abs(mean), 0.8 * std)
    plausible = at_zero / PLAUSIBLE <= start <= at_zero * PLAUSIBLE
    return baseline if baseline > 0 and plausible else math.nan
