"""Which of the sampled batches have the same content, by their hashes."""

import numpy as np

from tb_keras_inspect.diagnosis.signals.facts import Facts


def contents(facts: Facts, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """The steps of the samples, and a number for each different content.

    Args:
        facts: The run.
        kind: "input" or "target"; all inputs, or targets, of a batch count together.

    Returns:
        int64[S] and int64[S]; empty if no hashes were recorded.
    """
    nothing = np.zeros(0, np.int64)
    track = facts.track(kind)
    if track is None or not track.has("hash") or not track.names:
        return nothing, nothing
    hashes = track.full("hash")
    known = ~np.isnan(hashes).any(axis=1)
    if not known.any():
        return nothing, nothing
    numbers = np.unique(hashes[known], axis=0, return_inverse=True)[1]
    return track.steps[known], numbers.reshape(-1).astype(np.int64)


def epochs_of(facts: Facts, steps: np.ndarray) -> np.ndarray:
    """The epoch of each of some sampled steps: int64[S]; -1 where it is not known."""
    track = facts.track("step")
    if track is None or not track.has("epoch"):
        return np.full(len(steps), -1)
    known = dict(zip(track.steps.tolist(), track.column("epoch").tolist(), strict=True))
    numbers = np.array([known.get(step, np.nan) for step in steps.tolist()], np.float64)
    return np.where(np.isfinite(numbers), numbers, -1).astype(np.int64)
