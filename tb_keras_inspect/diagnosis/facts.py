"""What all rules look at: a run's tables, its layers in the order of depth, how its loss goes."""

import functools
from collections.abc import Mapping

import numpy as np

from tb_keras_inspect.diagnosis.breakdown import Breakdown, find_breakdown
from tb_keras_inspect.diagnosis.progress import Progress, progress_of
from tb_keras_inspect.diagnosis.structure import Structure
from tb_keras_inspect.diagnosis.track import Track
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.run import RunData
from tb_keras_inspect.store.tables.table import StatTable


class Facts:
    """A run, read lazily.

    After the first NaN that reaches the loss or the weights, every other number is its echo: layers
    read as dead, gradients as zero. Rules therefore see a run only up to there.

    Args:
        run: The run.
        thresholds: Values by name.
    """

    def __init__(self, run: RunData, thresholds: Mapping[str, float]):
        self.run, self.thresholds = run, thresholds
        self._tables: dict[str, StatTable | None] = {}
        self._tracks: dict[str, Track | None] = {}

    def table(self, kind: str) -> StatTable | None:
        """A whole table, None where it was not recorded or has no samples."""
        if kind not in self._tables:
            try:
                table = self.run.table(kind)
            except NotRecordedError:
                table = None
            self._tables[kind] = table if table is not None and len(table.steps) else None
        return self._tables[kind]

    def track(self, kind: str) -> Track | None:
        """A table up to the breakdown, None where nothing is left of it."""
        if kind not in self._tracks:
            table = self.table(kind)
            end = self.breakdown.step if self.breakdown else None
            track = Track(table, end) if table is not None else None
            self._tracks[kind] = track if track is not None and len(track) else None
        return self._tracks[kind]

    @functools.cached_property
    def breakdown(self) -> Breakdown | None:
        """The first NaN or infinity that training did not survive."""
        return find_breakdown(self.table, self.structure)

    @functools.cached_property
    def structure(self) -> Structure:
        """Layers, variables and outputs."""
        try:
            return Structure(self.run.model)
        except NotRecordedError:
            return Structure(None)

    @functools.cached_property
    def progress(self) -> Progress:
        """How the loss goes."""
        return progress_of(self.track("step"), self.track("target"), self.structure)

    @functools.cached_property
    def last_step(self) -> int:
        """The newest sampled step."""
        tables = (self.table(kind) for kind in ("step", "gradient", "activation", "epoch"))
        return max((int(table.steps[-1]) for table in tables if table is not None), default=0)

    @functools.cached_property
    def first_step(self) -> int:
        """The oldest sampled step."""
        track = self.table("step")
        return int(track.steps[0]) if track is not None else 0

    @functools.cached_property
    def steps_done(self) -> int:
        """Training steps between the first and the last usable sample."""
        track = self.track("step")
        return int(min(track.steps[-1] - track.steps[0], 2**53)) + 1 if track is not None else 0

    def kernels(self, *tracks: Track | None) -> list[str]:
        """Paths of the kernels that are rows of all these tables, from the input to the output."""
        if any(track is None for track in tracks):
            return []
        paths = (path for item in self.structure.weighted for path in item.kernels)
        return [path for path in paths if all(track.row(path) is not None for track in tracks)]

    def epochs(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Steps and values of one of Keras's epoch logs; empty where there is none."""
        track = self.track("epoch")
        if track is None or not track.has(name):
            return np.zeros(0, np.int64), np.zeros(0)
        return track.steps, track.column(name)
