"""The health of a run: the recorded verdict, or what was reported so far in the same words."""

from typing import NamedTuple

from tb_keras_inspect.catalog.health import HEALTH
from tb_keras_inspect.catalog.problems import PROBLEMS, SEVERITIES
from tb_keras_inspect.store.finding_log import FindingChange, FindingLog


class Health(NamedTuple):
    """The health of a run.

    Attributes:
        state: One of `catalog.health.HEALTH`.
        short: A few words.
        verdict: One line.
        worst: The worst warning or error that was reported last; None if there is none.
    """

    state: str
    short: str
    verdict: str
    worst: FindingChange | None = None


def health_of(log: FindingLog, last_step: int | None) -> Health:
    """The health by what was reported while the run trained.

    Args:
        log: What was reported.
        last_step: The last sampled step: a verdict on an earlier one does not hold.
    """
    serious = [change for change in log.state.values() if change.severity != "note"]
    worst = min(serious, key=_rank, default=None)
    has_ended = log.ended_at is not None and log.ended_at >= (last_step or 0)
    if has_ended and log.verdict is not None and log.verdict.state in HEALTH:
        return Health(log.verdict.state, log.verdict.short, log.verdict.text, worst)
    if worst is not None:
        return _of_problem(worst)
    if has_ended:
        return Health("healthy", "healthy", "No problem was found")
    return Health("unknown", "no findings so far", "No findings so far")


def _of_problem(worst: FindingChange) -> Health:
    """In the words of `diagnosis.verdict`."""
    title = PROBLEMS[worst.problem].title if worst.problem in PROBLEMS else worst.problem
    if not worst.ongoing:
        return Health("recovered", f"recovered: {title}", f"Recovered: {worst.title}", worst)
    advice = f". Try: {worst.advice.rstrip('.')}" if worst.advice else ""
    line = f"{worst.severity.capitalize()}: {worst.title}{advice}"
    return Health(worst.severity, f"{title} since step {worst.first_step}", line, worst)


def _rank(change: FindingChange) -> tuple[object, ...]:
    """As in a verdict: what is over comes last, then the most severe, then the most certain."""
    severity = SEVERITIES.index(change.severity)
    return (not change.ongoing, -severity, -change.confidence, change.first_step)
