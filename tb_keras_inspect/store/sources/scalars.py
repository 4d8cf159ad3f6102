"""The scalars that other callbacks logged for the same run, on the run's step axis.

`keras.callbacks.TensorBoard(d)` writes `d/train` and `d/validation` beside our `d`. Its `epoch_*`
tags count epochs, all others training steps.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np

SUBRUNS = ("", "train", "validation")
EPOCH_PREFIX = "epoch_"
Epochs = tuple[np.ndarray, np.ndarray]  # numbers, last steps


@dataclasses.dataclass(frozen=True)
class RawScalars:
    """One tag as it was written: `steps`: int64[S], `values`: float64[S]."""

    subrun: str
    tag: str
    steps: np.ndarray
    values: np.ndarray


@dataclasses.dataclass(frozen=True)
class Scalars:
    """One tag of a run or of what lies below it.

    Attributes:
        subrun: "" for the run's own directory, else "train" or "validation".
        tag: Such as "epoch_loss".
        axis: "epoch" or "step": what `recorded_steps` counts.
        recorded_steps: int64[S].
        steps: float64[S], training steps, the axis of all other data of the run: for an epoch its
            last batch. NaN where it is not known which step an epoch ended with.
        values: float64[S].
    """

    subrun: str
    tag: str
    axis: str
    recorded_steps: np.ndarray
    steps: np.ndarray
    values: np.ndarray


def on_step_axis(
    raw: Sequence[RawScalars],
    epochs: Epochs | None,
    steps_per_epoch: int,
) -> list[Scalars]:
    """Puts scalars on the axis of training steps.

    Args:
        raw: As written.
        epochs: Numbers and last steps of the epochs recorded, if any.
        steps_per_epoch: 0 where it is not known.
    """
    return [_place(item, epochs, steps_per_epoch) for item in raw]


def _place(item: RawScalars, epochs: Epochs | None, steps_per_epoch: int) -> Scalars:
    axis = "epoch" if item.tag.startswith(EPOCH_PREFIX) else "step"
    steps = item.steps.astype(np.float64)
    if axis == "epoch":
        steps = _last_steps(item.steps, epochs, steps_per_epoch)
    return Scalars(item.subrun, item.tag, axis, item.steps, steps, item.values)


def _last_steps(numbers: np.ndarray, epochs: Epochs | None, steps_per_epoch: int) -> np.ndarray:
    guess = (numbers.astype(np.float64) + 1) * steps_per_epoch - 1
    steps = guess if steps_per_epoch > 0 else np.full(len(numbers), np.nan)
    if epochs is not None:
        known = dict(zip(epochs[0].tolist(), epochs[1].tolist(), strict=True))
        steps = np.array(
            [known.get(n, s) for n, s in zip(numbers.tolist(), steps.tolist(), strict=True)],
            np.float64,
        )
    return steps
