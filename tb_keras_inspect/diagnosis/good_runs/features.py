"""A run as numbers that can be compared with those of other runs of the same script.

A feature is one statistic of one row (a layer, a variable) in one phase: the median over the samples of
that phase. The mean over a third of all phases is one too: a small difference that lasts shows there.
Sizes are compared by their logarithm, so that a deviation is a factor.
"""

import dataclasses
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from tb_keras_inspect.diagnosis.signals.onset import median, ratio
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.run import RunData
from tb_keras_inspect.store.tables.table import StatTable

SIZES = ("l2", "max_abs", "ratio", "std")  # compared by their logarithm
FRACTIONS = ("zero_fraction", "saturated_fraction", "dead_fraction", "cosine")
# The mean of a gradient scatters around 0. Adam's first update has one size and any sign, so its
# standard deviation scatters from 0 to that size.
OF_STEPS = ("l2", "max_abs", "ratio", *FRACTIONS)
OF_TENSORS = (*SIZES, *FRACTIONS, "mean")
STATISTICS = {
    "input": ("std", "mean"),
    "target": ("std", "mean"),
    "weight": OF_TENSORS,
    "activation": OF_TENSORS,
    "gradient": OF_STEPS,
    "update": OF_STEPS,
    "step": ("learning_rate", "batch_size", "loss", "gradient_norm"),
}
KINDS = (*STATISTICS, "epoch")
EXACT = ("learning_rate", "batch_size")  # the script decides them: they do not scatter
COUNTED = "epoch"  # the epoch log that only counts
TINY = 1e-12
MOST_PHASES, PER_PHASE, LEAST_PHASES = 20, 3, 3
PARTS = 3
SHORT, LONG = "phase", "part"  # features of a phase, and of a third of all phases

Key = tuple[str, str, str]  # kind, statistic, SHORT or LONG


@dataclasses.dataclass(frozen=True)
class Phases:
    """The parts of a run: its first sample alone, then stretches of equal length.

    Attributes:
        edges: int64[P], the step at which each phase begins; the last phase has no end.
    """

    edges: np.ndarray

    def __len__(self) -> int:
        return len(self.edges)

    def begin(self, span: str, index: int) -> int:
        """The phase in which a feature begins: the phase itself, or the first one of a part."""
        return index if span == SHORT else self.parts[index].start

    @property
    def parts(self) -> list[slice]:
        """The phases of each third."""
        cuts = np.linspace(0, len(self), PARTS + 1).astype(int)
        return [slice(int(a), int(b)) for a, b in pairwise(cuts)]

    def of(self, steps: np.ndarray) -> np.ndarray:
        """The phase of each step: int64[S]."""
        return np.asarray(np.maximum(np.searchsorted(self.edges, steps, side="right") - 1, 0))


def phases_of(runs: Sequence[RunData]) -> Phases:
    """Phases that hold some samples of each of these runs."""
    counts, firsts, lasts = zip(*(run.extent() for run in runs), strict=True)
    number = int(np.clip(min(counts) // PER_PHASE, LEAST_PHASES, MOST_PHASES))
    first, last = max(firsts), min(lasts)
    edges = np.linspace(first + 1, last + 1, number + 1)[:-1]
    return Phases(np.unique(np.r_[first, np.ceil(edges)].astype(np.int64)))


@dataclasses.dataclass(frozen=True)
class Block:
    """The features of one statistic.

    Attributes:
        names: N rows.
        values: float64[P, N], of P phases or parts; NaN where one has no sample.
        is_size: Whether they are logarithms.
    """

    names: tuple[str, ...]
    values: np.ndarray
    is_size: bool


def features_of(run: RunData, phases: Phases) -> dict[Key, Block]:
    """All features of a run."""
    found = {}
    for kind in KINDS:
        table = table_of(run, kind)
        if table is None:
            continue
        phase, names = phases.of(table.steps), tuple(table.names)
        for statistic in _statistics(kind, table):
            values, logarithms = comparable(table, kind, statistic), is_size(kind, statistic)
            short = np.stack([median(values[phase == n], axis=0) for n in range(len(phases))])
            long = np.stack([mean_of(short[part]) for part in phases.parts])
            found[(kind, statistic, SHORT)] = Block(names, short, logarithms)
            found[(kind, statistic, LONG)] = Block(names, long, logarithms)
    return found


def mean_of(values: np.ndarray) -> np.ndarray:
    """Mean over the first axis of what is known; NaN where nothing is."""
    known = np.isfinite(values).sum(axis=0)
    total = np.nansum(values, axis=0)
    return np.asarray(np.where(known > 0, total / np.maximum(known, 1), np.nan))


def table_of(run: RunData, kind: str) -> StatTable | None:
    """A table with samples, or None."""
    try:
        table = run.table(kind)
    except NotRecordedError:
        return None
    return table if len(table.steps) and table.names else None


def is_size(kind: str, statistic: str) -> bool:
    """Whether a statistic is compared by its logarithm."""
    if kind in ("step", "epoch"):
        return statistic in (*EXACT, "gradient_norm") or statistic.endswith("loss")
    return statistic in SIZES


def comparable(table: StatTable, kind: str, statistic: str) -> np.ndarray:
    """One statistic of all samples, so that differences are comparable: float64[S, N]."""
    values = np.asarray(table.select(statistic), np.float64)
    values = np.where(np.isfinite(values), values, np.nan)
    if is_size(kind, statistic):
        return np.log(np.maximum(np.abs(values), TINY))
    if statistic == "mean" and "std" in table.statistics:
        spread = median(np.asarray(table.select("std"), np.float64))
        own = median(np.asarray(table.select("std"), np.float64), axis=0)
        return np.asarray(ratio(values, np.where(own > 0, own, spread)))
    return values


def _statistics(kind: str, table: StatTable) -> list[str]:
    known = STATISTICS.get(kind, tuple(table.statistics))
    return [name for name in known if name in table.statistics and name != COUNTED]
