"""Runs read from their event files, with no TensorBoard in between."""

import dataclasses
import threading
from collections.abc import Sequence

import numpy as np
from google.protobuf.message import DecodeError
from tensorboard.compat.proto import event_pb2, summary_pb2

from tb_keras_inspect.files.file_layer import file_layer
from tb_keras_inspect.records import PLUGIN_NAME, TAG_PREFIX, Kind, RecordError
from tb_keras_inspect.store.sources.run_files import FoundEvent, RunFiles
from tb_keras_inspect.store.sources.scalar_files import ScalarFiles
from tb_keras_inspect.store.sources.scalars import RawScalars
from tb_keras_inspect.store.sources.source import Records, Stamp


@dataclasses.dataclass(frozen=True)
class _Place:
    """Where a value is: file, place of the serialized event in it, number of the value in that.

    `order` is the number of the event among all.
    """

    path: str
    offset: int
    length: int
    value: int
    order: int


class FileSource:
    """One run's directory; a `store.sources.source.Source`. Thread-safe.

    Only the places of the records are kept; the records themselves are read when asked for.

    Args:
        path: The directory: a local path or a URL.
    """

    def __init__(self, path: str):
        self.path = path
        self._layer = file_layer(self.path)
        self._lock = threading.Lock()
        self._files = RunFiles(self._layer, self.path)
        self._events = 0  # found so far
        self._places: dict[Kind, list[_Place]] = {}
        self._steps: dict[Kind, list[int]] = {}
        self._newest: dict[Kind, float] = {}
        self._scalars = ScalarFiles(self._layer, self.path)
        self.stamps()

    @property
    def paths(self) -> list[str]:
        """The event files."""
        return self._files.paths

    def stamps(self) -> dict[Kind, Stamp]:
        with self._lock:
            for found in self._files.new_events():
                self._events += 1
                for number, value in enumerate(found.event.summary.value):
                    if value.tag.startswith(TAG_PREFIX):
                        self._add(found, number, value)
            return {kind: (len(steps), self._newest[kind]) for kind, steps in self._steps.items()}

    def records(self, kind: Kind) -> Records:
        with self._lock:
            places = list(self._places.get(kind, ()))
            steps = np.array(self._steps.get(kind, ()), np.int64)
        order = np.array([place.order for place in places], np.float64)
        return Records(steps, order, lambda index, blob: self._read(places[index], blob))

    def scalars(self) -> list[RawScalars]:
        return self._scalars.read()

    def problems(self) -> Sequence[str]:
        with self._lock:
            return self._files.problems()

    def _add(self, found: FoundEvent, number: int, value: summary_pb2.Summary.Value) -> None:
        try:
            kind = Kind(value.tag[len(TAG_PREFIX) :])
        except ValueError:
            return
        event = found.event
        plugin = value.metadata.plugin_data.plugin_name
        if plugin in ("", PLUGIN_NAME):
            place = _Place(found.path, found.offset, found.length, number, self._events)
            self._places.setdefault(kind, []).append(place)
            self._steps.setdefault(kind, []).append(event.step)
            self._newest[kind] = max(event.wall_time, self._newest.get(kind, event.wall_time))

    def _read(self, place: _Place, blob: int) -> bytes:
        try:
            data = self._layer.read(place.path, place.offset, place.offset + place.length)
            event = event_pb2.Event.FromString(data)
            strings = event.summary.value[place.value].tensor.string_val
        except (OSError, DecodeError, IndexError) as error:
            raise RecordError(f"the file has changed since it was indexed: {error}") from error
        if not 0 <= blob < len(strings):
            raise RecordError("the value is not a message")
        return bytes(strings[blob])
