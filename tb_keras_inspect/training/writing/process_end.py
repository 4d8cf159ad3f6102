"""What open recorders do when the process ends or forks."""

import atexit
import os
import threading
import weakref
from typing import Protocol

from tb_keras_inspect.files.locations import is_remote

UPLOAD_SECONDS = 60.0  # how long the end waits for an object store


class OpenRecorder(Protocol):
    """A `recorder.Recorder`."""

    log_dir: str

    def close(self, wait_seconds: float) -> bool: ...
    def flush(self, wait_seconds: float) -> None: ...
    def end_rest(self) -> None: ...


recorders: "weakref.WeakSet[OpenRecorder]" = weakref.WeakSet()  # that are open


@atexit.register
def _close_all() -> None:
    """Closes what is open: a fit that ended with an exception never reaches `on_train_end`."""
    for recorder in list(recorders):
        recorder.close(wait_seconds=5.0)


def _upload_all() -> None:
    for recorder in list(recorders):
        if is_remote(recorder.log_dir):
            recorder.flush(wait_seconds=UPLOAD_SECONDS)


# Before `atexit`: fsspec looks up hosts in an executor, and those end first.
getattr(threading, "_register_atexit", atexit.register)(_upload_all)


def _end_rests() -> None:
    for recorder in list(recorders):
        recorder.end_rest()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_end_rests)  # the child may record there; it has no such thread
