"""What the diagnosis reported while a run trained."""

import dataclasses

import numpy as np

from tb_keras_inspect import records
from tb_keras_inspect.records import RecordError
from tb_keras_inspect.records import inspect_pb2 as pb

MOST_CHANGES = 10_000  # of a run, and
MOST_LAYERS = 100  # layers of one; what is beyond is not kept
MOST_TEXT = 2_000  # characters of one text
_OVERHEAD = 500  # bytes of the objects of one change


@dataclasses.dataclass(frozen=True)
class FindingChange:
    """One thing that the diagnosis reported while the run trained.

    Attributes:
        step: The newest sampled step at that time.
        change: "found", "worse", "better", "recovered", "returned" or "withdrawn".
        problem, variant, severity, confidence, title, first_step, ongoing: As those of a
            `diagnosis.Finding`, at that time; of one that was withdrawn, as reported last.
        layers: Paths of the layers, the first 100.
        advice: What to try first; "" if there is no advice.
    """

    step: int
    change: str
    problem: str
    variant: str
    severity: str
    confidence: float
    title: str
    first_step: int
    ongoing: bool
    layers: tuple[str, ...]
    advice: str


@dataclasses.dataclass(frozen=True)
class RecordedVerdict:
    """What the diagnosis said of a fit as a whole when it ended.

    Attributes:
        state, short, text: As those of a `diagnosis.Verdict`.
    """

    state: str
    short: str
    text: str


@dataclasses.dataclass(frozen=True)
class FindingLog:
    """What the diagnosis reported while the run trained.

    Attributes:
        changes: In the order of steps.
        ended_at: The step at which the newest fit ended. None while it runs, if it was killed, and in
            runs without this log.
        evaluated_at: The same if the fit was diagnosed to its end; else None.
        verdict: On the newest fit, if it has ended and its record has one; else None.
    """

    changes: tuple[FindingChange, ...] = ()
    ended_at: int | None = None
    evaluated_at: int | None = None
    verdict: RecordedVerdict | None = None

    @property
    def state(self) -> dict[str, FindingChange]:
        """The last word on each problem, by its name; without those that were withdrawn."""
        last = {change.problem: change for change in self.changes}
        return {name: change for name, change in last.items() if change.change != "withdrawn"}


class FindingBuffer:
    """Decodes finding records. A `Buffer` of `store.tables.series`."""

    def __init__(self) -> None:
        self._records: list[pb.FindingRecord] = []

    @property
    def length(self) -> int:
        return len(self._records)

    @property
    def nbytes(self) -> int:
        return sum(_OVERHEAD + record.ByteSize() for record in self._records)

    def reserve(self, length: int) -> None:
        pass

    def append(self, messages: list[bytes]) -> list[int | str]:
        results: list[int | str] = []
        for message in messages:
            try:
                self._records.append(records.decode_finding(message))
            except RecordError as error:
                results.append(str(error))
            else:
                results.append(self.length - 1)
        return results

    def take(self, rows: np.ndarray) -> None:
        self._records = [self._records[row] for row in rows]

    def snapshot(self, steps: np.ndarray) -> FindingLog:
        changes: list[FindingChange] = []
        for step, record in zip(steps.tolist(), self._records, strict=False):
            room = MOST_CHANGES - len(changes)
            changes += [_change(step, item) for item in record.changes[:room]]
        if not self._records or not (self._records[-1].last or self._records[-1].fit_ended):
            return FindingLog(tuple(changes))
        last, step = self._records[-1], int(steps[-1])
        return FindingLog(tuple(changes), step, step if last.last else None, _verdict(last))


def _verdict(record: pb.FindingRecord) -> RecordedVerdict | None:
    if not record.HasField("verdict"):
        return None
    item = record.verdict
    return RecordedVerdict(item.state, item.short[:MOST_TEXT], item.text[:MOST_TEXT])


def _change(step: int, item: pb.FindingChange) -> FindingChange:
    return FindingChange(
        step,
        item.change,
        item.problem[:MOST_TEXT],
        item.variant[:MOST_TEXT],
        item.severity,
        item.confidence,
        item.title[:MOST_TEXT],
        item.first_step,
        item.ongoing,
        tuple(name[:MOST_TEXT] for name in item.layers[:MOST_LAYERS]),
        item.advice[:MOST_TEXT],
    )
