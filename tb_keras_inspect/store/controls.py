"""What was commanded while a run trained."""

import dataclasses
import math
import threading
from typing import Any

from tb_keras_inspect import records
from tb_keras_inspect.records import Kind, RecordError
from tb_keras_inspect.store.problems import Problems
from tb_keras_inspect.store.sources.source import (
    NONE,
    Source,
    Stamp,
    read_or_note,
)


@dataclasses.dataclass(frozen=True)
class ControlEntry:
    """One command, or a breakpoint that was reached.

    Attributes:
        step: The step that was about to run: the first one with its effect.
        wall_time: Seconds since 1970.
        command: Its name, or "breakpoint".
        arguments: A JSON object, as text.
        outcome: "done", "refused" or "superseded".
        why: Why it was refused; what reached the breakpoint.
        old, new: What was changed, before and after, in words; empty where nothing was.
    """

    step: int
    wall_time: float
    command: str
    arguments: str
    outcome: str
    why: str
    old: str
    new: str


class ControlsReader:
    """Reads the entries as they come. Thread-safe."""

    def __init__(self, source: Source, problems: Problems):
        self._source, self._problems = source, problems
        self._lock = threading.Lock()
        self._stamp: Stamp | None = None
        self._seen: set[tuple[int, float]] = set()
        self._entries: dict[str, ControlEntry] = {}

    def entries(self, stamp: Stamp) -> list[ControlEntry]:
        """All entries, by step and time."""
        with self._lock:
            if stamp != self._stamp:
                self._read()
                self._stamp = stamp
            return sorted(self._entries.values(), key=lambda entry: (entry.step, entry.wall_time))

    def _read(self) -> None:
        found = read_or_note(self._source, Kind.CONTROL, self._problems) or NONE
        keys = list(zip(found.steps.tolist(), found.wall_times.tolist(), strict=True))
        for index, key in enumerate(keys):
            if key in self._seen:
                continue
            self._seen.add(key)
            try:
                record = records.decode_control(found.read(index, 0))
            except RecordError as error:
                self._problems.add(Kind.CONTROL.value, str(error), *key)
                continue
            for item in record.entries:
                # A later record of the same step repeats what the ones before it have.
                self._entries.setdefault(item.id, _entry(key[0], item))


def _entry(step: int, item: Any) -> ControlEntry:
    time = item.time if math.isfinite(item.time) else 0.0
    texts = (item.command, item.arguments, item.outcome, item.why, item.old, item.new)
    return ControlEntry(step, time, *texts)
