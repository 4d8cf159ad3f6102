"""What rules read: a run's tables, its layers from input to output, and how its loss develops."""

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np

from tb_keras_inspect.diagnosis.signals.breakdown import Breakdown, find_breakdown
from tb_keras_inspect.diagnosis.signals.progress import Progress, progress_of
from tb_keras_inspect.diagnosis.signals.structure import Structure
from tb_keras_inspect.diagnosis.signals.track import Track
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.run import RunData
from tb_keras_inspect.store.tables.table import StatTable

GOOD_RUNS = "good runs"  # what a rule needs that is not in the run


class Facts:
    """A run, read lazily.

    After the first NaN in the loss or the weights every other number only reflects it: units seem
    dead, gradients zero. Rules therefore read a run up to that step.

    Args:
        run: The run.
        thresholds: Values by name.
        good_runs: What good runs of the same script look like, a `GoodRuns` (which is built on signals,
            so it is no type here). Defaults to None: not known.
    """

    def __init__(
        self,
        run: RunData,
        thresholds: Mapping[str, float],
        good_runs: Any = None,
    ):
        self.run, self.thresholds, self.good_runs = run, thresholds, good_runs
        self._tables: dict[str, StatTable | None] = {}
        self._tracks: dict[str, Track | None] = {}

    def table(self, kind: str) -> StatTable | None:
        """A whole table, or None if it was not recorded or has no samples."""
        if kind not in self._tables:
            try:
                table = self.run.table(kind)
            except NotRecordedError:
                table = None
            self._tables[kind] = table if table is not None and len(table.steps) else None
        return self._tables[kind]

    def track(self, kind: str) -> Track | None:
        """A table up to the breakdown, or None if nothing is left of it."""
        if kind not in self._tracks:
            table = self.table(kind)
            end = self.breakdown.step if self.breakdown else None
            track = Track(table, end) if table is not None else None
            self._tracks[kind] = track if track is not None and len(track) else None
        return self._tracks[kind]

    def thin(self, kind: str, statistic: str, name: str) -> np.ndarray:
        """A row of a table at the thinned samples: float64[C]; empty where it was not recorded."""
        track = self.track(kind)
        row = track.row(name) if track is not None else None
        return np.zeros(0) if track is None or row is None else track.thin(statistic)[:, row]

    @functools.cached_property
    def breakdown(self) -> Breakdown | None:
        """The first NaN or infinity in training that was not skipped on purpose."""
        return find_breakdown(self.table)

    @functools.cached_property
    def structure(self) -> Structure:
        """Layers, variables and outputs."""
        try:
            return Structure(self.run.model)
        except NotRecordedError:
            return Structure(None)

    @functools.cached_property
    def progress(self) -> Progress:
        """How far the loss has come."""
        return progress_of(self.track("step"), self.track("target"), self.structure)

    @functools.cached_property
    def last_step(self) -> int:
        """The newest sampled step."""
        tables = (self.table(kind) for kind in ("step", "gradient", "activation", "epoch"))
        return max((int(table.steps[-1]) for table in tables if table is not None), default=0)

    @functools.cached_property
    def first_step(self) -> int:
        """The oldest sampled step."""
        table = self.table("step")
        return int(table.steps[0]) if table is not None else 0

    @functools.cached_property
    def steps_done(self) -> int:
        """Training steps from the first to the last usable sample."""
        track = self.track("step")
        return int(min(track.steps[-1] - track.steps[0], 2**53)) + 1 if track is not None else 0

    def kernels(self, *tracks: Track | None) -> list[str]:
        """Paths of the kernels that have a row in all these tables, from input to output.

        Returns:
            Nothing if one of the tables is None.
        """
        paths = [path for item in self.structure.weighted for path in item.kernels]
        for track in tracks:
            paths = track.present(paths) if track is not None else []
        return paths

    def epochs(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Steps and values of one of Keras's epoch logs; empty if there is none."""
        track = self.track("epoch")
        if track is None or not track.has(name):
            return np.zeros(0, np.int64), np.zeros(0)
        return track.steps, track.column(name)
