"""How the loss goes: where it began, where it is, and what guessing would cost."""

import dataclasses
import math

import numpy as np

from tb_keras_inspect.diagnosis.onset import median, tail
from tb_keras_inspect.diagnosis.structure import Structure
from tb_keras_inspect.diagnosis.track import Track

CROSS_ENTROPIES = ("categorical_crossentropy", "sparse_categorical_crossentropy")
BINARY = ("binary_crossentropy",)
SQUARED = ("mean_squared_error", "mse")
ABSOLUTE = ("mean_absolute_error", "mae")
FITS = 5.0  # times by which the first loss may differ from that of outputs near 0
START = 3  # samples whose median is where the loss began


@dataclasses.dataclass(frozen=True)
class Progress:
    """The loss of the sampled batches.

    Attributes:
        known: Whether there is a loss that can be judged: positive, and minimised.
        steps: int64[S].
        loss: float64[S].
        start, end, best: Medians: of the first samples, the last quarter, the best twentieth.
        guess: Loss of a model that knows the targets' distribution but not the input, where it
            follows from the kind of loss; NaN where it does not.
    """

    known: bool
    steps: np.ndarray
    loss: np.ndarray
    start: float = math.nan
    end: float = math.nan
    best: float = math.nan
    guess: float = math.nan

    @property
    def reference(self) -> float:
        """What the loss is held against: that of guessing, or else where it began."""
        if math.isfinite(self.guess):
            return self.guess
        return self.start

    @property
    def share(self) -> float:
        """The loss now, as a share of the reference; NaN where there is none."""
        return self.end / self.reference if self.known and self.reference > 0 else math.nan

    @property
    def has_learned(self) -> bool:
        """Whether the loss is well below that of guessing, and has not gone up since its best."""
        return self.known and self.share < 0.5 and self.end < 0.5 * max(self.start, self.reference)

    @property
    def is_stuck(self) -> bool:
        """Whether it is still about that of guessing, or where it began."""
        return self.known and self.share > 0.8 and self.end > 0.8 * min(self.start, self.reference)


def progress_of(step: Track | None, target: Track | None, structure: Structure) -> Progress:
    """Looks at the step table's loss."""
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
    return Progress(known, steps, loss, start, end, best, guess_of(start, target, structure))


def _start(steps: np.ndarray, loss: np.ndarray) -> float:
    """The first loss, or the median of the first few where they are close together."""
    good = np.isfinite(loss)
    steps, loss = steps[good], loss[good]
    return float(np.median(loss[:START][steps[:START] - steps[0] <= START]))


def guess_of(start: float, target: Track | None, structure: Structure) -> float:
    """Loss of the best constant answer, NaN where the kind of loss does not tell.

    Cross-entropy: ln(classes), which is right for balanced classes and too high for others. Squared
    error: the targets' variance. Absolute error: 0.8 deviations, as of a normal distribution.
    """
    loss = structure.compiled.get("loss", "")
    outputs = structure.outputs
    if loss in CROSS_ENTROPIES and outputs and outputs[0].shape:
        units = outputs[0].shape[-1]
        return math.log(units) if units > 1 else math.nan
    if loss in BINARY:
        return math.log(2)
    if loss in SQUARED + ABSOLUTE and target is not None and len(target.names) == 1:
        return _guess_of_values(start, target, squared=loss in SQUARED)
    return math.nan


def _guess_of_values(start: float, target: Track, squared: bool) -> float:
    deviation, mean = (float(median(target.column(name))) for name in ("std", "mean"))
    scale = deviation**2 if squared else 0.8 * deviation
    # Outputs near 0 cost about this at the start. A loss of another size is summed, or weighted.
    of_zero = deviation**2 + mean**2 if squared else max(abs(mean), 0.8 * deviation)
    fits = of_zero / FITS <= start <= of_zero * FITS
    return scale if scale > 0 and fits else math.nan
