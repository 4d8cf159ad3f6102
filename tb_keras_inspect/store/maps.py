"""Maps of the probe samples: small indices at once, pictures when asked for."""

import dataclasses
import threading
from collections.abc import Sequence

import numpy as np

from tb_keras_inspect import records
from tb_keras_inspect.records import DecodedMap, DecodedProbe, Kind, RecordError
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.merge import survivors
from tb_keras_inspect.store.model import OmissionInfo, omissions
from tb_keras_inspect.store.model_book import ModelBook
from tb_keras_inspect.store.problems import Problems
from tb_keras_inspect.store.records import NONE, Records, Source, Stamp, read_or_note


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """One step's maps: `blobs` gives the number of each layer's blob."""

    step: int
    blobs: dict[str, int]
    omissions: tuple[OmissionInfo, ...]
    records: Records = dataclasses.field(repr=False, compare=False)
    index: int = dataclasses.field(repr=False, compare=False)

    def read(self, name: str) -> DecodedMap:
        """One layer's map."""
        return records.decode_map(self.records.read(self.index, self.blobs[name]))


class Maps(Sequence):
    """One layer's maps over time; each is read when it is taken.

    Attributes:
        steps: int64[S].
        arrays: This object: `maps.arrays[i]` is float32[samples, C, H, W], NaN where the value was
            not finite.
    """

    def __init__(self, name: str, snapshots: Sequence[Snapshot]):
        self._name, self._snapshots = name, snapshots
        self.steps = np.array([snapshot.step for snapshot in snapshots], np.int64)

    @property
    def arrays(self) -> "Maps":
        return self

    def __len__(self) -> int:
        return len(self._snapshots)

    def __getitem__(self, index: int) -> np.ndarray:
        return self.record(index).values

    def record(self, index: int) -> DecodedMap:
        """The map as it was recorded: codes, scale, offset, channels, dead.

        Raises:
            records.RecordError: when it cannot be read.
        """
        return self._snapshots[index].read(self._name)

    @property
    def channels(self) -> np.ndarray:
        """int32[C]: which channels of the layer the newest maps are."""
        return self.record(-1).channels

    @property
    def dead(self) -> np.ndarray:
        """bool[C], of the newest maps: zero for every probe sample."""
        return self.record(-1).dead


class MapsReader:
    """Keeps the indices of a run's maps, and its probe samples. Thread-safe."""

    def __init__(self, source: Source, models: ModelBook, problems: Problems):
        self._source, self._models, self._problems = source, models, problems
        self._lock = threading.Lock()
        self._stamp: Stamp | None = None
        self._indices: dict[tuple[int, float], tuple[dict[str, int], tuple] | None] = {}
        self._snapshots: list[Snapshot] = []
        self._probe: tuple[Stamp, DecodedProbe | None] | None = None
        self.decoded = 0

    def snapshots(self, stamp: Stamp) -> list[Snapshot]:
        """Indices of all snapshots as of `stamp`, by step."""
        with self._lock:
            if stamp != self._stamp:
                found = read_or_note(self._source, Kind.MAPS, self._problems)
                if found is not None:
                    self._update(found)
                self._stamp = stamp
            return self._snapshots

    def maps(self, stamp: Stamp, name: str) -> Maps:
        """One layer's maps."""
        snapshots = self.snapshots(stamp)
        mine = [snapshot for snapshot in snapshots if name in snapshot.blobs]
        if not mine:
            known = dict.fromkeys(name for snapshot in snapshots for name in snapshot.blobs)
            raise NotRecordedError("layer with maps", name, known)
        return Maps(name, mine)

    def probe(self, stamp: Stamp) -> DecodedProbe | None:
        """The newest probe samples that can be read."""
        with self._lock:
            if self._probe is None or self._probe[0] != stamp:
                self._probe = (stamp, self._read_probe())
            return self._probe[1]

    def _update(self, found: Records) -> None:
        order = np.argsort(found.wall_times, kind="stable")
        alive = survivors(found.steps[order], found.wall_times[order], self._models.restarts)
        kept = {
            index: (int(found.steps[index]), float(found.wall_times[index]))
            for index in order[alive].tolist()
        }
        fresh = [index for index, key in kept.items() if key not in self._indices]
        for index, message in zip(fresh, found.read_all(fresh), strict=True):
            self._indices[kept[index]] = self._decode_index(message, kept[index])
        self._snapshots = [
            Snapshot(key[0], *self._indices[key], found, index)
            for index, key in kept.items()
            if self._indices[key] is not None
        ]

    def _decode_index(self, message: bytes | RecordError, key: tuple[int, float]):
        self.decoded += 1
        try:
            if isinstance(message, RecordError):
                raise message
            record = records.decode_map_index(message)
        except RecordError as error:
            self._problems.add("maps", str(error), *key)
            return None
        blobs = {name: number + 1 for number, name in enumerate(record.names)}
        return blobs, omissions(record.omissions)

    def _read_probe(self) -> DecodedProbe | None:
        found = read_or_note(self._source, Kind.PROBE, self._problems) or NONE
        for index in np.argsort(found.wall_times, kind="stable")[::-1].tolist():
            try:
                return records.decode_probe(found.read(index, 0))
            except RecordError as error:
                self._problems.add("probe", str(error), found.steps[index], found.wall_times[index])
        return None
