"""Opens directories by path or URL."""

import os
import re

from tb_keras_inspect.files.directory import AnyDirectory
from tb_keras_inspect.files.remote_directory import RemoteDirectory
from tb_keras_inspect.files.safe_directory import Directory


def is_remote(path: str) -> bool:
    """Return whether a path is a URL."""
    return "://" in path


def opened(path: str) -> AnyDirectory:
    """Open a directory, given by its path or URL.

    Raises:
        OSError: If it cannot be opened.
    """
    return RemoteDirectory(path) if is_remote(path) else Directory(path)


def made(path: str) -> AnyDirectory:
    """Open a directory as `opened` does, and create it if it is missing.

    Raises:
        OSError: If it cannot be created.
    """
    return RemoteDirectory.made(path) if is_remote(path) else Directory.made(path)


def name_of(path: str) -> str:
    """Return the last part of a path or URL."""
    return re.split(r"[/\\]", path)[-1]


def below(directory: str, *names: str) -> str:
    """Return a path below a directory, which may be a URL."""
    if is_remote(directory):
        return "/".join((directory.rstrip("/"), *names))
    return os.path.join(directory, *names)
