"""What a directory holds already: whether a run, of which model, up to which step."""

import contextlib
import dataclasses
from collections.abc import Iterator

from google.protobuf.message import DecodeError
from tensorboard.compat.proto import event_pb2, summary_pb2

from tb_keras_inspect.catalog.kinds import TAG_PREFIX, Kind
from tb_keras_inspect.files.errors import StoreError
from tb_keras_inspect.files.file_layer import FileLayer, file_layer
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.records.event_file_reader import EventFile
from tb_keras_inspect.records.event_file_writer import EMPTY_BYTES
from tb_keras_inspect.records.event_order import LARGEST, SUFFIX


@dataclasses.dataclass
class Held:
    """A run in a directory.

    Attributes:
        model: The newest model record; None where there is none.
        last_step: The last step of which there is a record.
        is_finished: Whether the fit that was recorded last has come to its end.
    """

    model: pb.ModelRecord | None = None
    last_step: int = -1
    is_finished: bool = False


def event_files(directory: str) -> list[str]:
    """The event files of this package in a directory, in their order; [] where there is none."""
    try:
        paths = file_layer(directory).event_files(directory)
    except (StoreError, OSError):
        return []
    return [path for path in paths if path.endswith(SUFFIX)]


def holds_a_run(directory: str) -> bool:
    """Whether anything was recorded into a directory. Reads no file."""
    layer = file_layer(directory)
    return any(layer.size(path) > EMPTY_BYTES for path in event_files(directory))


def read_held(directory: str) -> Held | None:
    """The run in a directory, from its newest event file with a model; None where there is no run."""
    held = Held()
    for path in reversed(event_files(directory)):
        for step, value in _values(file_layer(directory), path):
            held.last_step = max(held.last_step, step)
            held.is_finished = False
            kind, data = value.tag.removeprefix(TAG_PREFIX), value.tensor.string_val
            with contextlib.suppress(DecodeError, IndexError):
                if kind == Kind.MODEL.value:
                    held.model = pb.ModelRecord.FromString(data[0])
                elif kind == Kind.FINDING.value:
                    held.is_finished = pb.FindingRecord.FromString(data[0]).fit_ended
        if held.model is not None:
            return held
    return held if held.last_step >= 0 else None


def _values(layer: FileLayer, path: str) -> Iterator[tuple[int, summary_pb2.Summary.Value]]:
    for _, data in EventFile(layer, path, LARGEST).records():
        with contextlib.suppress(DecodeError):
            event = event_pb2.Event.FromString(data)
            for value in event.summary.value:
                yield event.step, value
