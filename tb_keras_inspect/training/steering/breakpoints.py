"""The breakpoints of one fit, and which of them have been reached."""

import dataclasses
import itertools
import math
import threading
from collections.abc import Mapping
from typing import Any

from tb_keras_inspect import records
from tb_keras_inspect.catalog.commands import CommandError
from tb_keras_inspect.diagnosis import PROBLEMS
from tb_keras_inspect.diagnosis.finding import Finding
from tb_keras_inspect.records import Kind
from tb_keras_inspect.training.samples.sample import Sample
from tb_keras_inspect.training.steering.sample_rows import SampleRows

MAX_BREAKPOINTS = 100
FINDING, STATISTIC, STEP, NONFINITE = "finding", "statistic", "step", "nonfinite"


@dataclasses.dataclass(frozen=True)
class Breakpoint:
    """A condition at which training pauses.

    Attributes:
        number: Identifies it for removal.
        kind: "finding", "statistic", "step" or "nonfinite".
        arguments: Arguments of the command that added it.
    """

    number: int
    kind: str
    arguments: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return it as the state file has it."""
        return {"number": self.number, "kind": self.kind, "text": str(self), **self.arguments}

    def __str__(self) -> str:
        given = self.arguments
        if self.kind == FINDING:
            return f"finding {given['problem']}"
        if self.kind == STEP:
            return f"step {given['step']}"
        if self.kind == NONFINITE:
            return "any value that is not finite"
        row = f" of {given['name']}" if given["name"] else ""
        return f"{given['table']} {given['statistic']}{row} {given['side']} {given['value']:g}"


class Breakpoints:
    """All breakpoints of one fit.

    `on_sample` runs on the recorder's thread, everything else on the training thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._all: dict[int, Breakpoint] = {}
        self._reached: list[tuple[Breakpoint, str]] = []
        self._rows = SampleRows()
        self._newest: tuple[int, str] = -1, ""  # step of the newest sample, and what it reached

    @property
    def checks_every_step(self) -> bool:
        """Whether each step has to be checked before it counts."""
        return bool(self._all) and any(item.kind == NONFINITE for item in self.items())

    @property
    def next_stop(self) -> float:
        """The first step with a breakpoint; infinity if there is none."""
        steps = (item.arguments["step"] for item in self.items() if item.kind == STEP)
        return min(steps, default=math.inf)

    def items(self) -> list[Breakpoint]:
        """Return all breakpoints."""
        return list(self._all.values())

    def as_list(self) -> list[dict[str, Any]]:
        """Return all breakpoints as the state file has them."""
        return [item.as_dict() for item in self.items()]

    def add(self, kind: str, arguments: Mapping[str, Any], step: int) -> Breakpoint:
        """Add a breakpoint, or return the equal one that exists.

        Args:
            kind: Kind of the breakpoint.
            arguments: Arguments of the command.
            step: The step that is about to run.

        Raises:
            CommandError: If it can never be reached.
        """
        if len(self._all) >= MAX_BREAKPOINTS:
            raise CommandError(f"There are {MAX_BREAKPOINTS} breakpoints: remove one first")
        if kind == FINDING and arguments["problem"] not in PROBLEMS:
            raise CommandError(f"Problems are {', '.join(PROBLEMS)}")
        if kind == STEP and arguments["step"] <= step:
            raise CommandError(f"The next step is {step}: a breakpoint must lie after it")
        with self._lock:
            if kind == STATISTIC:
                self._rows.check(
                    Kind(arguments["table"]), arguments["name"], arguments["statistic"]
                )
            for item in self._all.values():
                if (item.kind, item.arguments) == (kind, arguments):
                    return item
            item = Breakpoint(next(self._numbers), kind, dict(arguments))
            self._all[item.number] = item
        return item

    def remove(self, number: int) -> Breakpoint:
        """Remove a breakpoint.

        Raises:
            CommandError: If it does not exist.
        """
        with self._lock:
            if number not in self._all:
                raise CommandError(f"There is no breakpoint {number}. There are: {[*self._all]}")
            return self._all.pop(number)

    def pop_reached(self, step: int) -> list[tuple[Breakpoint, str]]:
        """Remove and return the breakpoints that were reached, each with what reached it."""
        with self._lock:
            reached, self._reached = self._reached, []
            for item in self.items():
                if item.kind == STEP and item.arguments["step"] <= step:
                    reached.append((self._all.pop(item.number), ""))
        return reached

    def is_reached(self, step: int) -> bool:
        """Return whether a breakpoint is reached before a step."""
        if not self._all:  # asked before each step
            return bool(self._reached)
        return bool(self._reached) or any(
            item.kind == STEP and item.arguments["step"] <= step for item in self.items()
        )

    def on_finding(self, finding: Finding) -> None:
        """Handle a finding of the live diagnosis."""
        with self._lock:
            for item in self.items():
                if item.kind == FINDING and item.arguments["problem"] == finding.problem:
                    self._reached.append((self._all.pop(item.number), finding.title))

    def on_sample(self, sample: Sample) -> None:
        """Handle what was recorded. Never raises."""
        with self._lock:
            tables, crossed = self._rows.read(sample), []
            for item in self.items():
                if item.kind == STATISTIC and (value := self._crossed(item, tables)):
                    reached = f"{value} at step {sample.step}"
                    self._reached.append((self._all.pop(item.number), reached))
                    crossed.append(f"{item}: {value}")
            self._newest = sample.step, "; ".join(crossed)

    def reached_in(self, sample: Sample) -> str:
        """The breakpoints that a sample has reached, as text; the last one that was handled."""
        step, text = self._newest
        return text if step == sample.step else ""

    def _crossed(self, item: Breakpoint, tables: Mapping[Kind, records.DecodedTable]) -> str:
        given = item.arguments
        value = self._rows.value_in(tables, Kind(given["table"]), given["name"], given["statistic"])
        if value is None:
            return ""
        over = value > given["value"] if given["side"] == "above" else value < given["value"]
        return f"{value:g}" if over else ""
