"""Which examples have had more loss than others of their batches, over all sampled steps."""

import dataclasses

import numpy as np

from tb_keras_inspect.store.display import Shown

PRIOR = 1.0  # sightings with an ordinary loss that each example is given
WINDOW = 30  # sampled batches


@dataclasses.dataclass(frozen=True, repr=False)
class Ranking(Shown):
    """Examples, those first whose loss was the largest beside that of others.

    Attributes:
        fingerprints: uint64[E].
        score: float64[E], see `rank`.
        seen: int64[E], in how many sampled batches.
        epochs: int64[E], in how many epochs; 0 where that is not known.
        last_step: int64[E], when it was last seen.
        last_loss: float32[E], and its loss then.
    """

    fingerprints: np.ndarray
    score: np.ndarray
    seen: np.ndarray
    epochs: np.ndarray
    last_step: np.ndarray
    last_loss: np.ndarray

    def __len__(self) -> int:
        return len(self.fingerprints)


def rank(
    steps: np.ndarray, epochs: np.ndarray, fingerprints: np.ndarray, loss: np.ndarray
) -> Ranking:
    """Ranks examples that were seen in some sampled batches and not in others.

    Losses of different steps cannot be compared: all fall during training. So each is divided by the
    mean loss of the examples in the last `WINDOW` sampled batches. What the model says at first means
    little, so an example's score is the mean of the later half of these quotients, pulled towards 1 as
    if it had been seen `PRIOR` times more with an ordinary loss: one that was seen once needs more.

    Args:
        steps: int64[R], in rising order.
        epochs: int64[R], -1 where not known.
        fingerprints: uint64[R], 0 where not known; those have no rank.
        loss: float32[R]. One that is not finite counts as if it were the whole loss of its batch.
    """
    known = fingerprints != 0
    quotient = quotients(steps, loss)[known]
    steps, epochs, loss, fingerprints = (x[known] for x in (steps, epochs, loss, fingerprints))
    names, number = np.unique(fingerprints, return_inverse=True)
    seen = np.bincount(number, minlength=len(names))
    late = is_late(number, seen)
    count = np.bincount(number[late], minlength=len(names))
    score = (np.bincount(number[late], quotient[late], len(names)) + PRIOR) / (count + PRIOR)
    pairs = np.unique(np.stack([number, epochs], axis=1)[epochs >= 0], axis=0)
    last = np.zeros(len(names), np.int64)
    last[number] = np.arange(len(number))  # of several, the last one stays
    order = np.argsort(-score, kind="stable")
    return Ranking(
        names[order],
        score[order],
        seen[order],
        np.bincount(pairs[:, 0], minlength=len(names))[order],
        steps[last][order],
        loss[last][order],
    )


def is_late(number: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """bool[R]: whether a row is among the later half of those of its example.

    Args:
        number: int64[R], which example, in the order of steps.
        seen: int64[E], how many rows each example has.
    """
    order = np.argsort(number, kind="stable")
    position = np.empty(len(number), np.int64)
    position[order] = np.arange(len(number)) - np.repeat(np.cumsum(seen) - seen, seen)
    return np.asarray(position >= seen[number] // 2)


def quotients(steps: np.ndarray, loss: np.ndarray) -> np.ndarray:
    """float64[R]: each loss divided by the mean of the last `WINDOW` batches."""
    _, batch, sizes = np.unique(steps, return_inverse=True, return_counts=True)
    finite = np.isfinite(loss)
    usable = np.where(finite, np.maximum(loss, 0), 0).astype(np.float64)
    total = _over_window(np.bincount(batch, usable, len(sizes)))
    mean = (total / _over_window(np.bincount(batch, finite, len(sizes))).clip(min=1))[batch]
    found = np.divide(usable, mean, out=np.ones(len(loss)), where=mean > 0)
    return np.where(finite, found, sizes[batch])


def _over_window(values: np.ndarray) -> np.ndarray:
    """Of each batch the sum over it and those before it in the window."""
    if not len(values):
        return values
    return np.convolve(values, np.ones(WINDOW))[: len(values)]
