"""The window of sampled steps in which a unit must stay zero to count as dead."""

import numpy as np

LAST_SAMPLES = 20  # window length if neither the length nor the number of the epoch is known


def window_starts(
    steps: np.ndarray,
    steps_per_epoch: int,
    epochs: tuple[np.ndarray, np.ndarray] | None = None,
) -> tuple[np.ndarray, str]:
    """The first sample of the window that ends at each sample.

    The window holds the sampled steps within the last `steps_per_epoch` steps. If that number is
    unknown, it holds those since the current epoch began; failing that, the last 20 samples.

    Args:
        steps: int64[S], increasing.
        steps_per_epoch: Batches per epoch; 0 if unknown.
        epochs: Steps and epoch numbers of the step table, if recorded.

    Returns:
        int64[S] indices into `steps`, and a description of the window.
    """
    if steps_per_epoch > 0:
        starts = np.searchsorted(steps, steps - steps_per_epoch, side="right")
        starts = np.minimum(starts, np.arange(len(steps)))  # extreme step numbers can overflow
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
