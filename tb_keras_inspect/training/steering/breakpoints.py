"""Breakpoints: which there are, and which of them what is recorded has reached."""

import dataclasses
import itertools
import math
import threading
from collections.abc import Iterable, Mapping
from typing import Any

from tb_keras_inspect import records
from tb_keras_inspect.catalog.commands import CommandError
from tb_keras_inspect.diagnosis import PROBLEMS
from tb_keras_inspect.diagnosis.finding import Finding
from tb_keras_inspect.records import TAG_PREFIX, Kind, RecordError

MAX_BREAKPOINTS = 100
FINDING, STATISTIC, STEP, NONFINITE = "finding", "statistic", "step", "nonfinite"
# Of a step's tables, in the order in which a step computes them: the first is where it began.
_ORDER = (Kind.INPUT, Kind.TARGET, Kind.ACTIVATION, Kind.GRADIENT, Kind.UPDATE, Kind.WEIGHT)
# With a dynamic loss scale an overflow of these is expected; the optimizer skips such a step.
_OVERFLOWS = (Kind.ACTIVATION, Kind.GRADIENT)
_MOST_NAMED = 10


@dataclasses.dataclass(frozen=True)
class Breakpoint:
    """Something to pause at.

    Attributes:
        number: What it is removed by.
        kind: "finding", "statistic", "step" or "nonfinite".
        arguments: Of the command that made it.
    """

    number: int
    kind: str
    arguments: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """For the state file."""
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
    """All of one fit. `saw` runs on the recorder's thread, the rest on the training's."""

    def __init__(self):
        self._lock = threading.Condition()
        self._numbers = itertools.count(1)
        self._all: dict[int, Breakpoint] = {}
        self._hits: list[tuple[Breakpoint, str]] = []
        self._rows: dict[tuple[int, Kind], list[str]] = {}  # of a model record, by fingerprint
        self._statistics: dict[Kind, list[str]] = {}  # that a table was seen to have
        self._checked = -1  # the last step whose sample was looked through
        self._bad: list[str] = []  # what of it is not finite
        self._known_bad: set[str] = set()

    @property
    def armed(self) -> bool:
        """Whether each step is to be checked before it counts."""
        return any(item.kind == NONFINITE for item in self.items())

    def items(self) -> list[Breakpoint]:
        """All of them."""
        return list(self._all.values())

    def as_list(self) -> list[dict[str, Any]]:
        """For the state file."""
        return [item.as_dict() for item in self.items()]

    def add(self, kind: str, arguments: Mapping[str, Any], step: int) -> Breakpoint:
        """Adds one.

        Raises:
            CommandError: when it can never be reached.
        """
        if len(self._all) >= MAX_BREAKPOINTS:
            raise CommandError(f"There are {MAX_BREAKPOINTS} breakpoints: remove one first")
        if kind == FINDING and arguments["problem"] not in PROBLEMS:
            raise CommandError(f"Problems are {', '.join(PROBLEMS)}")
        if kind == STEP and arguments["step"] <= step:
            raise CommandError(f"The next step is {step}: a breakpoint must lie behind it")
        if kind == STATISTIC:
            self._check_statistic(arguments)
        with self._lock:
            for item in self._all.values():
                if (item.kind, item.arguments) == (kind, arguments):
                    return item
            item = Breakpoint(next(self._numbers), kind, dict(arguments))
            self._all[item.number] = item
        return item

    def remove(self, number: int) -> Breakpoint:
        """Removes one.

        Raises:
            CommandError: when it is not there.
        """
        with self._lock:
            if number not in self._all:
                raise CommandError(f"There is no breakpoint {number}. There are: {[*self._all]}")
            return self._all.pop(number)

    def taken(self, step: int) -> list[tuple[Breakpoint, str]]:
        """Those that have been reached, with what reached them; they are removed."""
        with self._lock:
            hits, self._hits = self._hits, []
            for item in self.items():
                if item.kind == STEP and item.arguments["step"] <= step:
                    hits.append((self._all.pop(item.number), ""))
        return hits

    def stops_at(self, step: int) -> bool:
        """Whether one is about to be reached."""
        return bool(self._hits) or any(
            item.kind == STEP and item.arguments["step"] <= step for item in self.items()
        )

    def found(self, finding: Finding) -> None:
        """The diagnosis has found something."""
        with self._lock:
            for item in self.items():
                if item.kind == FINDING and item.arguments["problem"] == finding.problem:
                    self._hits.append((self._all.pop(item.number), finding.title))

    # On the recorder's thread.

    def saw(self, events: Iterable[Any]) -> None:
        """Events have been written. Never raises."""
        for event in events:
            tables: dict[Kind, records.DecodedTable] = {}
            for value in event.summary.value:
                kind = _kind(value.tag)
                if kind is None or len(value.tensor.string_val) != 1:
                    continue
                try:
                    self._read(kind, value.tensor.string_val[0], tables)
                except RecordError:
                    continue
            if tables:
                self._look(event.step, tables)

    def _read(self, kind: Kind, message: bytes, tables: dict[Kind, Any]) -> None:
        if kind is Kind.MODEL:
            model = records.decode_model(message)
            variables = [variable.path for variable in model.variables]
            with self._lock:
                for table in (Kind.GRADIENT, Kind.WEIGHT, Kind.UPDATE):
                    self._rows[model.fingerprint, table] = variables
                self._rows[model.fingerprint, Kind.ACTIVATION] = [s.name for s in model.sites]
                self._rows[model.fingerprint, Kind.INPUT] = list(model.inputs)
                self._rows[model.fingerprint, Kind.STEP] = [""]
        else:
            tables[kind] = records.decode_table(message)

    def _look(self, step: int, tables: Mapping[Kind, records.DecodedTable]) -> None:
        with self._lock:
            for kind, table in tables.items():
                self._statistics[kind] = list(table.statistics)
            for item in self.items():
                if item.kind == STATISTIC and (reached := self._reached(item, tables)):
                    self._hits.append((self._all.pop(item.number), f"{reached} at step {step}"))
            if Kind.STEP in tables:  # a sample, not an epoch's numbers
                self._bad = list(self._nonfinite(tables))
                self._checked = step
                self._lock.notify_all()

    def _reached(self, item: Breakpoint, tables: Mapping[Kind, records.DecodedTable]) -> str:
        given = item.arguments
        table = tables.get(Kind(given["table"]))
        if table is None or given["statistic"] not in table.statistics:
            return ""
        names = self._names(Kind(given["table"]), table)
        if given["name"] not in names:
            return ""
        column = table.statistics.index(given["statistic"])
        value = float(table.values[names.index(given["name"]), column])
        over = value > given["value"] if given["side"] == "above" else value < given["value"]
        return f"{value:g}" if over else ""

    def _names(self, kind: Kind, table: records.DecodedTable) -> list[str]:
        if table.names:
            return list(table.names)
        known = self._rows.get((table.model, kind), [])
        return [known[row] if row < len(known) else "" for row in table.rows.tolist()]

    def _nonfinite(self, tables: Mapping[Kind, records.DecodedTable]) -> Iterable[str]:
        scaled = "loss_scale" in tables[Kind.STEP].statistics
        for kind in _ORDER:
            table = tables.get(kind)
            if table is None or "nonfinite_count" not in table.statistics:
                continue
            if scaled and kind in _OVERFLOWS:
                continue
            counts = table.values[:, table.statistics.index("nonfinite_count")]
            names = self._names(kind, table)
            for name, count in zip(names, counts.tolist(), strict=True):
                if count > 0:
                    yield f"{kind.value} of {name or 'the step'} ({count:g} values)"
        table = tables[Kind.STEP]
        if "loss" in table.statistics:
            loss = float(table.values[0, table.statistics.index("loss")])
            if not math.isfinite(loss):
                yield f"the loss ({loss:g})"

    def nonfinite_at(self, step: int, seconds: float) -> list[str]:
        """What of a step's sample is not finite, waiting for the sample to be written."""
        with self._lock:
            self._lock.wait_for(lambda: self._checked >= step, seconds)
            return self._bad[:_MOST_NAMED] if self._checked == step else []

    def _check_statistic(self, arguments: Mapping[str, Any]) -> None:
        kind, name = Kind(arguments["table"]), arguments["name"]
        with self._lock:
            known = {row for (_, k), rows in self._rows.items() if k is kind for row in rows}
            statistics = self._statistics.get(kind)
        if kind is not Kind.TARGET and known and name not in known:
            raise CommandError(f"{kind.value} has no row {name!r}. Rows: {_listed(known)}")
        if statistics is not None and arguments["statistic"] not in statistics:
            raise CommandError(
                f"{kind.value} has no {arguments['statistic']!r}. It has: {', '.join(statistics)}"
            )


def _kind(tag: str) -> Kind | None:
    try:
        kind = Kind(tag.removeprefix(TAG_PREFIX))
    except ValueError:
        return None
    return kind if kind in (*_ORDER, Kind.STEP, Kind.MODEL) else None


def _listed(known: Iterable[str], most: int = 20) -> str:
    names = sorted(known)
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
