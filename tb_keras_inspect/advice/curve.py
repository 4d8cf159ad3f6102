"""What a search for a learning rate found."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLOWN_UP = 4.0  # times the lowest smoothed loss: the range test ends there
WINDOW = 0.06  # of the steps of a range test: how many the smoothing averages


@dataclasses.dataclass(frozen=True)
class LearningRateCurve:
    """The curve of a range test, the short training runs after it, and the suggested rate.

    Attributes:
        rates: float64[S] learning rates of the range test, one for each step, rising.
        losses: float64[S] loss of each step's batch, before its update; the last may not be finite.
        trials: Loss after a short training run, by learning rate: the mean over batches that follow it.
            Infinite where a loss was not finite.
        suggestion: The rate to train with; None where no rate lowered the loss.
        reason: Why that one, in words.
        notes: What else is to be known, such as batches that were taken from a generator.

    Example:

    ```python
    from tb_keras_inspect import find_learning_rate

    curve = find_learning_rate(model, (x, y), steps=20, trials=4)
    print(curve)
    curve.plot().figure.savefig("rates.png")
    ```
    """

    rates: np.ndarray
    losses: np.ndarray
    trials: Mapping[float, float]
    suggestion: float | None
    reason: str
    notes: tuple[str, ...] = ()

    @property
    def smoothed(self) -> np.ndarray:
        """float64[S]: the losses without most of the noise from batch to batch."""
        return smoothed(self.losses)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draws the curve, the short training runs and the suggestion. Needs the extra `plot`.

        Args:
            ax: Axes to draw into. Defaults to None: a new figure.

        Returns:
            The axes.
        """
        from tb_keras_inspect.plots.learning_rate import learning_rate

        return learning_rate(self, ax)

    def __str__(self) -> str:
        rate = "no learning rate" if self.suggestion is None else f"{self.suggestion:.2g}"
        return "\n".join(
            [f"Suggested: {rate}: {self.reason}.", *(f"Note: {n}." for n in self.notes)]
        )


def smoothed(losses: np.ndarray) -> np.ndarray:
    """float64[S]: mean of each loss and those around it, NaN from the first that is not finite."""
    losses = np.asarray(losses, np.float64)
    half = max(round(len(losses) * WINDOW / 2), 1)
    finite = np.isfinite(losses)
    count = len(losses) if finite.all() else int(np.argmin(finite))
    found = np.full(len(losses), np.nan)
    for i in range(count):
        found[i] = losses[max(i - half, 0) : min(i + half + 1, count)].mean()
    return found


def has_blown_up(losses: list[float]) -> bool:
    """Whether the range test is over: the loss is not finite, or far above the lowest so far."""
    if not np.isfinite(losses[-1]):
        return True
    recent = smoothed(np.array(losses))
    best, first = recent.min(), recent[0]
    # By how far it has fallen as well: a loss may be negative, or have a floor.
    return bool(recent[-1] > best + (BLOWN_UP - 1) * max(abs(best), first - best))


def turning_point(rates: np.ndarray, losses: np.ndarray) -> tuple[float, bool]:
    """The rate at the lowest smoothed loss, and whether the loss has fallen beyond its noise."""
    curve = smoothed(losses)
    if not np.isfinite(curve).any():
        return float(rates[0]), False
    lowest = int(np.nanargmin(curve))
    first = losses[: max(len(losses) // 8, 3)]
    first = first[np.isfinite(first)]
    noise = float(first.std()) / np.sqrt(2 * round(len(losses) * WINDOW / 2) + 1)
    return float(rates[lowest]), bool(curve[lowest] < float(first.mean()) - 2 * noise)
