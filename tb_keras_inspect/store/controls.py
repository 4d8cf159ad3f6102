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

MOST_STEPS = 2**53  # that JSON and the tab can name


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
        given_up: Steps that were given up, as training returned to a state before them; mostly empty.
    """

    step: int
    wall_time: float
    command: str
    arguments: str
    outcome: str
    why: str
    old: str
    new: str
    given_up: range = range(0)


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
    # The end of a step's batches lies behind the step itself; a damaged record may say anything.
    end = min(item.given_up_until, MOST_STEPS)
    return ControlEntry(step, time, *texts, range(min(item.given_up_from, end), end))


class Steered:
    """The part of `RunData` that is about commands, and about what they had training give up."""

    def _read_controls(self, source: Source, problems: Problems) -> None:
        self._controls = ControlsReader(source, problems)
        self._stamps: dict[Kind, Stamp] = {}

    @property
    def controls(self) -> list[ControlEntry]:
        """The steering commands that the run received, sorted by step."""
        stamp = self._stamps.get(Kind.CONTROL)
        return [] if stamp is None else self._controls.entries(stamp)

    @property
    def branches(self) -> list[range]:
        """Steps that were given up, as training returned to a state before them, one range a return.

        What was recorded at these steps is there as at all others. The step after a range went on
        from the state before its first one.

        Example:

        ```python
        table = run.table("gradient")
        for steps in run.branches:  # e.g. range(300, 341)
            table.select("l2")[np.isin(table.steps, steps)]  # of what was given up
        ```
        """
        return [entry.given_up for entry in self.controls if entry.given_up]
