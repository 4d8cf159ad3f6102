"""Runs read from their event files, with no TensorBoard in between."""

import dataclasses
import os
import struct
import threading
from collections.abc import Iterator, Sequence

import numpy as np
from google.protobuf.message import DecodeError
from tensorboard.compat.proto import event_pb2

from tb_keras_inspect.records import PLUGIN_NAME, TAG_PREFIX, Kind, RecordError
from tb_keras_inspect.records.event_file import masked_crc
from tb_keras_inspect.store.file_layer import FileLayer, file_layer
from tb_keras_inspect.store.records import Records, Stamp

CHUNK = 1 << 24  # bytes read at a time
LARGEST = 1 << 30  # bytes of one record; a length beyond it is taken for corruption
_HEADER, _FOOTER = 12, 4


@dataclasses.dataclass(frozen=True)
class _Place:
    """Where a value is: file, place of the serialized event in it, number of the value in that."""

    path: str
    offset: int
    length: int
    value: int


class EventFile:
    """Yields the records of one event file, each once.

    Attributes:
        offset: Bytes read so far.
        problem: Why reading stopped for good, or None.
    """

    def __init__(self, layer: FileLayer, path: str):
        self._layer, self.path = layer, path
        self.offset = 0
        self.problem: str | None = None
        self.skipped = 0
        self.rest = 0

    def records(self) -> Iterator[tuple[int, bytes]]:
        """What was appended since the last call: offset and bytes of each serialized event."""
        end = self._layer.size(self.path)
        buffer, start = b"", self.offset
        while self.problem is None and start + len(buffer) < end:
            position = start + len(buffer)
            wanted = min(end, position + max(CHUNK, self._missing(buffer)))
            more = self._layer.read(self.path, position, wanted)
            if not more:
                break
            buffer += more
            used = 0
            for at, data in self._frames(buffer):
                used = at + len(data) + _FOOTER
                self.offset = start + used
                if masked_crc(data) != _uint32(buffer, at + len(data)):
                    self.skipped += 1
                else:
                    yield start + at, data
            buffer, start = buffer[used:], start + used
        self.rest = max(end - self.offset, 0)

    def _frames(self, buffer: bytes) -> Iterator[tuple[int, bytes]]:
        at = 0
        while at + _HEADER <= len(buffer):
            (length,) = struct.unpack_from("<Q", buffer, at)
            if masked_crc(buffer[at : at + 8]) != _uint32(buffer, at + 8) or length > LARGEST:
                self.problem = f"corrupt at byte {self.offset}; what follows cannot be read"
                return
            if at + _HEADER + length + _FOOTER > len(buffer):
                return
            yield at + _HEADER, buffer[at + _HEADER : at + _HEADER + length]
            at += _HEADER + length + _FOOTER

    @staticmethod
    def _missing(buffer: bytes) -> int:
        """Bytes still to come of the record that `buffer` begins with."""
        if len(buffer) < _HEADER:
            return 0
        return struct.unpack_from("<Q", buffer)[0] + _HEADER + _FOOTER - len(buffer)


class FileSource:
    """One run's directory; a `store.records.Source`. Thread-safe.

    Only the places of the records are kept; the records themselves are read when asked for.

    Args:
        path: The directory: a local path or a URL.
    """

    def __init__(self, path: str):
        self.path = os.fspath(path)
        self.name = os.path.basename(os.path.normpath(self.path)) or self.path
        self._layer = file_layer(self.path)
        self._lock = threading.Lock()
        self._files: dict[str, EventFile] = {}
        self._places: dict[Kind, list[_Place]] = {}
        self._keys: dict[Kind, list[tuple[int, float]]] = {}
        self._undecodable: dict[str, int] = {}
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

    def _add(self, event: event_pb2.Event, value, place: _Place) -> None:
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
        return strings[blob]


def _uint32(data: bytes, at: int) -> int:
    return struct.unpack_from("<I", data, at)[0]
