"""The stretch of sampled steps over which a unit that stays zero is called dead."""

import numpy as np

LAST_SAMPLES = 20  # where neither the length of an epoch nor its number is known


def window_starts(
    steps: np.ndarray,
    steps_per_epoch: int,
    epochs: tuple[np.ndarray, np.ndarray] | None = None,
) -> tuple[np.ndarray, str]:
    """First sample of the window that ends at each sample.

    The window holds the sampled steps within the last `steps_per_epoch` steps; where that is not
    known, those since the current epoch began; where that is not known either, the last 20 samples.

    Args:
        steps: int64[S], increasing.
        steps_per_epoch: 0 where it is not known.
        epochs: Steps and epoch numbers of the step table, if recorded.

    Returns:
        int64[S] indices into `steps`, and what the window is in words.
    """
    if steps_per_epoch > 0:
        starts = np.searchsorted(steps, steps - steps_per_epoch, side="right")
        starts = np.minimum(starts, np.arange(len(steps)))  # absurd steps can overflow
        return starts, f"the sampled steps within the last {steps_per_epoch} steps (one epoch)"
    if epochs is not None and len(epochs[0]) and np.isfinite(epochs[1]).all():
        return _epoch_starts(steps, *epochs), "the sampled steps since the current epoch began"
    starts = np.maximum(np.arange(len(steps)) - (LAST_SAMPLES - 1), 0)
    return starts, f"the last {LAST_SAMPLES} sampled steps"


def _epoch_starts(steps: np.ndarray, at: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    # The epoch of a step is that of the last step-table sample at or before it.
    first = np.flatnonzero(np.append(True, numbers[1:] != numbers[:-1]))
    epoch_steps = at[first]
    which = np.maximum(np.searchsorted(epoch_steps, steps, side="right") - 1, 0)
    starts = np.searchsorted(steps, epoch_steps[which], side="left")
    return np.minimum(starts, np.arange(len(steps)))
