"""The event files of one run's directory, read on as they grow, and what is damaged in them."""

import os
from collections.abc import Iterator
from typing import NamedTuple

from google.protobuf.message import DecodeError
from tensorboard.compat.proto import event_pb2

from tb_keras_inspect.files.file_layer import FileLayer
from tb_keras_inspect.records.event_file_reader import EventFile


class FoundEvent(NamedTuple):
    """One event, and where its bytes are."""

    event: event_pb2.Event
    path: str
    offset: int
    length: int


class RunFiles:
    """Reads each event once. Use it from one thread at a time.

    Args:
        layer: The file system.
        directory: The directory.
    """

    def __init__(self, layer: FileLayer, directory: str):
        self._layer, self._directory = layer, directory
        self._files: dict[str, EventFile] = {}
        self._undecodable: dict[str, int] = {}

    @property
    def paths(self) -> list[str]:
        """The event files."""
        return list(self._files)

    def new_events(self) -> Iterator[FoundEvent]:
        """What was appended since the last call, file by file in the order of their names.

        Raises:
            StoreError: If the directory cannot be read.
        """
        for path in self._layer.event_files(self._directory):
            if path not in self._files:
                self._files[path] = EventFile(self._layer, path)
        for path in sorted(self._files):
            for offset, data in self._files[path].records():
                try:
                    event = event_pb2.Event.FromString(data)
                except DecodeError:
                    self._undecodable[path] = self._undecodable.get(path, 0) + 1
                else:
                    yield FoundEvent(event, path, offset, len(data))

    def problems(self) -> list[str]:
        """What is damaged, one line each."""
        return [text for file in [*self._files.values()] for text in self._problems_of(file)]

    def _problems_of(self, file: EventFile) -> Iterator[str]:
        name = os.path.basename(file.path)
        if file.problem:
            yield f"{name}: {file.problem}"
        elif file.rest:
            yield f"{name}: its last {file.rest} bytes are an incomplete record"
        if skipped := file.skipped + self._undecodable.get(file.path, 0):
            yield f"{name}: {skipped} corrupt records skipped"
