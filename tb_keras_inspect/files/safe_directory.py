"""Files in a directory that others can write to: no link is followed, nothing is read half-written.

Our own, because neither pathlib nor fsspec opens and writes relative to a held directory without
following links: one that another user places there must not lead to the token or to the user's files.
"""

import contextlib
import itertools
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from typing import BinaryIO

from tb_keras_inspect.files.directory import AnyDirectory

_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)
_AT_ONCE = getattr(os, "O_NONBLOCK", 0)  # a pipe in place of a file must not block
_NO_TERMINAL = getattr(os, "O_NOCTTY", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_BY_DESCRIPTOR = {os.open, os.unlink, os.rename, os.mkdir} <= os.supports_dir_fd


class UnsafeError(OSError):
    """What is there is not a plain file or directory."""


def is_alone(there: os.stat_result) -> bool:
    """Return whether a path is a file without another name: writing to it changes nothing else."""
    return stat.S_ISREG(there.st_mode) and there.st_nlink == 1


def open_plain(path: str, inside: int | None = None, follow_links: bool = False) -> BinaryIO:
    """Open a file to read, whatever has been put in its place.

    Args:
        path: The file, or its name with `inside`.
        inside: Descriptor of the directory that holds it. Defaults to None.
        follow_links: Also open the file that a link leads to. Defaults to False.

    Raises:
        OSError: If it cannot be opened.
        UnsafeError: If it is not a plain file. Nothing stays open.
    """
    # Looked at first, because opening a device may already do something.
    _check_is_plain(path, os.stat(path, dir_fd=inside, follow_symlinks=follow_links))
    flags = os.O_RDONLY | _AT_ONCE | _NO_TERMINAL | _BINARY | (0 if follow_links else _NO_LINKS)
    descriptor = os.open(path, flags, dir_fd=inside)
    try:
        _check_is_plain(path, os.fstat(descriptor))
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _check_is_plain(path: str, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise UnsafeError(f"{os.path.basename(path)} is not a plain file")


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

    def files(self, limit: int) -> list[str]:
        found = []
        with os.scandir(self.path if self._descriptor is None else self._descriptor) as entries:
            for entry in itertools.islice(entries, limit):
                with contextlib.suppress(OSError):  # it has just been removed
                    if not entry.is_dir(follow_symlinks=False):
                        changed = entry.stat(follow_symlinks=False).st_mtime_ns
                        found.append((changed, entry.name))
        return [name for _, name in sorted(found)]

    def has(self, name: str) -> bool:
        try:
            if self._descriptor is None:
                found = os.lstat(os.path.join(self.path, name))
            else:
                found = os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
        except OSError:
            return False
        return stat.S_ISREG(found.st_mode)

    def read(self, name: str, limit: int) -> bytes:
        path = name if self._descriptor is not None else os.path.join(self.path, name)
        try:
            with open_plain(path, self._descriptor) as file:
                data = file.read(limit + 1)
        except (FileNotFoundError, UnsafeError):
            raise
        except OSError as error:
            raise UnsafeError(f"{name} cannot be read: {error.strerror}") from error
        if len(data) > limit:
            raise UnsafeError(f"{name} is not a file of at most {limit} bytes")
        return data

    def write(self, name: str, data: bytes, mode: int = 0o666, keep: bool = False) -> bool:
        if keep and self.has(name):
            return False
        with self._new(name, mode) as file:
            file.write(data)
        return True

    def copy_in(self, name: str, path: str) -> None:
        with open(path, "rb") as source, self._new(name) as file:
            shutil.copyfileobj(source, file, 1 << 20)

    @contextlib.contextmanager
    def _new(self, name: str, mode: int = 0o666) -> Iterator[BinaryIO]:
        """A file that takes its name, and the place of what has it, when all is written."""
        temporary = f".{name}.{secrets.token_hex(8)}"
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            with os.fdopen(self._open(temporary, flags, mode), "wb") as file:
                yield file
            self._move(temporary, name)
        except BaseException:
            self.remove(temporary)
            raise

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
