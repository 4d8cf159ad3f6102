"""Unreadable records of a run: how many, why, and the first few steps."""

import threading

SHOWN = 5  # steps named per kind of problem
REASONS = 50  # most distinct reasons: a hostile file must not fill the memory with text
REMEMBERED = 100_000  # records remembered, so that one read twice counts once


class Problems:
    """Collects skipped records. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._notes: list[str] = []
        self._seen: set[tuple[str, int, float]] = set()
        self._steps: dict[tuple[str, str], list[int]] = {}
        self._counts: dict[tuple[str, str], int] = {}

    def add(self, where: str, reason: str, step: int, order: float) -> None:
        """Counts a skipped record, once.

        Args:
            where: Kind of the record.
            reason: Why the record is unusable.
            step: Step of the record.
            order: Its place among all records; distinguishes it from others of that step.
        """
        with self._lock:
            record = (where, int(step), float(order))
            if record in self._seen:
                return
            if len(self._seen) < REMEMBERED:
                self._seen.add(record)
            self._count((where, reason), int(step))

    def note(self, text: str) -> None:
        """Adds a line of text, once."""
        with self._lock:
            if text not in self._notes and len(self._notes) < REASONS:
                self._notes.append(text)

    def texts(self) -> list[str]:
        """One line per kind of record and reason, in the order in which they appeared."""
        with self._lock:
            counted = [self._text(key, count) for key, count in self._counts.items()]
            return [*self._notes, *counted]

    def _count(self, key: tuple[str, str], step: int) -> None:
        if key not in self._counts and len(self._counts) >= REASONS:
            key = ("other kinds", "further reasons are not listed")
        self._counts[key] = self._counts.get(key, 0) + 1
        steps = self._steps.setdefault(key, [])
        if len(steps) < SHOWN:
            steps.append(step)

    def _text(self, key: tuple[str, str], count: int) -> str:
        where, reason = key
        steps = ", ".join(map(str, self._steps[key]))
        more = ", ..." if count > SHOWN else ""
        records = "1 record" if count == 1 else f"{count} records"
        return f"{where}: {records} skipped (step {steps}{more}): {reason}"
