"""Event files as such: TensorFlow's record framing around serialized `Event`s.

TensorBoard's own writer computes its checksum in pure Python with the interpreter lock held
(6 MB/s); google-crc32c does it in C, and works where no TensorFlow is installed.
"""

import contextlib
import errno
import itertools
import os
import socket
import struct
import time

import google_crc32c
from tensorboard.compat.proto import event_pb2

from tb_keras_inspect.files import remote_files
from tb_keras_inspect.files.locations import below, is_remote

_counter = itertools.count()


def file_name() -> str:
    """A name that TensorBoard takes for an event file and no other writer uses.

    `events.out.tfevents.<seconds>.<host>.<process>.<count>.keras_inspect`: TensorBoard reads a
    directory's files in the order of their names.
    """
    host = socket.gethostname() or "localhost"
    stamp = f"{int(time.time()):010d}"
    count = (
        f"{next(_counter):06d}"  # a file whose name lies before the one it reads is skipped there
    )
    return f"events.out.tfevents.{stamp}.{host}.{os.getpid()}.{count}.keras_inspect"


def masked_crc(data: bytes) -> int:
    """CRC-32C, rotated and offset as TensorFlow's record format wants it."""
    crc = google_crc32c.value(data)
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def frame(data: bytes) -> bytes:
    """One record: length, checksum of the length, data, checksum of the data."""
    length = struct.pack("<Q", len(data))
    return b"".join(
        (length, struct.pack("<I", masked_crc(length)), data, struct.pack("<I", masked_crc(data)))
    )


class EventFileWriter:
    """Appends events to a new event file; each `write` is on disk when it returns.

    One thread at a time. Works for local paths and for URLs that `files.remote_files` opens.

    Args:
        log_dir: The run's directory; created when missing.

    Attributes:
        path: The file's path.
        size: Bytes written.

    Raises:
        OSError: when the directory cannot be made or written.
    """

    def __init__(self, log_dir: str):
        self.path = below(log_dir, file_name())
        self.size = 0
        self._is_local = not is_remote(log_dir)
        if not self._is_local:
            self._file = remote_files.create(self.path)
        else:
            os.makedirs(log_dir, exist_ok=True)
            # Unbuffered: what could not be written must not be tried again later, or in a fork.
            self._file = open(self.path, "wb", buffering=0)  # noqa: SIM115 - closed in close()
        self.write(event_pb2.Event(wall_time=time.time(), file_version="brain.Event:2"))

    def write(self, *events: event_pb2.Event) -> None:
        """Appends events and flushes them to the operating system: all of them or, on a disk that is
        full, none.

        Raises:
            OSError: when they cannot be written, or the file has been removed meanwhile.
        """
        data = b"".join(frame(event.SerializeToString()) for event in events)
        if self._is_local:
            self._check_is_there()
            self._write_whole(data)
        else:
            self._file.write(data)
        self.size += len(data)

    def _check_is_there(self) -> None:
        # A file that was removed takes what is written without a word.
        if os.name == "posix" and not os.fstat(self._file.fileno()).st_nlink:
            raise FileNotFoundError(errno.ENOENT, "the event file has been removed", self.path)

    def _write_whole(self, data: bytes) -> None:
        left = memoryview(data)
        try:
            while left:
                left = left[self._file.write(left) :]
        except BaseException:
            with contextlib.suppress(OSError):  # half a record would be taken for damage
                os.ftruncate(self._file.fileno(), self.size)
            raise

    def close(self) -> None:
        """Closes the file; further writes fail."""
        self._file.close()
