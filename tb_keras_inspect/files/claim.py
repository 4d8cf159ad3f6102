"""Reserves a directory for one recording at a time.

Two recordings in one directory would read as a single run whose steps jump back and forth.
"""

import os
import re
from collections.abc import Callable

from filelock import FileLock, Timeout

from tb_keras_inspect.files.locations import below, is_remote, name_of, opened
from tb_keras_inspect.files.safe_directory import is_alone

LOCK_FILE = ".keras_inspect.lock"  # stays in the directory, empty: removing it would be a race
NAME = "run_{:03d}"  # of the subdirectory for the second run in a directory, and so on
MOST_RUNS = 100_000  # in one directory
_NUMBERED = re.compile(r"run_(\d{3,5})$")


class Claim:
    """Reserves a directory until `release` is called or the process ends, even if it is killed.

    A forked child process does not share the reservation.

    Args:
        path: A directory. It is created if it is missing. A URL cannot be locked: it is always free.

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
        self._lock: FileLock | None = None
        if is_remote(path):
            return
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
        if self._lock and os.getpid() == self._owner:  # a forked child shares its parent's lock
            self._lock.release(force=True)


def numbered(log_dir: str) -> list[str]:
    """The subdirectories in which further runs of a directory are recorded, in order."""
    try:
        with opened(log_dir) as directory:
            found = [
                (int(of[1]), of[0]) for name in directory.names() if (of := _NUMBERED.match(name))
            ]
    except OSError:
        return []
    return [path for _, name in sorted(found) if not _is_taken(path := below(log_dir, name))]


def claim(log_dir: str, suits: Callable[[str], bool] = lambda path: True) -> Claim:
    """Claims a directory that is free and suits; else the next subdirectory, `run_002` and so on.

    Args:
        log_dir: The run's directory, or a URL, which cannot be locked.
        suits: Whether a run can be recorded into a directory that is free. A new one always suits.

    Returns:
        The claim, whose `path` may be a subdirectory of `log_dir`.

    Raises:
        OSError: If the directory cannot be created.
    """
    there = numbered(log_dir)
    for path in [log_dir, *there[-1:]]:
        found = Claim(path)
        if found.is_free and suits(path):
            return found
        found.release()
    for number in range(_number(there[-1]) + 1 if there else 2, MOST_RUNS):
        path = below(log_dir, NAME.format(number))
        if not _is_taken(path):
            found = Claim(path)
            if found.is_free:
                break
    return found


def _number(path: str) -> int:
    return int(name_of(path).removeprefix(NAME[:4]))


def _may_be_locked(path: str) -> bool:
    """Whether locking changes no file but the lock: filelock may empty it, also through a hard link."""
    try:
        there = os.lstat(path)
    except OSError:
        return True
    return is_alone(there)


def _is_taken(path: str) -> bool:
    """Whether a link, which may lead anywhere, or a file has the name of a subdirectory."""
    return (
        not is_remote(path)
        and os.path.lexists(path)
        and (os.path.islink(path) or not os.path.isdir(path))
    )
