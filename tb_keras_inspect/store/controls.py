"""The steering commands that a run received while it trained."""

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
    """One command, or one breakpoint that was hit.

    Attributes:
        step: The first step that it affected: the one that was about to run.
        wall_time: Seconds since the Unix epoch.
        command: Name of the command, or "breakpoint".
        arguments: The arguments as a JSON object.
        outcome: "done", "refused" or "superseded".
        why: Why the command was refused, or what hit the breakpoint.
        old, new: The changed setting before and after, as text; empty if nothing changed.
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
    """Reads entries as they are written. Thread-safe."""

    def __init__(self, source: Source, problems: Problems):
        self._source, self._problems = source, problems
        self._lock = threading.Lock()
        self._stamp: Stamp | None = None
        self._seen: set[tuple[int, float]] = set()
        self._entries: dict[str, ControlEntry] = {}

    def entries(self, stamp: Stamp) -> list[ControlEntry]:
        """All entries, sorted by step and the order of writing."""
        with self._lock:
            if stamp != self._stamp:
                self._read()
                self._stamp = stamp
            return sorted(self._entries.values(), key=lambda entry: entry.step)

    def _read(self) -> None:
        found = read_or_note(self._source, Kind.CONTROL, self._problems) or NONE
        keys = list(zip(found.steps.tolist(), found.order.tolist(), strict=True))
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
                # A later record of the same step repeats the entries of earlier ones.
                self._entries.setdefault(item.id, _entry(key[0], item))


def _entry(step: int, item: Any) -> ControlEntry:
    time = item.time if math.isfinite(item.time) else 0.0
    texts = (item.command, item.arguments, item.outcome, item.why, item.old, item.new)
    return ControlEntry(step, time, *texts)
