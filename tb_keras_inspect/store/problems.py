"""What could not be read of a run: counted, and the first few named by step."""

import threading

SHOWN = 5  # steps named per kind of problem
KINDS_OF_PROBLEM = 50  # hostile files must not fill the memory with texts


class Problems:
    """Collects skipped records. Thread-safe."""

    def __init__(self):
        self._lock = threading.Lock()
        self._steps: dict[tuple[str, str], list[int]] = {}
        self._counts: dict[tuple[str, str], int] = {}

    def add(self, where: str, reason: str, step: int | None = None) -> None:
        """Counts one problem.

        Args:
            where: The kind of record, or the file.
            reason: Why it cannot be used.
            step: The record's step.
        """
        key = (where, reason)
        with self._lock:
            if key not in self._counts and len(self._counts) >= KINDS_OF_PROBLEM:
                key = ("other records", "more kinds of problem than are listed")
            self._counts[key] = self._counts.get(key, 0) + 1
            steps = self._steps.setdefault(key, [])
            if step is not None and len(steps) < SHOWN:
                steps.append(int(step))

    def texts(self) -> list[str]:
        """One line per kind of problem, in the order of first sight."""
        with self._lock:
            return [self._text(key, count) for key, count in self._counts.items()]

    def _text(self, key: tuple[str, str], count: int) -> str:
        where, reason = key
        steps = self._steps[key]
        at = f" at step {', '.join(map(str, steps))}" if steps else ""
        more = " and others" if steps and count > len(steps) else ""
        counted = f" ({count} records skipped)" if count > 1 else ""
        return f"{where}{at}{more}: {reason}{counted}"
