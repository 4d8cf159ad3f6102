"""Learns what good runs look like, and how far one of them may be from the others."""

import dataclasses
import os
from collections.abc import Iterable, Sequence

import numpy as np

from tb_keras_inspect.diagnosis.good_runs.features import (
    EXACT,
    FRACTIONS,
    KINDS,
    Block,
    Key,
    Phases,
    features_of,
    is_size,
    mean_of,
    phases_of,
    table_of,
)
from tb_keras_inspect.diagnosis.good_runs.rows import aligned, kind_of_row
from tb_keras_inspect.diagnosis.signals.onset import median
from tb_keras_inspect.diagnosis.wording import listed
from tb_keras_inspect.store.errors import StoreError
from tb_keras_inspect.store.loading import load_run
from tb_keras_inspect.store.run import RunData

LEAST_RUNS = 3
LEAST_SAMPLES = 5
PRIOR = 4.0  # how many runs the scatter of similar features counts for
USUAL = 0.8  # median of a variance of few runs / the variance itself
EXACT_FLOOR = 1e-3  # a tenth of a percent
SIZE_FLOOR = 5e-3
FRACTION_FLOOR = 0.02
MARGIN = 1.5  # limit / largest deviation of a good run from the other good runs
LEAST_LIMIT = 8.0
ODD = 4.0  # deviation of a good run / median of those of the others


@dataclasses.dataclass(frozen=True)
class Range:
    """What good runs have in the features of one statistic.

    Attributes:
        center, scale: float64[P, N], their mean and their scatter; NaN where too few of them have it.
        low, high: float64[P, N], the smallest and the largest of them.
    """

    center: np.ndarray
    scale: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclasses.dataclass(frozen=True)
class Deviations:
    """How far a run is from good runs.

    Attributes:
        block: Its features of one statistic.
        scores: float64[P, N], |value - center| / scale; 0 where it cannot be told.
    """

    block: Block
    scores: np.ndarray


class GoodRuns:
    """Ranges of each statistic, layer and phase, learned from good runs of one script.

    Args:
        runs: Runs, or directories to pass to `load_run`: at least three, better five.

    Attributes:
        runs: The runs.
        names: Their names.
        limit: The deviation above which a run has left the range. Each good run is compared with the
            others: the limit lies half as far again as the farthest of them.
        odd: Names of good runs that are far from all others.

    Raises:
        ValueError: If there are fewer than three runs, or they are not of one script.
        StoreError: If one cannot be read.
    """

    def __init__(self, runs: Iterable[RunData | str | os.PathLike[str]]):
        if isinstance(runs, (str, os.PathLike, RunData)):
            runs = [runs]
        self.runs = [run if isinstance(run, RunData) else load_run(run) for run in runs]
        self.names = tuple(run.name for run in self.runs)
        _check(self.runs)
        self.phases: Phases = phases_of(self.runs)
        self._first = self.runs[0]
        self._features = features_of(self._first, self.phases)
        features = [self._features, *(self._aligned(run) for run in self.runs[1:])]
        shared = [key for key in features[0] if all(key in item for item in features)]
        if not shared:
            raise ValueError(f"These runs have no kind of record in common: {listed(self.names)}")
        values = {key: np.stack([item[key].values for item in features]) for key in shared}
        groups = {key: _groups(self._features[key].names) for key in shared}
        self.ranges = _learn(values, groups)
        self.scores = _leave_one_out(values, groups)
        self.limit = max(LEAST_LIMIT, MARGIN * float(np.max(self.scores)))
        self.odd = tuple(
            name
            for name, own in zip(self.names, self.scores, strict=True)
            if own > ODD * float(np.median(self.scores))
        )

    def __len__(self) -> int:
        return len(self.names)

    def check(self, run: RunData) -> None:
        """Checks that a run can be compared with the good ones.

        Raises:
            ValueError: If it has other layers, or no kind of record in common with them.
        """
        self._features_of(run)

    def deviations(self, run: RunData) -> dict[Key, Deviations]:
        """How far a run is from the good ones, by kind and statistic.

        Raises:
            ValueError: As `check`.
        """
        features = self._features_of(run)
        return {
            key: Deviations(block, _scores(block.values, self.ranges[key]))
            for key, block in features.items()
            if key in self.ranges
        }

    def _aligned(self, run: RunData) -> dict[Key, Block]:
        own = features_of(run, self.phases)
        return aligned(own, self._features, run.name, self._first.name)

    def _features_of(self, run: RunData) -> dict[Key, Block]:
        features = self._aligned(run)
        if not features.keys() & self.ranges.keys():
            kinds = listed(dict.fromkeys(kind for kind, _, _ in self.ranges))
            own = listed(kind for kind in KINDS if table_of(run, kind) is not None) or "nothing"
            raise ValueError(
                f"{run.name!r} has no kind of record in common with the good runs. They recorded "
                f"{kinds}. Received: {own}"
            )
        return features


