"""Memory of processes, from Linux's /proc."""

import contextlib
import pathlib


def descendants(pid: int) -> list[int]:
    """Processes below one, at any depth."""
    parents = {}
    for entry in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # The name in parentheses may hold anything.
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
    found = [pid]
    for parent in found:
        found += [child for child, above in parents.items() if above == parent]
    return found[1:]


def peak(pids: list[int]) -> int:
    """Bytes: each process's largest resident size so far, added up."""
    return sum(_field(pid, "VmHWM") for pid in pids)


def resident(pids: list[int]) -> int:
    """Bytes that are resident now."""
    return sum(_field(pid, "VmRSS") for pid in pids)


def _field(pid: int, name: str) -> int:
    with contextlib.suppress(OSError):
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024
    return 0
