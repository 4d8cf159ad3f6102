"""Local directories and URLs, read alike."""

import contextlib
import os
import tempfile
import threading
from collections.abc import Iterable, Iterator
from typing import IO, Any, Protocol

from tb_keras_inspect.files.errors import StoreError

MARK = "tfevents"  # TensorBoard takes every file with this in its name for an event file


class FileLayer(Protocol):
    """What reading event files needs of a file system."""

    def event_files(self, directory: str) -> list[str]:
        """Paths of the event files right in a directory, sorted by name."""

    def run_directories(self, directory: str) -> list[str]:
        """Relative paths of the directories with event files, "." for itself, sorted."""

    def size(self, path: str) -> int:
        """Bytes."""

    def read(self, path: str, start: int, stop: int) -> bytes:
        """Bytes `start` to `stop`, fewer where the file ends before."""


def file_layer(path: str) -> FileLayer:
    """The file system of a path.

    Raises:
        StoreError: when nothing that is installed opens it.
    """
    if "://" not in path:
        return LocalFiles()
    try:
        return MirroredFiles(FsspecRemote(path))
    except (ImportError, ValueError) as error:
        with contextlib.suppress(ImportError):
            return MirroredFiles(GfileRemote(path))
        raise StoreError(f"Cannot open {path!r}: {error}") from error


class LocalFiles:
    """The operating system's files."""

    def event_files(self, directory: str) -> list[str]:
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
        with open(path, "rb") as file:
            file.seek(start)
            return file.read(stop - start)


def _walk(directory: str) -> Iterator[tuple[str, Iterable[str]]]:
    """Follows links, but enters no directory twice: links can go in circles."""
    entered = set()
    for at, below, names in os.walk(directory, followlinks=True):
        real = os.path.realpath(at)
        if real in entered:
            below.clear()
            continue
        entered.add(real)
        yield at, names


class Remote(Protocol):
    """What a remote file system offers."""

    def files(self, directory: str) -> list[str]: ...
    def walk(self, directory: str) -> Iterator[tuple[str, Iterable[str]]]: ...
    def size(self, path: str) -> int: ...
    def read(self, path: str, start: int, stop: int) -> bytes: ...


class MirroredFiles:
    """Fetches each byte of a remote file once, into a temporary file."""

    def __init__(self, remote: Remote):
        self._remote = remote
        self._lock = threading.Lock()
        self._mirrors: dict[str, IO[bytes]] = {}

    def event_files(self, directory: str) -> list[str]:
        try:
            paths = self._remote.files(directory)
        except Exception as error:  # each file system has its own
            raise StoreError(f"Cannot read {directory!r}: {error}") from error
        return sorted(path for path in paths if MARK in path.rsplit("/", 1)[-1])

    def run_directories(self, directory: str) -> list[str]:
        return _with_event_files(directory, self._remote.walk(directory))

    def size(self, path: str) -> int:
        return self._remote.size(path)

    def read(self, path: str, start: int, stop: int) -> bytes:
        with self._lock:
            if path not in self._mirrors:
                self._mirrors[path] = tempfile.TemporaryFile()  # noqa: SIM115 - lives with us
            mirror = self._mirrors[path]
            there = mirror.seek(0, os.SEEK_END)
            if stop > there:
                mirror.write(self._remote.read(path, there, stop))
            mirror.seek(start)
            return mirror.read(stop - start)


class FsspecRemote:
    """Whatever fsspec opens."""

    def __init__(self, url: str):
        import fsspec

        self._system: Any = fsspec.core.url_to_fs(url)[0]

    def files(self, directory: str) -> list[str]:
        self._system.invalidate_cache()
        path = self._system._strip_protocol(directory)
        return [f["name"] for f in self._system.ls(path, detail=True) if f["type"] == "file"]

    def walk(self, directory: str) -> Iterator[tuple[str, Iterable[str]]]:
        root = self._system._strip_protocol(directory)
        for at, _, names in self._system.walk(root):
            yield directory.rstrip("/") + at[len(root.rstrip("/")) :], names

    def size(self, path: str) -> int:
        return self._system.info(path)["size"]

    def read(self, path: str, start: int, stop: int) -> bytes:
        return self._system.cat_file(path, start=start, end=stop)


class GfileRemote:
    """What TensorFlow's file layer opens and fsspec does not; only then is it imported."""

    def __init__(self, url: str):
        from tensorboard.compat import tf

        self._gfile: Any = tf.io.gfile
        with contextlib.suppress(Exception):  # a missing directory is told later
            self._gfile.exists(url)

    def files(self, directory: str) -> list[str]:
        paths = [os.path.join(directory, name) for name in self._gfile.listdir(directory)]
        return [path for path in paths if not self._gfile.isdir(path)]

    def walk(self, directory: str) -> Iterator[tuple[str, Iterable[str]]]:
        for at, _, names in self._gfile.walk(directory):
            yield at, names

    def size(self, path: str) -> int:
        return self._gfile.stat(path).length

    def read(self, path: str, start: int, stop: int) -> bytes:
        with self._gfile.GFile(path, "rb") as file:
            file.seek(start)
            return file.read(stop - start)


def _with_event_files(root: str, walk: Iterable[tuple[str, Iterable[str]]]) -> list[str]:
    found = [at for at, names in walk if any(MARK in name for name in names)]
    return sorted(os.path.relpath(at, root).replace(os.sep, "/") for at in found)
