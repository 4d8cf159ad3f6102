"""Runs read from their event files, with no TensorBoard in between."""

import dataclasses
import os
import threading
from collections.abc import Iterator, Sequence

import numpy as np
from google.protobuf.message import DecodeError
from tensorboard.compat.proto import event_pb2, summary_pb2

from tb_keras_inspect.files.file_layer import file_layer
from tb_keras_inspect.records import PLUGIN_NAME, TAG_PREFIX, Kind, RecordError
from tb_keras_inspect.records.event_file_reader import EventFile
from tb_keras_inspect.store.sources.scalar_files import ScalarFiles
from tb_keras_inspect.store.sources.scalars import RawScalars
from tb_keras_inspect.store.sources.source import Records, Stamp


@dataclasses.dataclass(frozen=True)
class _Place:
    """Where a value is: file, place of the serialized event in it, number of the value in that."""

    path: str
    offset: int
    length: int
    value: int


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
        self._files: dict[str, EventFile] = {}
        self._places: dict[Kind, list[_Place]] = {}
        self._keys: dict[Kind, list[tuple[int, float]]] = {}
        self._undecodable: dict[str, int] = {}
        self._scalars = ScalarFiles(self._layer, self.path)
        self.stamps()

    @property
    def paths(self) -> list[str]:
        """The event files."""
        return list(self._files)

    def stamps(self) -> dict[Kind, Stamp]:
        with self._lock:
            for path in self._layer.event_files(self.path):
                if path not in self._files:
                    self._files[path] = EventFile(self._layer, path)
            for path in sorted(self._files):
                self._scan(self._files[path])
            return {kind: (len(keys), max(w for _, w in keys)) for kind, keys in self._keys.items()}

    def records(self, kind: Kind) -> Records:
        with self._lock:
            places = list(self._places.get(kind, ()))
            keys = list(self._keys.get(kind, ()))
        steps = np.array([step for step, _ in keys], np.int64)
        wall_times = np.array([wall_time for _, wall_time in keys], np.float64)
        return Records(steps, wall_times, lambda index, blob: self._read(places[index], blob))

    def scalars(self) -> list[RawScalars]:
        return self._scalars.read()

    def problems(self) -> Sequence[str]:
        with self._lock:
            return [text for file in self._files.values() for text in self._problems_of(file)]

    def _problems_of(self, file: EventFile) -> Iterator[str]:
        name = os.path.basename(file.path)
        if file.problem:
            yield f"{name}: {file.problem}"
        elif file.rest:
            yield f"{name}: its last {file.rest} bytes are an incomplete record"
        if skipped := file.skipped + self._undecodable.get(file.path, 0):
            yield f"{name}: {skipped} corrupt records skipped"

    def _scan(self, file: EventFile) -> None:
        for offset, data in file.records():
            try:
                event = event_pb2.Event.FromString(data)
            except DecodeError:
                self._undecodable[file.path] = self._undecodable.get(file.path, 0) + 1
                continue
            for number, value in enumerate(event.summary.value):
                if value.tag.startswith(TAG_PREFIX):
                    self._add(event, value, _Place(file.path, offset, len(data), number))

    def _add(self, event: event_pb2.Event, value: summary_pb2.Summary.Value, place: _Place) -> None:
        try:
            kind = Kind(value.tag[len(TAG_PREFIX) :])
        except ValueError:
            return
        plugin = value.metadata.plugin_data.plugin_name
        if plugin in ("", PLUGIN_NAME):
            self._places.setdefault(kind, []).append(place)
            self._keys.setdefault(kind, []).append((event.step, event.wall_time))

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
