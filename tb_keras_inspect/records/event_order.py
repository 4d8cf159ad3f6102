"""The order of all that is written into a run's directory, whatever the wall clock says.

Readers of TensorBoard sort event files by name and know of a record only its step and its time. Both
therefore grow with the order of writing, also when the clock is set back.
"""

import contextlib
import itertools
import math
import os
import re
import socket
import time

from google.protobuf.message import DecodeError
from tensorboard.compat.proto import event_pb2

from tb_keras_inspect.files.errors import StoreError
from tb_keras_inspect.files.file_layer import file_layer
from tb_keras_inspect.files.locations import name_of
from tb_keras_inspect.records.event_file_reader import EventFile

SUFFIX = ".keras_inspect"
LARGEST = 1 << 26  # bytes of a record, here in the training process, whatever a file claims
LATEST = 1e12  # seconds: a time beyond it is left as it is, and not continued
_STAMP = re.compile(r"events\.out\.tfevents\.(\d{10})\.")
_counter = itertools.count()


def file_name(after: str = "") -> str:
    """A name that TensorBoard takes for an event file and no other writer uses.

    `events.out.tfevents.<seconds>.<host>.<process>.<count>.keras_inspect`. The seconds are the
    time, or later where the name would not come last.

    Args:
        after: The name of the last event file in the directory. The new name sorts after it.
    """
    count = f"{next(_counter):06d}"
    rest = f"{_process()}.{count}{SUFFIX}"
    name = f"events.out.tfevents.{int(time.time()):010d}.{rest}"
    found = _STAMP.match(after)
    if name > after or not found:
        return name
    return f"events.out.tfevents.{int(found[1]) + 1:010d}.{rest}"


def begun_at(path: str) -> int:
    """Seconds since the epoch at which an event file was begun, by its name; 0 if it does not say."""
    found = _STAMP.match(name_of(path))
    return int(found[1]) if found else 0


def is_of_this_process(path: str) -> bool:
    """Return whether this process has written an event file."""
    return f".{_process()}." in name_of(path)


def _process() -> str:
    return f"{socket.gethostname() or 'localhost'}.{os.getpid()}"


class EventOrder:
    """Continues the order of what a directory holds already.

    Args:
        log_dir: The directory. It may be missing.

    Attributes:
        last_name: The name of the last event file there, or "".
        last_of_ours: The path of the last one that this package wrote, or "".
    """

    def __init__(self, log_dir: str):
        self.last_name = self.last_of_ours = ""
        self._last_time = -math.inf
        with contextlib.suppress(StoreError, OSError):
            self._read(log_dir)

    def _read(self, log_dir: str) -> None:
        layer = file_layer(log_dir)
        paths = layer.event_files(log_dir)
        self.last_name = max((name_of(path) for path in paths), default="")
        ours = [path for path in paths if path.endswith(SUFFIX)]
        for path in ours[-1:]:  # times grow from file to file as well
            self.last_of_ours = path
            for _, data in EventFile(layer, path, LARGEST).records():
                with contextlib.suppress(DecodeError):
                    event = event_pb2.Event.FromString(data)
                    if event.HasField("summary"):  # not the version that a file begins with
                        self.place(event)

    def place(self, event: event_pb2.Event) -> None:
        """Set an event's time to one that is later than those of all events before it."""
        if not abs(event.wall_time) < LATEST:
            return
        if event.wall_time <= self._last_time:
            event.wall_time = math.nextafter(self._last_time, math.inf)
        self._last_time = event.wall_time
