"""Event files as such: TensorFlow's record framing around serialized `Event`s.

TensorBoard's own writer computes its checksum in pure Python with the interpreter lock held
(6 MB/s); google-crc32c does it in C, and works where no TensorFlow is installed.
"""

import contextlib
import errno
import io
import os
import struct
import time

from tensorboard.compat.proto import event_pb2

from tb_keras_inspect.files import remote_files
from tb_keras_inspect.files.locations import below, is_remote
from tb_keras_inspect.files.remote_interface import NewFile
from tb_keras_inspect.files.safe_directory import is_alone
from tb_keras_inspect.records.checksum import masked_crc
from tb_keras_inspect.records.event_order import SUFFIX, EventOrder, file_name, is_of_this_process

NEIGHBOUR_SECONDS = 30.0  # of two processes that record into one URL, which cannot be locked


def frame(data: bytes) -> bytes:
    """One record: length, checksum of the length, data, checksum of the data."""
    length = struct.pack("<Q", len(data))
    return b"".join(
        (length, struct.pack("<I", masked_crc(length)), data, struct.pack("<I", masked_crc(data)))
    )


def _new_file(log_dir: str, last_name: str) -> tuple[str, io.FileIO]:
    """Create a file that was not there: a link with its name may lead to any file of the user."""
    while True:
        name = file_name(last_name)
        with contextlib.suppress(FileExistsError):  # the next name is another one
            # Unbuffered: what could not be written must not be tried again later, or in a fork.
            return name, open(below(log_dir, name), "xb", buffering=0)


class EventFileWriter:
    """Appends events to a new event file.

    When `write` returns, the operating system has the data. On an object store, where nothing can be
    appended, the data is uploaded when `flush` is called, and at the latest by a write after
    `files.growing_object.FLUSH_SECONDS`; and now and then another file is begun.

    Use it from one thread at a time. Works for local paths and URLs that `files.remote_files` opens.

    Args:
        log_dir: The run's directory. It is created if it is missing.
        after: The closed writer of the fit before, whose file is continued if it is still the last one
            of this package there and as it was left.

    Attributes:
        path: The path of the file.
        size: Bytes written.
        continues: Whether the file is that of `after`.

    Raises:
        OSError: If the directory cannot be created or written.
    """

    def __init__(self, log_dir: str, after: "EventFileWriter | None" = None):
        self._log_dir = log_dir
        self.size = 0
        self._order: EventOrder
        self._name: str
        self.path: str
        self._local: io.FileIO | None = None
        self._remote: NewFile | None = None
        if after is not None and (file := after._reopened(log_dir)):
            self._order, self._name, self.path = after._order, after._name, after.path
            self._local, self.size, self.continues = file, after.size, True
            return
        self.continues = False
        self._order = EventOrder(log_dir)
        if is_remote(log_dir):
            self._name = file_name(self._order.last_name)
            self.path = below(log_dir, self._name)
            self._remote = remote_files.create(self.path)
        else:
            os.makedirs(log_dir, exist_ok=True)
            self._name, self._local = _new_file(log_dir, self._order.last_name)
            self.path = below(log_dir, self._name)
        self._append(_version())

    def _reopened(self, log_dir: str) -> io.FileIO | None:
        """The file, open to be continued; None where another one must be begun."""
        if self._local is None or log_dir != self._log_dir:
            return None
        try:
            if any(name > self._name and name.endswith(SUFFIX) for name in os.listdir(log_dir)):
                return None
            there = os.lstat(self.path)
            if there.st_size != self.size or not is_alone(there):
                return None
            return open(self.path, "ab", buffering=0)
        except OSError:
            return None

    def is_as_left(self) -> bool:
        """Whether the open file is still the one at its path."""
        if self._local is None:
            return False
        try:
            there, ours = os.lstat(self.path), os.fstat(self._local.fileno())
        except OSError:
            return False
        return os.path.samestat(there, ours) and is_alone(there)

    @property
    def neighbour(self) -> str:
        """The file behind the URL that another process has written to shortly before, or ""."""
        other = self._order.last_of_ours
        if self._remote is None or not other or is_of_this_process(other):
            return ""
        try:
            files = remote_files.remote_files(other)
            is_near = files.changed(self.path) - files.changed(other) < NEIGHBOUR_SECONDS
        except OSError:  # it cannot be known everywhere
            return ""
        return other if is_near else ""

    @property
    def due_seconds(self) -> float | None:
        """Seconds until `flush` should be called; None if readers can see everything."""
        return None if self._remote is None else self._remote.due_seconds

    def flush(self) -> None:
        """Has readers see everything written.

        Raises:
            OSError: If that has failed for too long.
        """
        if self._remote is not None:
            self._remote.flush()

    def write(self, *events: event_pb2.Event) -> None:
        """Appends events and flushes them to the operating system: all or, on a full disk, none.

        The time of an event that is not later than those before it in the directory is moved forward.

        Raises:
            OSError: If they cannot be written, or the file has been removed.
        """
        for event in events:
            self._order.place(event)
        if self._remote is not None and self._remote.is_full:
            self._begin_another()
        self._append(*events)

    def _begin_another(self) -> None:
        self._name = file_name(self._name)
        self.path = below(self._log_dir, self._name)
        self._remote = remote_files.create(self.path, continues=True)
        self._append(_version())

    def _append(self, *events: event_pb2.Event) -> None:
        data = b"".join(frame(event.SerializeToString()) for event in events)
        if self._local is not None:
            self._check_is_there(self._local)
            self._write_whole(self._local, data)
        if self._remote is not None:
            self._remote.write(data)
        self.size += len(data)

    def _check_is_there(self, file: io.FileIO) -> None:
        # Writing to a removed file succeeds silently.
        if os.name == "posix" and not os.fstat(file.fileno()).st_nlink:
            raise FileNotFoundError(errno.ENOENT, "the event file has been removed", self.path)

    def _write_whole(self, file: io.FileIO, data: bytes) -> None:
        left = memoryview(data)
        try:
            while left:
                left = left[file.write(left) :]
        except BaseException:
            with contextlib.suppress(OSError):  # half a record would look like damage
                os.ftruncate(file.fileno(), self.size)
            raise

    def close(self) -> None:
        """Closes the file; further writes fail."""
        for file in (self._local, self._remote):
            if file is not None:
                file.close()


def _version() -> event_pb2.Event:
    return event_pb2.Event(wall_time=time.time(), file_version="brain.Event:2")


EMPTY_BYTES = len(frame(_version().SerializeToString()))  # of a file without records
