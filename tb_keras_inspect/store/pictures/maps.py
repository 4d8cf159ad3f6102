"""Pictures of the probe samples by kind. Small indices are read first, pictures on demand."""

import dataclasses
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from tb_keras_inspect import records
from tb_keras_inspect.records import DecodedMap, Kind, RecordError
from tb_keras_inspect.store import display
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.model.model import OmissionInfo, omissions
from tb_keras_inspect.store.model.model_history import ModelHistory
from tb_keras_inspect.store.problems import Problems
from tb_keras_inspect.store.sources.source import (
    Records,
    Source,
    Stamp,
    read_or_note,
)
from tb_keras_inspect.store.tables.merge import survivors


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """The pictures of one kind at one step; `blobs` maps each name to its blob number."""

    step: int
    blobs: dict[str, int]
    omissions: tuple[OmissionInfo, ...]
    records: Records = dataclasses.field(repr=False, compare=False)
    index: int = dataclasses.field(repr=False, compare=False)

    def read(self, name: str) -> bytes:
        """The serialized message for one name.

        Raises:
            records.RecordError: if it cannot be read.
        """
        return self.records.read(self.index, self.blobs[name])


class Maps(Sequence[np.ndarray]):
    """The maps of one layer, variable or input over time, each read when you access it.

    Attributes:
        steps: int64[S].
        arrays: This sequence: `maps.arrays[i]` is float32[samples, C, H, W], NaN where the value
            was not finite.
    """

    def __init__(self, name: str, snapshots: Sequence[Snapshot]):
        self._name, self._snapshots = name, snapshots
        self.steps = np.array([snapshot.step for snapshot in snapshots], np.int64)

    def __repr__(self) -> str:
        return f"<Maps of {self._name!r} at {len(self)} steps>"

    def _repr_html_(self) -> str:
        newest = self.record(-1)
        rows = [("of", self._name), ("steps", display.described(self.steps))]
        rows += [("newest", display.described(newest.values)), ("layout", newest.layout)]
        return f"<b>Maps</b>{display.table_html(rows)}"

    @property
    def arrays(self) -> "Maps":
        return self

    def __len__(self) -> int:
        return len(self._snapshots)

    def __getitem__(self, index: int) -> np.ndarray:  # type: ignore[override]  # no slices
        return self.record(index).values

    def record(self, index: int) -> DecodedMap:
        """The map as recorded: codes, scale, offset, channels, dead.

        Raises:
            records.RecordError: if it cannot be read.
        """
        return records.decode_map(self._snapshots[index].read(self._name))

    @property
    def channels(self) -> np.ndarray:
        """int32[C], the channel numbers of the newest map."""
        return self.record(-1).channels

    @property
    def dead(self) -> np.ndarray:
        """bool[C], True for channels of the newest map that are zero for every probe sample."""
        return self.record(-1).dead


Index = tuple[dict[str, int], tuple[OmissionInfo, ...]]  # blob number by name, omissions


class MapsReader:
    """Reads the picture indices of one kind. Thread-safe.

    Args:
        kind: A kind whose blob sequences begin with a `MapIndex`.
        source: Where the records come from.
        models: The model records of the run.
        problems: Collects skipped records.
    """

    def __init__(self, kind: Kind, source: Source, models: ModelHistory, problems: Problems):
        self._kind = kind
        self._source, self._models, self._problems = source, models, problems
        self._lock = threading.Lock()
        self._state: tuple[Any, ...] | None = None
        self._indices: dict[tuple[int, float], Index | None] = {}
        self._snapshots: list[Snapshot] = []
        self.decoded = 0

    def snapshots(self, stamp: Stamp) -> list[Snapshot]:
        """All snapshots at the state of `stamp`, sorted by step."""
        state = (stamp, self._models.restarts)
        with self._lock:
            if state != self._state:
                found = read_or_note(self._source, self._kind, self._problems)
                if found is not None:
                    self._update(found)
                self._state = state
            return self._snapshots

    def maps(self, stamp: Stamp, name: str) -> Maps:
        """The maps of one name.

        Raises:
            NotRecordedError: if there are none.
        """
        snapshots = self.snapshots(stamp)
        mine = [snapshot for snapshot in snapshots if name in snapshot.blobs]
        if not mine:
            raise NotRecordedError(self._kind.facts.missing, name, sorted(names_in(snapshots)))
        return Maps(name, mine)

    def _update(self, found: Records) -> None:
        alive = survivors(found.steps, found.order, self._models.restarts)
        kept = {
            index: (int(found.steps[index]), float(found.order[index]))
            for index in np.flatnonzero(alive).tolist()
        }
        fresh = [index for index, key in kept.items() if key not in self._indices]
        for index, message in zip(fresh, found.read_all(fresh), strict=True):
            self._indices[kept[index]] = self._decode_index(message, kept[index])
        there = [(index, key[0], self._indices[key]) for index, key in kept.items()]
        self._snapshots = [
            Snapshot(step, *known, found, index)
            for index, step, known in there
            if known is not None
        ]

    def _decode_index(self, message: bytes | RecordError, key: tuple[int, float]) -> Index | None:
        self.decoded += 1
        try:
            if isinstance(message, RecordError):
                raise message
            record = records.decode_map_index(message)
        except RecordError as error:
            self._problems.add(self._kind.value, str(error), *key)
            return None
        blobs = {name: number + 1 for number, name in enumerate(record.names)}
        return blobs, omissions(record.omissions)


def names_in(snapshots: Sequence[Snapshot]) -> list[str]:
    """All names in the snapshots, newest snapshot first."""
    return list(dict.fromkeys(name for snapshot in reversed(snapshots) for name in snapshot.blobs))
