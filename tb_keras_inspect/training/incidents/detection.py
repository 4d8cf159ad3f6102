"""Which sampled steps break: numbers that are not finite, and a loss far above the usual."""

import collections
import dataclasses
import math

import numpy as np

from tb_keras_inspect.catalog.kinds import COMPUTED_KINDS, Kind
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.training.samples.sample import Sample

WINDOW = 30  # sampled steps whose median loss is the usual one
LEAST = 10  # of them
SPIKE = 10.0  # times the usual loss, and
ABOVE_FIRST = 2.0  # times the first one
NOT_AT_ONCE = 30  # sampled steps from one spike to the next


@dataclasses.dataclass(frozen=True)
class Found:
    """Why a step is kept.

    Attributes:
        kind: "non_finite", "spike", "breakpoint" or "exception".
        what: What happened, as text for the user.
        first_not_finite: The first tensor that is not finite, or "".
    """

    kind: str
    what: str
    first_not_finite: str = ""


class UsualLoss:
    """What the loss of a step usually is, from those before it."""

    def __init__(self) -> None:
        self._losses: collections.deque[float] = collections.deque(maxlen=WINDOW)
        self._first: list[float] = []

    def below(self, loss: float) -> float | None:
        """The usual loss, if this one is far above it; else None."""
        if len(self._losses) < LEAST:
            return None
        usual, first = float(np.median(self._losses)), float(np.median(self._first))
        return usual if loss > SPIKE * usual and loss > ABOVE_FIRST * first else None

    def add(self, loss: float) -> None:
        """A step had this loss, which is finite."""
        self._losses.append(loss)
        if len(self._first) < LEAST:
            self._first.append(loss)


class Detector:
    """Examines the samples of a fit, in their order."""

    def __init__(self) -> None:
        self._was_finite = True
        self._usual = UsualLoss()
        self._quiet = 0

    def examine(self, sample: Sample, model: pb.ModelRecord | None) -> Found | None:
        """Why a step is to be kept; None for a step like others.

        Args:
            sample: The step.
            model: The model record that names the rows of its tables.
        """
        loss = _loss(sample)
        first = _first_not_finite(sample, model)
        if first or (loss is not None and not math.isfinite(loss)):
            return self.not_finite(first or "the loss", first or "loss")
        self.finite()
        return None if loss is None else self._spike(loss)

    def finite(self) -> None:
        """All numbers of a step are finite: again, where one before it was taken back."""
        self._was_finite = True

    def not_finite(self, what: str, first: str) -> Found | None:
        """A step has numbers that are not finite: why it is to be kept, if it is the first such step.

        Args:
            what: The tensor, as text for the user.
            first: Its name.
        """
        was_finite, self._was_finite = self._was_finite, False
        return Found("non_finite", f"{what} is not finite", first) if was_finite else None

    def _spike(self, loss: float) -> Found | None:
        usual = self._usual.below(loss)
        self._usual.add(loss)
        self._quiet -= 1
        if usual is None or self._quiet > 0:
            return None
        self._quiet = NOT_AT_ONCE
        return Found("spike", f"the loss is {loss:.4g}, where it was {usual:.4g} before")


def _loss(sample: Sample) -> float | None:
    table = sample.tables.get(Kind.STEP)
    if table is None or "loss" not in table.statistics:
        return None
    return float(table.values[0, table.statistics.index("loss")])


def _first_not_finite(sample: Sample, model: pb.ModelRecord | None) -> str:
    """The first tensor of the step that is not finite, in the order in which a step computes them."""
    table = sample.tables.get(Kind.STEP)
    scaled = table is not None and any(n.startswith("loss_scale") for n in table.statistics)
    variables = model.variables if model is not None else []
    for kind in COMPUTED_KINDS:
        table = sample.tables.get(kind)
        # With a loss scale, gradients that overflow are skipped; a layer may output infinities.
        if table is None or kind is Kind.ACTIVATION or (scaled and kind is Kind.GRADIENT):
            continue
        if "nonfinite_count" not in table.statistics:
            continue
        bad = np.flatnonzero(table.values[:, table.statistics.index("nonfinite_count")])
        if len(bad):
            row = int(bad[0])
            name = table.names[row] if table.names else variables[int(table.rows[row])].path
            return f"{kind.value} {name}"
    return ""
