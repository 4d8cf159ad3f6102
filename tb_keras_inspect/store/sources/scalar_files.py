"""Scalars of other writers, from their event files."""

import threading

import numpy as np
from google.protobuf.message import DecodeError
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2

from tb_keras_inspect.files.file_layer import FileLayer
from tb_keras_inspect.records.event_file_reader import EventFile
from tb_keras_inspect.store.errors import StoreError
from tb_keras_inspect.store.sources.scalars import SUBRUNS, RawScalars


class ScalarFiles:
    """Reads the scalars of a run's directory and right below it; only what is new. Thread-safe."""

    def __init__(self, layer: FileLayer, directory: str):
        self._layer, self._directory = layer, directory.rstrip("/")
        self._lock = threading.Lock()
        self._files: dict[str, EventFile] = {}
        self._data: dict[tuple[str, str], list[tuple[int, float]]] = {}
        self._is_scalar: dict[tuple[str, str], bool] = {}

    def read(self) -> list[RawScalars]:
        """All scalars as of now; of a step written twice the later one."""
        with self._lock:
            for subrun in SUBRUNS:
                self._scan(subrun)
            return [_raw(key, data) for key, data in sorted(self._data.items())]

    def _scan(self, subrun: str) -> None:
        directory = f"{self._directory}/{subrun}" if subrun else self._directory
        try:
            paths = self._layer.event_files(directory)
        except StoreError:
            return  # most runs have no such directory
        for path in paths:
            file = self._files.setdefault(path, EventFile(self._layer, path))
            for _, data in file.records():
                self._add(subrun, data)

    def _add(self, subrun: str, data: bytes) -> None:
        try:
            event = event_pb2.Event.FromString(data)
        except DecodeError:
            return
        for value in event.summary.value:
            number = self._number(subrun, value)
            if number is not None:
                self._data.setdefault((subrun, value.tag), []).append((event.step, number))

    def _number(self, subrun: str, value: summary_pb2.Summary.Value) -> float | None:
        key = (subrun, value.tag)
        if value.HasField("simple_value"):
            return float(value.simple_value)
        if value.HasField("metadata"):  # only the first value of a tag has it
            self._is_scalar[key] = value.metadata.plugin_data.plugin_name == "scalars"
        if not self._is_scalar.get(key) or not value.HasField("tensor"):
            return None
        return _scalar_of(value.tensor)


def _scalar_of(tensor: tensor_pb2.TensorProto) -> float | None:
    from tb_keras_inspect.records.tensors import array_of  # loads TensorBoard's tensor code

    try:
        return float(array_of(tensor).item())
    except (TypeError, ValueError):
        return None


def _raw(key: tuple[str, str], data: list[tuple[int, float]]) -> RawScalars:
    latest = dict(data)
    steps = sorted(latest)
    return RawScalars(
        *key, np.array(steps, np.int64), np.array([latest[step] for step in steps], np.float64)
    )
