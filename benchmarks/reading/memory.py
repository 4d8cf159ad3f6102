"""Memory and processor time of processes, from Linux's /proc."""

import contextlib
import os
import pathlib
import threading
from collections.abc import Callable

INTERVAL = 0.02  # seconds between two measurements of a `Peak`


def descendants(pid: int) -> list[int]:
    """The descendants of a process."""
    parents = {}
    for entry in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # The name in parentheses may contain anything.
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
    found = [pid]
    for parent in found:
        found += [child for child, above in parents.items() if above == parent]
    return found[1:]


def largest(pid: int) -> int:
    """The largest resident size of a process so far, in bytes."""
    return _field(pid, "VmHWM")


def resident(pids: list[int]) -> int:
    """The current resident size of all processes together, in bytes."""
    return sum(_field(pid, "VmRSS") for pid in pids)


def processor_seconds(pids: list[int]) -> float:
    """The processor time of all processes together so far."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


class Peak:
    """Tracks the memory of several processes together, as a context manager.

    Args:
        pids: The processes.

    Attributes:
        value: The largest resident size so far, in bytes.
    """

    def __init__(self, pids: list[int]):
        self._pids, self.value = pids, 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Peak":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._done.wait(INTERVAL):
            self.value = max(self.value, resident(self._pids))


def wait_until_idle(pids: Callable[[], list[int]], seconds: float = 3.0) -> None:
    """Returns once the processes have been nearly idle for some seconds."""
    pause = threading.Event()
    used = -1.0
    while True:
        now = processor_seconds(pids())
        if used >= 0 and now - used < 0.1 * seconds:
            return
        used = now
        pause.wait(seconds)


def _field(pid: int, name: str) -> int:
    with contextlib.suppress(OSError):
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024
    return 0
