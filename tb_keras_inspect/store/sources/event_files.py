"""Runs read from their event files, with no TensorBoard in between."""

import math
import threading
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from google.protobuf.message import DecodeError
from tensorboard.compat.proto import event_pb2, summary_pb2

from tb_keras_inspect.files.file_layer import file_layer
from tb_keras_inspect.records import PLUGIN_NAME, Kind, RecordError
from tb_keras_inspect.store.sources.run_files import FoundEvent, RunFiles
from tb_keras_inspect.store.sources.scalar_files import ScalarFiles
from tb_keras_inspect.store.sources.scalars import RawScalars
from tb_keras_inspect.store.sources.source import Records, Stamp

TAGS = {kind.tag: kind for kind in Kind}


class _Place(NamedTuple):
    """Where a value is: file, place of the serialized event in it, number of the value in that.

    `order` is the number of the event among all, `time` when it was written.
    """

    path: str
    offset: int
    length: int
    value: int
    order: int
    time: float


class _Index:
    """Where the records of one kind are, and their steps."""

    def __init__(self) -> None:
        self.places: list[_Place] = []
        self.steps: list[int] = []
        self.newest = -math.inf  # wall time

    def add(self, found: FoundEvent, number: int, order: int) -> None:
        """Adds a value of an event; `order` is the number of the event among all."""
        event = found.event
        time = event.wall_time
        self.places.append(_Place(found.path, found.offset, found.length, number, order, time))
        self.steps.append(event.step)
        self.newest = max(self.newest, time)


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
        self._indices: dict[
            str, _Index
        ] = {}  # by tag: the hash of a string is quicker than a kind's
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
                    if value.tag in TAGS and _is_ours(value):
                        index = self._indices.get(value.tag)
                        if index is None:
                            index = self._indices[value.tag] = _Index()
                        index.add(found, number, self._events)
            return {TAGS[tag]: (len(i.steps), i.newest) for tag, i in self._indices.items()}

    def records(self, kind: Kind) -> Records:
        with self._lock:
            index = self._indices.get(kind.tag) or _Index()
            places, steps = list(index.places), np.array(index.steps, np.int64)
        order = np.array([place.order for place in places], np.float64)
        times = np.array([place.time for place in places], np.float64)
        return Records(
            steps, order, lambda number, blob: self._read(places[number], blob), times=times
        )

    def scalars(self) -> list[RawScalars]:
        return self._scalars.read()

    def problems(self) -> Sequence[str]:
        with self._lock:
            return self._files.problems()

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


def _is_ours(value: summary_pb2.Summary.Value) -> bool:
    """Whether no other plugin claims it; only the first value of a tag has to say whose it is."""
    return value.metadata.plugin_data.plugin_name in ("", PLUGIN_NAME)
