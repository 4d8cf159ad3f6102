"""Which examples carry the loss of a step, and whether they did so before."""

import dataclasses
import functools

import numpy as np

from tb_keras_inspect.diagnosis.wording import listed
from tb_keras_inspect.store.tables.sample_losses import Samples

MOST_OF_BATCH = 0.05  # of its examples, at most, but at least `FEW`
FEW = 2
LARGE_PART = 0.5  # of the loss


@dataclasses.dataclass(frozen=True)
class HeavyExamples:
    """The few examples with the largest losses of one step.

    Attributes:
        step: The step.
        fingerprints: uint64[n] of these examples, the largest loss first; 0 where not known.
        batch_size: Number of examples in the batch.
        share: Fraction of the batch's loss that they carry together; NaN where it is not known.
        loss: Mean loss of the batch.
        among: All rows of the run.
    """

    step: int
    fingerprints: np.ndarray
    batch_size: int
    share: float
    loss: float
    among: Samples

    @property
    def count(self) -> int:
        """How many they are."""
        return len(self.fingerprints)

    @functools.cached_property
    def epochs(self) -> tuple[int, ...]:
        """The epochs, from 0, in which the one that was seen most often had a large part of its batch's
        loss; empty where that was once."""
        among = self.among
        usual = 1 / among.batch_sizes  # its part if all had the same loss
        large = among.share >= np.maximum(3 * usual, LARGE_PART / max(self.count, 1) / 2)
        epochs = [
            np.unique(among.epochs[(among.fingerprints == mark) & large]).tolist()
            for mark in self.fingerprints.tolist()
            if mark
        ]
        most: list[int] = max(epochs, key=len, default=[])
        known = tuple(epoch for epoch in most if epoch >= 0)
        return known if len(known) > 1 else ()

    @property
    def is_few(self) -> bool:
        """Whether so few examples carry a large part of the loss."""
        return self.batch_size > 2 * FEW and self.share >= LARGE_PART

    @property
    def text(self) -> str:
        """A sentence about them."""
        carry = "carries" if self.count == 1 else "carry"
        said = f"Step {self.step}: {self.count} of {self.batch_size} examples {carry} "
        said += f"{100 * self.share:.0f} % of the loss"
        if self.epochs:
            which = "it" if self.count == 1 else "one of them"
            epochs = listed([str(epoch + 1) for epoch in self.epochs], most=6)
            said += f"; {which} did so in epochs {epochs}: look at its label"
        return f"{said}."


def heaviest(samples: Samples, step: int) -> HeavyExamples:
    """The examples that carry the loss of a step.

    Args:
        samples: All rows of the run, by step.
        step: The step.
    """
    batch = samples.where(slice(*np.searchsorted(samples.steps, [step, step + 1])))
    if not len(batch):
        return HeavyExamples(step, np.zeros(0, np.uint64), 0, np.nan, np.nan, samples)
    size = int(batch.batch_sizes[0])
    order = np.argsort(-batch.loss, kind="stable")[: max(FEW, int(MOST_OF_BATCH * size))]
    shares = np.cumsum(batch.share[order])
    enough = np.flatnonzero(shares >= LARGE_PART)
    order = order[: int(enough[0]) + 1 if len(enough) else len(order)]
    share, part = float(batch.share[order].sum()), batch.share[order[0]]
    mean = float(batch.loss[order[0]] / part / size) if part else float("nan")
    return HeavyExamples(step, batch.fingerprints[order], size, share, mean, samples)
