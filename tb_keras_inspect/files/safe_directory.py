"""Files in a directory that others can write to: no link is followed, nothing is read half-written.

Our own, because neither pathlib nor fsspec opens and writes relative to a held directory without
following links: one that another user places there must not lead to the token or to the user's files.
"""

import contextlib
import os
import secrets
import stat

from tb_keras_inspect.files.directory import AnyDirectory

_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)
_AT_ONCE = getattr(os, "O_NONBLOCK", 0)  # a pipe in place of a file must not block
_BINARY = getattr(os, "O_BINARY", 0)
_BY_DESCRIPTOR = {os.open, os.unlink, os.rename, os.mkdir} <= os.supports_dir_fd


class UnsafeError(OSError):
    """What is there is not a plain file or directory."""


class Directory(AnyDirectory):
    """A directory that is held open, so that nobody can replace it with a link meanwhile.

    On systems without file descriptors of directories (Windows) it is checked before each use.

    Args:
        path: The directory, or its name with `inside`. Its last part must not be a link.
        inside: The directory that holds it. Defaults to None.

    Raises:
        OSError: If it cannot be opened.
        UnsafeError: If it is not a directory.
    """

    min_poll_seconds = 0.05  # between two checks for new files

    def __init__(self, path: str, inside: "Directory | None" = None):
        self.path: str = os.path.join(inside.path, path) if inside else path
        parent = None if inside is None else inside._descriptor
        self._descriptor: int | None = None
        if _BY_DESCRIPTOR:
            flags = os.O_RDONLY | os.O_DIRECTORY | _NO_LINKS
            try:
                self._descriptor = os.open(path, flags, dir_fd=parent)
            except (NotADirectoryError, PermissionError, FileNotFoundError):
                raise
            except OSError as error:
                raise UnsafeError(f"{self.path} is a link, not a directory") from error
        elif os.path.islink(self.path) or not os.path.isdir(self.path):
            raise UnsafeError(f"{self.path} is not a directory")

    @classmethod
    def made(cls, path: str, inside: "Directory | None" = None) -> "Directory":
        """Open a directory, and create it if it is missing."""
        with contextlib.suppress(FileExistsError):
            if _BY_DESCRIPTOR:
                os.mkdir(path, 0o777, dir_fd=None if inside is None else inside._descriptor)
            else:
                os.mkdir(os.path.join(inside.path, path) if inside else path)
        return cls(path, inside)

    def subdirectory(self, name: str, create: bool = False) -> "Directory":
        return Directory.made(name, self) if create else Directory(name, self)

    def close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def names(self) -> list[str]:
        return os.listdir(self.path if self._descriptor is None else self._descriptor)

    def has(self, name: str) -> bool:
        try:
            os.close(self._open(name, os.O_RDONLY | _AT_ONCE))
        except OSError:
            return False
        return True

    def read(self, name: str, limit: int) -> bytes:
        try:
            descriptor = self._open(name, os.O_RDONLY | _AT_ONCE)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise UnsafeError(f"{name} cannot be read: {error.strerror}") from error
        with open(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode) or found.st_size > limit:
                raise UnsafeError(f"{name} is not a file of at most {limit} bytes")
            data = file.read(limit + 1)
        if len(data) > limit:
            raise UnsafeError(f"{name} has more than {limit} bytes")
        return data

    def write(self, name: str, data: bytes, mode: int = 0o666, keep: bool = False) -> bool:
        if keep and self.has(name):
            return False
        temporary = f".{name}.{secrets.token_hex(8)}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        try:
            with open(self._open(temporary, flags, mode), "wb") as file:
                file.write(data)
            self._move(temporary, name)
        except BaseException:
            self.remove(temporary)
            raise
        return True

    def remove(self, name: str) -> bool:
        try:
            if self._descriptor is None:
                os.unlink(os.path.join(self.path, name))
            else:
                os.unlink(name, dir_fd=self._descriptor)
        except OSError:
            return False
        return True

    def _open(self, name: str, flags: int, mode: int = 0o666) -> int:
        flags |= _NO_LINKS | _BINARY
        if self._descriptor is not None:
            return os.open(name, flags, mode, dir_fd=self._descriptor)
        path = os.path.join(self.path, name)
        if os.path.islink(path):
            raise UnsafeError(f"{name} is a link")
        return os.open(path, flags, mode)

    def _move(self, source: str, target: str) -> None:
        if self._descriptor is None:
            os.replace(os.path.join(self.path, source), os.path.join(self.path, target))
        else:
            os.rename(source, target, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)
