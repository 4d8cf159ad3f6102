"""The fits of this process: which run under way, and where each model has been recorded."""

import contextlib
import os
import sys
import threading
import weakref
from typing import Any, Protocol

from tb_keras_inspect.files.locations import is_remote


class Fit(Protocol):
    """A fit that is recorded.

    Attributes:
        root: The directory asked for.
        model: The model.
        thread: Identifier of the thread on which it began.
    """

    root: str
    model: Any
    thread: int

    def give_way(self) -> None:
        """Ends the recording: another one of this process takes its place."""


_open: "weakref.WeakSet[Fit]" = weakref.WeakSet()
# A model to root and directory of its run.
_runs: "weakref.WeakKeyDictionary[Any, dict[str, tuple[str, int]]]" = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def begin(fit: Fit) -> None:
    """A fit begins; those before it that are over but left open, or of the same model, give way."""
    root = _identity(fit.root)
    with _lock:
        others = [other for other in _open if _identity(other.root) == root]
    for other in others:
        if other.model is fit.model or not is_under_way(other):
            end(other)
            other.give_way()
    with _lock:
        _open.add(fit)


def end(fit: Fit) -> None:
    """A fit ends. Safe to call twice."""
    with _lock:
        _open.discard(fit)


def is_under_way(fit: Fit) -> bool:
    """Whether a fit is still running; one that was interrupted never says that it has ended."""
    frame = sys._current_frames().get(fit.thread)
    while frame is not None:
        if frame.f_locals.get("self") is fit.model:
            return True
        frame = frame.f_back
    return False


def recorded(model: Any, root: str) -> tuple[str | None, int]:
    """Where this process has recorded a model, asked for the same directory, and the step it got to.

    Returns:
        (None, 0) where it has not.
    """
    with contextlib.suppress(TypeError):  # a user's model that cannot be hashed
        return _runs.get(model, {}).get(_identity(root), (None, 0))
    return None, 0


def note(model: Any, root: str, path: str, next_step: int) -> None:
    """Remembers that for `recorded`."""
    with contextlib.suppress(TypeError):
        _runs.setdefault(model, {})[_identity(root)] = (path, next_step)


def _identity(root: str) -> str:
    return root if is_remote(root) else os.path.realpath(root)