def _check(runs: Sequence[RunData]) -> None:
    names = listed(run.name for run in runs) or "none"
    if len(runs) < LEAST_RUNS:
        raise ValueError(
            f"`against` takes at least {LEAST_RUNS} good runs, better 5. Received {len(runs)}: {names}"
        )
    for run in runs:
        if run.extent()[0] < LEAST_SAMPLES:
            raise StoreError(
                f"The good run {run.name!r} has {run.extent()[0]} sampled steps; at least "
                f"{LEAST_SAMPLES} are needed"
            )


def _groups(names: Sequence[str]) -> list[np.ndarray]:
    """Indices of the rows that are alike, group by group."""
    kinds = np.array([kind_of_row(name) for name in names])
    return [np.flatnonzero(kinds == kind) for kind in dict.fromkeys(kinds)]


def _learn(values: dict[Key, np.ndarray], groups: dict[Key, list[np.ndarray]]) -> dict[Key, Range]:
    """Ranges of features, float64[runs, P, N] each; those of a group of rows scatter alike."""
    found = {}
    for key, stack in values.items():
        count = len(stack)
        known = np.isfinite(stack).sum(axis=0)
        center = mean_of(stack)
        own = np.nansum((stack - center) ** 2, axis=0) / np.maximum(known - 1, 1)
        own = np.where(known >= max(2, count - 1), own, np.nan)
        # So few runs tell the scatter of one feature badly: it is at least that of its row in other
        # phases, and that of rows like it.
        others = np.broadcast_to(median(own, axis=0) / USUAL, own.shape).copy()
        for rows in groups[key]:
            others[:, rows] = np.fmax(others[:, rows], median(own[:, rows]) / USUAL)
        others = np.where(np.isfinite(others), others, 0.0)
        variance = (PRIOR * others + (count - 1) * own) / (PRIOR + count - 1)
        scale = np.sqrt(variance * (1 + 1 / count))
        found[key] = Range(
            center,
            np.maximum(scale, _floor(key)),
            np.fmin.reduce(stack, axis=0),
            np.fmax.reduce(stack, axis=0),
        )
    return found


def _floor(key: Key) -> float:
    kind, statistic, _ = key
    if statistic in EXACT:
        return EXACT_FLOOR
    if is_size(kind, statistic):
        return SIZE_FLOOR
    return FRACTION_FLOOR if statistic in FRACTIONS or kind == "epoch" else SIZE_FLOOR


def _scores(values: np.ndarray, usual: Range) -> np.ndarray:
    scores = np.abs(values - usual.center) / usual.scale
    return np.where(np.isfinite(scores), scores, 0.0)


def _leave_one_out(
    values: dict[Key, np.ndarray], groups: dict[Key, list[np.ndarray]]
) -> np.ndarray:
    """Largest deviation of each run from the others: float64[runs]."""
    count = len(next(iter(values.values())))
    found = np.zeros(count)
    for left_out in range(count):
        rest = {key: np.delete(stack, left_out, axis=0) for key, stack in values.items()}
        for key, usual in _learn(rest, groups).items():
            found[left_out] = max(found[left_out], np.max(_scores(values[key][left_out], usual)))
    return found
