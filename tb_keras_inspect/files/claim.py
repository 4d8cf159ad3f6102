"""Whose a run's directory is: two trainings in one would read as one that jumps back and forth."""

import contextlib
import errno
import os
import weakref

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

MOST = 1000  # trainings in one directory, each in a directory of its own below it
_BUSY = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES)
_held: "weakref.WeakSet[Claim]" = weakref.WeakSet()


class Claim:
    """Holds a directory for one recording, until it is released or its process ends, however it ends.

    Args:
        path: A local directory; made when missing.

    Attributes:
        is_free: Whether no other process holds it. True as well where that cannot be known: on
            Windows, and on file systems without locks.

    Raises:
        OSError: when the directory cannot be made or read.
    """

    def __init__(self, path: str):
        self.path = path
        self.is_free = True
        self._descriptor = -1
        os.makedirs(path, exist_ok=True)
        if fcntl is None:
            return
        self._descriptor = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.is_free = error.errno not in _BUSY
            self.release()
            return
        _held.add(self)

    def release(self) -> None:
        """Lets others have it. Safe to call twice."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            with contextlib.suppress(OSError):
                os.close(descriptor)
        _held.discard(self)


def claim(log_dir: str) -> Claim | None:
    """Holds a directory or, where another process does, one of its own below it.

    Args:
        log_dir: The run's directory. A URL cannot be held.

    Returns:
        The claim, whose `path` may be below `log_dir`; None for a URL.
    """
    if "://" in log_dir:
        return None
    found = Claim(log_dir)
    for number in range(2, MOST):
        if found.is_free:
            break
        found = Claim(os.path.join(log_dir, f"process_{number}"))
    return found


def _forget() -> None:
    """A forked process shares the lock: its parent's end would not free the directory."""
    for item in list(_held):
        item.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
