"""Checks of the callback's options: each returns the value, or raises and says what is accepted."""

import os
from typing import Any


def checked_log_dir(log_dir: Any) -> str:
    """The path as text."""
    if not isinstance(log_dir, (str, os.PathLike)) or not os.fspath(log_dir):
        raise ValueError(
            f"`log_dir` must be a directory's path, not empty. Received: log_dir={log_dir!r}"
        )
    return os.fspath(log_dir)


def checked_every(every: Any) -> int | str:
    """A number of steps, or "auto"."""
    if every == "auto":
        return "auto"
    if isinstance(every, bool) or not isinstance(every, int) or every < 1:
        raise ValueError(
            f"`every` must be 'auto' or a whole number of steps from 1. Received: every={every!r}"
        )
    return every


def checked_whole(name: str, value: Any, least: int) -> int:
    """A whole number, not smaller than `least`."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(
            f"`{name}` must be a whole number from {least}. Received: {name}={value!r}"
        )
    return value


def checked_positive(name: str, value: Any) -> float:
    """A positive, finite number."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not 0 < value < float("inf"):
        raise ValueError(f"`{name}` must be a positive number. Received: {name}={value!r}")
    return float(value)


def checked_flag(name: str, value: Any) -> bool:
    """True or False."""
    if not isinstance(value, bool):
        raise ValueError(f"`{name}` must be True or False. Received: {name}={value!r}")
    return value
