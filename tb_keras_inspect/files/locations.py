"""Opens directories of control files, wherever they are."""

import os

from tb_keras_inspect.files.remote_directory import RemoteDirectory
from tb_keras_inspect.files.safe_directory import Directory

AnyDirectory = Directory | RemoteDirectory


def is_remote(path: str) -> bool:
    """Whether it is a URL."""
    return "://" in path


def opened(path: str, inside: AnyDirectory | None = None) -> AnyDirectory:
    """A directory.

    Raises:
        OSError: when it cannot be opened.
    """
    if isinstance(inside, RemoteDirectory):
        return RemoteDirectory(path, inside)
    if inside is None and is_remote(path):
        return RemoteDirectory(path)
    return Directory(path, inside)


def made(path: str, inside: AnyDirectory | None = None) -> AnyDirectory:
    """A directory, made where it is missing.

    Raises:
        OSError: when it cannot be.
    """
    if isinstance(inside, RemoteDirectory):
        return RemoteDirectory.made(path, inside)
    if inside is None and is_remote(path):
        return RemoteDirectory.made(path)
    return Directory.made(path, inside)


def below(directory: str, *names: str) -> str:
    """A path below a directory, which may be a URL."""
    if is_remote(directory):
        return "/".join((directory.rstrip("/"), *names))
    return os.path.join(directory, *names)
