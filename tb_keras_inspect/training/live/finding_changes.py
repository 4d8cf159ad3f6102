"""Which findings are new, have changed or are over, from one evaluation of a fit to the next."""

import collections
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tb_keras_inspect.diagnosis import Finding, Findings, Verdict
from tb_keras_inspect.records import SCHEMA_VERSION
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.store.finding_log import MOST_LAYERS, MOST_TEXT

CONFIRMED = 2  # evaluations in a row that must agree before a change counts
FREE = (
    4  # changes of a problem; each further one must be confirmed twice as often as the one before
)

_Fact = tuple[str, str, object]  # a problem, what of it, and its value


class Change(NamedTuple):
    """A change of one finding.

    Attributes:
        name: As in `catalog.finding_changes`.
        finding: As it is now; of one that was withdrawn, as it was.
        is_news: Whether it is worse than anything reported of the problem before.
    """

    name: str
    finding: Finding
    is_news: bool


class FindingChanges:
    """Compares each evaluation with what was reported.

    A change counts once several evaluations in a row agree. A finding that comes and goes must be
    confirmed ever more often, so the number of its changes grows with the logarithm of that of the
    evaluations.
    """

    def __init__(self) -> None:
        self._reported: dict[str, Finding] = {}
        self._worst: dict[str, int] = {}  # rank of each problem
        self._counts: collections.Counter[str] = collections.Counter()
        self._agreeing: collections.Counter[_Fact] = collections.Counter()

    def update(
        self,
        found: Findings,
        others: Iterable[Finding] = (),
        confirmed: int = CONFIRMED,
        is_last: bool = False,
    ) -> list[Change]:
        """Returns what has changed since the last call.

        Args:
            found: All findings now.
            others: Those grouped under another one that are reported all the same.
            confirmed: Evaluations in a row that must agree.
            is_last: Whether no further evaluation follows, so that nothing can wait.
        """
        new = _by_problem([*found, *others])
        # One that was reported and is now a consequence of another is still there.
        grouped = _by_problem(found.flat())
        now = {name: grouped[name] for name in self._reported if name in grouped} | new
        problems = [*new, *(name for name in self._reported if name not in new)]
        facts = [fact for name in problems for fact in _facts(name, now.get(name))]
        self._agreeing = collections.Counter({fact: self._agreeing[fact] + 1 for fact in facts})
        changes = []
        for name in problems:
            change = self._change(name, now.get(name), name in new)
            if change is not None:
                needed = 1 if is_last else self._needed(change[0], confirmed)
                if self._agreeing[change[1]] >= needed:
                    changes.append(change[0])
                    self._note(change[0])
        return changes

    def _change(
        self, problem: str, now: Finding | None, is_own: bool
    ) -> tuple[Change, _Fact] | None:
        """What differs from what was reported, and the fact that must be confirmed for it."""
        before = self._reported.get(problem)
        there, severity, ongoing = _facts(problem, now)
        if now is None:
            return (Change("withdrawn", before, False), there) if before else None
        is_news = is_own and now.rank > self._worst.get(problem, -1)
        if before is None:
            return Change("found", now, is_news), severity
        if now.rank != before.rank:
            name = "worse" if now.rank > before.rank else "better"
            return Change(name, now, is_news), severity
        if now.ongoing != before.ongoing:
            return Change("returned" if now.ongoing else "recovered", now, False), ongoing
        return None

    def _needed(self, change: Change, confirmed: int) -> int:
        if change.is_news:
            return 1 if change.finding.problem == "non_finite" else confirmed  # that cannot wait
        return int(confirmed * 2 ** max(0, self._counts[change.finding.problem] - FREE))

    def _note(self, change: Change) -> None:
        problem = change.finding.problem
        self._counts[problem] += 1
        self._reported[problem] = change.finding
        if change.name == "withdrawn":
            del self._reported[problem]
        if change.is_news:
            self._worst[problem] = change.finding.rank


def to_record(
    changes: Sequence[Change], is_last: bool, verdict: Verdict | None = None
) -> pb.FindingRecord:
    """The record of what has changed at one step; of the last evaluation also the verdict."""
    messages = [_message(change.name, change.finding) for change in changes]
    record = pb.FindingRecord(version=SCHEMA_VERSION, changes=messages, last=is_last)
    if is_last and verdict is not None:
        record.verdict.state, record.verdict.short = verdict.state, verdict.short[:MOST_TEXT]
        record.verdict.text = verdict.text[:MOST_TEXT]
    return record


def _message(name: str, finding: Finding) -> pb.FindingChange:
    return pb.FindingChange(
        change=name,
        problem=finding.problem,
        variant=finding.variant,
        severity=finding.severity,
        confidence=finding.confidence,
        title=finding.title[:MOST_TEXT],
        first_step=int(finding.first_step),
        ongoing=bool(finding.ongoing),
        layers=[name[:MOST_TEXT] for name in finding.where.layers[:MOST_LAYERS]],
        advice=finding.advice[0].text[:MOST_TEXT] if finding.advice else "",
    )


def _by_problem(findings: Iterable[Finding]) -> dict[str, Finding]:
    """The first finding of each problem."""
    first: dict[str, Finding] = {}
    for finding in findings:
        first.setdefault(finding.problem, finding)
    return first


def _facts(problem: str, finding: Finding | None) -> tuple[_Fact, _Fact, _Fact]:
    """What several evaluations in a row can agree on."""
    severity = finding.severity if finding else None
    ongoing = finding.ongoing if finding else None
    return (
        (problem, "is there", finding is not None),
        (problem, "severity", severity),
        (problem, "ongoing", ongoing),
    )
