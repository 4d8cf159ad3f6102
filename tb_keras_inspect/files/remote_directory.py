"""A directory behind a URL, with the methods of `safe_directory.Directory`."""

import secrets

from tb_keras_inspect.files.directory import AnyDirectory
from tb_keras_inspect.files.remote_files import (
    OBJECT_STORES,
    remote_files,
    scheme_of,
)
from tb_keras_inspect.files.remote_interface import RemoteFiles
from tb_keras_inspect.files.safe_directory import UnsafeError


class RemoteDirectory(AnyDirectory):
    """A directory where there are neither links nor permissions to guard against.

    Args:
        path: A URL or, inside another directory, a name. A directory that is missing is empty.
        inside: The directory that holds it.
    """

    min_poll_seconds = 0.3  # between two requests: each takes time, and may cost money

    def __init__(self, path: str, inside: "RemoteDirectory | None" = None):
        self.path: str = f"{inside.path}/{path}" if inside else path.rstrip("/")
        self._files: RemoteFiles = inside._files if inside else remote_files(self.path)
        # On an object store a reader sees a whole object or none; a file is written, then moved.
        self._moves = scheme_of(self.path) not in OBJECT_STORES

    @classmethod
    def made(cls, path: str, inside: "RemoteDirectory | None" = None) -> "RemoteDirectory":
        """Open a directory, and create it if it is missing."""
        directory = cls(path, inside)
        directory._files.make(directory.path)
        return directory

    def subdirectory(self, name: str, create: bool = False) -> "RemoteDirectory":
        return RemoteDirectory.made(name, self) if create else RemoteDirectory(name, self)

    def close(self) -> None:
        pass

    def names(self) -> list[str]:
        try:
            return self._files.names(self.path)
        except FileNotFoundError:
            return []

    def files(self, limit: int) -> list[str]:
        try:
            paths = self._files.files(self.path)
        except FileNotFoundError:
            return []
        return sorted(path.rsplit("/", 1)[-1] for path in paths[:limit])

    def has(self, name: str) -> bool:
        try:
            self._files.size(self._of(name))
        except OSError:
            return False
        return True

    def read(self, name: str, limit: int) -> bytes:
        if self._files.size(self._of(name)) > limit:
            raise UnsafeError(f"{name} has more than {limit} bytes")
        return self._files.read(self._of(name))

    def write(self, name: str, data: bytes, mode: int = 0o666, keep: bool = False) -> bool:
        if keep and self.has(name):
            return False
        if not self._moves:
            self._files.write(self._of(name), data)
            return True
        temporary = f".{name}.{secrets.token_hex(8)}"
        try:
            self._files.write(self._of(temporary), data)
            self._files.move(self._of(temporary), self._of(name))
        except BaseException:
            self.remove(temporary)
            raise
        return True

    def copy_in(self, name: str, path: str) -> None:
        with open(path, "rb") as file:
            self.write(name, file.read())

    def remove(self, name: str) -> bool:
        if not self.has(name):
            return False
        try:
            self._files.remove(self._of(name))
        except OSError:
            return False
        return True

    def _of(self, name: str) -> str:
        return f"{self.path}/{name}"
