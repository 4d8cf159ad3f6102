"""What every directory offers, local or remote."""

import abc
from typing import Any


class AnyDirectory(abc.ABC):
    """A directory whose files are read and written as a whole. A context manager that closes it.

    Attributes:
        path: A path or URL.
        min_poll_seconds: Shortest time between two checks for new files.
    """

    path: str
    min_poll_seconds: float

    def __enter__(self) -> "AnyDirectory":
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()

    @abc.abstractmethod
    def subdirectory(self, name: str, create: bool = False) -> "AnyDirectory":
        """Open a directory inside this one.

        Args:
            name: Its name.
            create: Create it if it is missing.

        Raises:
            OSError: If it cannot be opened or created.
        """

    @abc.abstractmethod
    def close(self) -> None:
        """Release the directory. Safe to call twice."""

    @abc.abstractmethod
    def names(self) -> list[str]:
        """List the names in the directory."""

    @abc.abstractmethod
    def files(self, limit: int) -> list[str]:
        """List the names of what is no directory, oldest first where the file system tells.

        Args:
            limit: How many entries of the directory to look at. The names of the others are left out.
        """

    @abc.abstractmethod
    def has(self, name: str) -> bool:
        """Return whether there is such a file."""

    @abc.abstractmethod
    def read(self, name: str, limit: int) -> bytes:
        """Read a file of at most `limit` bytes.

        Raises:
            FileNotFoundError: If there is none.
            UnsafeError: If it is not a plain file, or is too large.
        """

    @abc.abstractmethod
    def write(self, name: str, data: bytes, mode: int = 0o666, keep: bool = False) -> bool:
        """Write a file in one step: a reader sees all of it or nothing.

        Args:
            name: Name of the file.
            data: Its contents.
            mode: Its permissions, less the process's umask, where there are permissions.
            keep: Keep a file that already exists.

        Returns:
            Whether the file was written.
        """

    @abc.abstractmethod
    def copy_in(self, name: str, path: str) -> None:
        """Write a copy of a local file, in one step as `write` does.

        Args:
            name: Name of the copy.
            path: The local file.
        """

    @abc.abstractmethod
    def remove(self, name: str) -> bool:
        """Remove a file. Return whether it was there."""
