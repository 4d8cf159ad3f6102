"""Event files on local disks and behind URLs, read alike."""

import os
import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterable, Iterator
from typing import Protocol

from tb_keras_inspect.files import before_reading
from tb_keras_inspect.files.errors import StoreError
from tb_keras_inspect.files.locations import is_remote
from tb_keras_inspect.files.remote_files import remote_files
from tb_keras_inspect.files.remote_interface import RemoteFiles
from tb_keras_inspect.files.safe_directory import open_plain

MARK = "tfevents"  # TensorBoard treats every file with this in its name as an event file


class FileLayer(Protocol):
    """What the reader of event files needs from a file system."""

    def event_files(self, directory: str) -> list[str]:
        """List the paths of the event files directly in a directory, sorted by name.

        Raises:
            StoreError: If the directory cannot be read.
        """

    def run_directories(self, directory: str) -> list[str]:
        """List the relative paths of the directories with event files, sorted; "." is itself.

        Raises:
            StoreError: If a remote directory cannot be read.
        """

    def size(self, path: str) -> int:
        """Return the size of a file in bytes."""

    def read(self, path: str, start: int, stop: int) -> bytes:
        """Return the bytes `start` to `stop` of a file, fewer if it ends before."""


def file_layer(path: str) -> FileLayer:
    """Return the file system of a path or URL.

    Raises:
        StoreError: If nothing that is installed opens it.
    """
    if not is_remote(path):
        return LocalFiles()
    try:
        return MirroredFiles(remote_files(path))
    except OSError as error:
        raise StoreError(str(error)) from error


class LocalFiles:
    """The operating system's files."""

    def event_files(self, directory: str) -> list[str]:
        before_reading.write_out(directory)
        try:
            with os.scandir(directory) as entries:
                names = sorted(entry.name for entry in entries if entry.is_file())
        except OSError as error:
            raise StoreError(f"Cannot read {directory!r}: {error.strerror}") from error
        return [os.path.join(directory, name) for name in names if MARK in name]

    def run_directories(self, directory: str) -> list[str]:
        return _with_event_files(directory, _walk(directory))

    def size(self, path: str) -> int:
        return os.path.getsize(path)

    def read(self, path: str, start: int, stop: int) -> bytes:
        with open_plain(path, follow_links=True) as file:
            file.seek(start)
            return file.read(stop - start)


def _walk(directory: str) -> Iterator[tuple[str, Iterable[str]]]:
    """Follow links, but enter no directory twice: links can form circles."""
    entered = set()
    for at, below, names in os.walk(directory, followlinks=True):
        real = os.path.realpath(at)
        if real in entered:
            below.clear()
            continue
        entered.add(real)
        yield at, names


class MirroredFiles:
    """Remote files. Each byte is fetched once, into a temporary folder."""

    def __init__(self, remote: RemoteFiles):
        self._remote = remote
        self._lock = threading.Lock()
        self._folder = tempfile.mkdtemp(prefix="tb_keras_inspect_")
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._names: dict[str, str] = {}  # no file stays open: a run can have hundreds

    def event_files(self, directory: str) -> list[str]:
        try:
            paths = self._remote.files(directory)
        except OSError as error:
            raise StoreError(f"Cannot read {directory!r}: {error}") from error
        return sorted(path for path in paths if MARK in path.rsplit("/", 1)[-1])

    def run_directories(self, directory: str) -> list[str]:
        try:
            found = self._remote.walk(directory)
        except OSError as error:
            raise StoreError(f"Cannot read {directory!r}: {error}") from error
        return _with_event_files(directory, found)

    def size(self, path: str) -> int:
        listed = self._remote.sizes.pop(path, None)  # once: it is soon out of date
        return self._remote.size(path) if listed is None else listed

    def read(self, path: str, start: int, stop: int) -> bytes:
        with self._lock:
            name = self._names.setdefault(path, os.path.join(self._folder, str(len(self._names))))
            with open(name, "a+b") as mirror:
                there = mirror.seek(0, os.SEEK_END)
                if stop > there:
                    mirror.write(self._remote.read(path, there, stop))
                mirror.seek(start)
                return mirror.read(stop - start)


def _with_event_files(root: str, walk: Iterable[tuple[str, Iterable[str]]]) -> list[str]:
    found = [at for at, names in walk if any(MARK in name for name in names)]
    return sorted(os.path.relpath(at, root).replace(os.sep, "/") for at in found)
