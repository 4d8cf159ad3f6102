"""Reserves a directory for one recording at a time.

Two recordings in one directory would read as a single run whose steps jump back and forth.
"""

import os
import stat

from filelock import FileLock, Timeout

from tb_keras_inspect.files.locations import is_remote

LOCK_FILE = ".keras_inspect.lock"  # stays in the directory, empty: removing it would be a race
MAX_RECORDINGS = 1000  # in one directory, each after the first in a subdirectory of its own


class Claim:
    """Reserves a directory until `release` is called or the process ends, even if it is killed.

    A forked child process does not share the reservation.

    Args:
        path: A local directory. It is created if it is missing.

    Attributes:
        is_free: Whether no other process holds the directory. Also True where that cannot be known, as
            on some network file systems, or where something else has the name of the lock file; but
            False where the lock file is another user's.

    Raises:
        OSError: If the directory cannot be created.
    """

    def __init__(self, path: str):
        self.path = path
        self.is_free = True
        os.makedirs(path, exist_ok=True)
        # Released by any thread; and never a lock file that a crash leaves locked.
        self._lock = FileLock(
            os.path.join(path, LOCK_FILE), thread_local=False, fallback_to_soft=False
        )
        self._owner = os.getpid()
        if not _may_be_locked(self._lock.lock_file):
            return
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            self.is_free = False
        except PermissionError:  # another user's lock file, if there is one
            self.is_free = not os.path.lexists(self._lock.lock_file)
        except (OSError, NotImplementedError):  # a file system without locks
            pass

    def release(self) -> None:
        """Let other processes have the directory. Safe to call twice."""
        if os.getpid() == self._owner:  # a forked child shares the lock of its parent
            self._lock.release(force=True)


def claim(log_dir: str) -> Claim | None:
    """Claim a directory or, if another process holds it, a subdirectory.

    Args:
        log_dir: The run's directory. A URL cannot be claimed.

    Returns:
        The claim, whose `path` may be a subdirectory of `log_dir`; None for a URL.
    """
    if is_remote(log_dir):
        return None
    found = Claim(log_dir)
    for number in range(2, MAX_RECORDINGS):
        if found.is_free:
            break
        below = os.path.join(log_dir, f"process_{number}")
        if not _is_taken(below):
            found = Claim(below)
    return found


def _may_be_locked(path: str) -> bool:
    """Whether locking changes no file but the lock: filelock may empty it, also through a hard link."""
    try:
        there = os.lstat(path)
    except OSError:
        return True
    return stat.S_ISREG(there.st_mode) and there.st_nlink == 1


def _is_taken(path: str) -> bool:
    """Whether a link, which may lead anywhere, or a file has the name of a subdirectory."""
    return os.path.lexists(path) and (os.path.islink(path) or not os.path.isdir(path))
