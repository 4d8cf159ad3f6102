"""What the files behind a URL offer, whichever library opens them."""

from typing import Any, Protocol


class NewFile(Protocol):
    """A file that is being written."""

    @property
    def is_full(self) -> bool:
        """Whether it is better to go on in another file."""

    @property
    def due_seconds(self) -> float | None:
        """Seconds until `flush` should be called; None if everything written can be read."""

    def write(self, data: bytes) -> Any:
        """Append to the file, and flush as far as the file system allows."""

    def flush(self) -> None:
        """Have readers see what was written."""

    def close(self) -> None:
        """Flush and close the file."""


class RemoteFiles(Protocol):
    """One file system. Paths are URLs; every failure is an OSError.

    Attributes:
        sizes: Bytes of the files that `files` has just listed, where the listing says so.
    """

    sizes: dict[str, int]

    def names(self, directory: str) -> list[str]:
        """List the names in a directory."""

    def files(self, directory: str) -> list[str]:
        """List the paths of the files in a directory."""

    def walk(self, directory: str) -> list[tuple[str, list[str]]]:
        """List the directories below a directory, itself included, with the names of their files.

        What is missing is left out; a directory that cannot be read is an error.
        """

    def size(self, path: str) -> int:
        """Return the size of a file in bytes."""

    def changed(self, path: str) -> float:
        """Return when a file was last written, in seconds by the clock of the file system."""

    def read(self, path: str, start: int = 0, stop: int | None = None) -> bytes:
        """Return the bytes `start` to `stop` of a file, fewer if it ends before; by default all."""

    def write(self, path: str, data: bytes) -> None:
        """Write a whole file."""

    def create(self, path: str) -> NewFile:
        """Create a file to append to."""

    def move(self, source: str, target: str) -> None:
        """Move a file, replacing `target`."""

    def remove(self, path: str) -> None:
        """Remove a file."""

    def make(self, directory: str) -> None:
        """Create a directory and those above it, where the file system has directories."""
