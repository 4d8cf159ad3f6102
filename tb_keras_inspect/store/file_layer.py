"""Local directories and URLs, read alike."""

import os
from typing import Protocol

from tb_keras_inspect.store.errors import StoreError

MARK = "tfevents"  # TensorBoard takes every file with this in its name for an event file


class FileLayer(Protocol):
    """What reading event files needs of a file system."""

    def event_files(self, directory: str) -> list[str]:
        """Paths of the event files right in a directory, sorted by name."""

    def size(self, path: str) -> int:
        """Bytes."""

    def read(self, path: str, start: int, stop: int) -> bytes:
        """Bytes `start` to `stop`, fewer where the file ends before."""


class LocalFiles:
    """The operating system's files."""

    def event_files(self, directory: str) -> list[str]:
        try:
            names = sorted(entry.name for entry in os.scandir(directory) if entry.is_file())
        except OSError as error:
            raise StoreError(f"Cannot read {directory!r}: {error.strerror}") from error
        return [os.path.join(directory, name) for name in names if MARK in name]

    def size(self, path: str) -> int:
        return os.path.getsize(path)

    def read(self, path: str, start: int, stop: int) -> bytes:
        with open(path, "rb") as file:
            file.seek(start)
            return file.read(stop - start)


class FsspecFiles:
    """Whatever fsspec opens."""

    def __init__(self, url: str):
        import fsspec

        self._system, _ = fsspec.core.url_to_fs(url)

    def event_files(self, directory: str) -> list[str]:
        self._system.invalidate_cache()
        try:
            found = self._system.ls(self._system._strip_protocol(directory), detail=True)
        except (OSError, ValueError) as error:
            raise StoreError(f"Cannot read {directory!r}: {error}") from error
        paths = [item["name"] for item in found if item["type"] == "file"]
        return sorted(path for path in paths if MARK in path.rsplit("/", 1)[-1])

    def size(self, path: str) -> int:
        return self._system.info(path)["size"]

    def read(self, path: str, start: int, stop: int) -> bytes:
        return self._system.cat_file(path, start=start, end=stop)


def file_layer(path: str) -> FileLayer:
    """The file system of a path.

    Raises:
        StoreError: when what the URL needs is not installed.
    """
    if "://" not in path:
        return LocalFiles()
    try:
        return FsspecFiles(path)
    except (ImportError, ValueError) as error:
        raise StoreError(f"Cannot open {path!r}: {error}") from error
