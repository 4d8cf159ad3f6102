"""Opens directories by path or URL."""

import os

from tb_keras_inspect.files.remote_directory import RemoteDirectory
from tb_keras_inspect.files.safe_directory import Directory

AnyDirectory = Directory | RemoteDirectory


def is_remote(path: str) -> bool:
    """Return whether a path is a URL."""
    return "://" in path


def opened(path: str, inside: AnyDirectory | None = None) -> AnyDirectory:
    """Open a directory.

    Args:
        path: A path or URL or, with `inside`, a name.
        inside: The directory that holds it. Defaults to None.

    Raises:
        OSError: If it cannot be opened.
    """
    if isinstance(inside, RemoteDirectory):
        return RemoteDirectory(path, inside)
    if inside is None and is_remote(path):
        return RemoteDirectory(path)
    return Directory(path, inside)


def made(path: str, inside: AnyDirectory | None = None) -> AnyDirectory:
    """Open a directory as `opened` does, and create it if it is missing.

    Raises:
        OSError: If it cannot be created.
    """
    if isinstance(inside, RemoteDirectory):
        return RemoteDirectory.made(path, inside)
    if inside is None and is_remote(path):
        return RemoteDirectory.made(path)
    return Directory.made(path, inside)


def below(directory: str, *names: str) -> str:
    """Return a path below a directory, which may be a URL."""
    if is_remote(directory):
        return "/".join((directory.rstrip("/"), *names))
    return os.path.join(directory, *names)
