"""The fits of this process: which run under way, and where each model has been recorded."""

import contextlib
import dataclasses
import os
import sys
import threading
import weakref
from collections.abc import Callable
from typing import Any

from tb_keras_inspect.files.locations import is_remote
from tb_keras_inspect.training.hooks.fit_call import frames_with
from tb_keras_inspect.training.recorder import Recorder


@dataclasses.dataclass(frozen=True)
class _Fit:
    """A fit that is recorded."""

    root: str
    model: Callable[[], Any]  # None once the model is gone
    thread: int
    is_loop: bool  # the user's own, which is not seen on the stack


# An interrupted fit may be gone while its recorder still waits for more.
_open: "weakref.WeakKeyDictionary[Recorder, _Fit]" = weakref.WeakKeyDictionary()
# A model to root and directory of its run, and the step it got to.
_runs: "weakref.WeakKeyDictionary[Any, dict[str, tuple[str, int]]]" = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def make_way(root: str, model: Any) -> None:
    """Closes the recorders of fits that are over, and of the same model: one is enough.

    A fit that ends with an exception, as a tuner's trial that is pruned, cannot close its own. That a
    user's own loop is over is assumed only if another fit begins in its directory.

    Args:
        root: The directory asked for.
        model: The model whose fit begins.
    """
    here = identity(root)
    with _lock:
        found = list(_open.items())
    for recorder, fit in found:
        is_over = not is_under_way(fit.model(), fit.thread)
        is_here = fit.root == here
        may_go_on = fit.is_loop or recorder.is_resting
        if (is_over and (is_here or not may_go_on)) or (is_here and fit.model() is model):
            closed(recorder)
            recorder.stop(
                "a callback that began later in this process records into the same directory"
            )


def opened(recorder: Recorder, root: str, model: Any) -> None:
    """A fit is recorded, on this thread, until `closed`."""
    thread = threading.get_ident()
    fit = _Fit(identity(root), weakref.ref(model), thread, not is_under_way(model, thread))
    with _lock:
        _open[recorder] = fit


def closed(recorder: Any) -> None:
    """A fit is recorded no longer. Safe to call twice."""
    with _lock:
        _open.pop(recorder, None)


def is_under_way(model: Any, thread: int) -> bool:
    """Whether a model is in a fit on a thread; an interrupted one never says that it has ended."""
    if model is None:
        return False
    found = frames_with("self", sys._current_frames().get(thread))
    return any(frame.f_locals.get("self") is model for frame in found)


def recorded(model: Any, where: str) -> tuple[str | None, int]:
    """Where this process has recorded a model, asked for the same directory, and the step it got to.

    Args:
        model: The model.
        where: The `identity` of the directory.

    Returns:
        (None, 0) where it has not.
    """
    with contextlib.suppress(TypeError):  # a user's model that cannot be hashed
        return _runs.get(model, {}).get(where, (None, 0))
    return None, 0


def note(model: Any, where: str, path: str, next_step: int) -> None:
    """Remembers that for `recorded`."""
    with contextlib.suppress(TypeError):
        _runs.setdefault(model, {})[where] = (path, next_step)


def identity(root: str) -> str:
    """The same for all names of a directory."""
    return root if is_remote(root) else os.path.realpath(root)
