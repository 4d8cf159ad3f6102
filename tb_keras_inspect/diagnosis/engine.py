"""Runs all rules on a run and groups what they find."""

import logging
import os
from collections.abc import Iterable, Mapping

import numpy as np

from tb_keras_inspect.diagnosis.finding import Finding
from tb_keras_inspect.diagnosis.findings import Findings
from tb_keras_inspect.diagnosis.good_runs.profile import GoodRuns
from tb_keras_inspect.diagnosis.grouping import group
from tb_keras_inspect.diagnosis.rules import RULES, THRESHOLDS, Rule
from tb_keras_inspect.diagnosis.signals.facts import GOOD_RUNS, Facts
from tb_keras_inspect.diagnosis.thresholds import Threshold, Thresholds, of_run
from tb_keras_inspect.diagnosis.verdict import unable_to_look, verdict_of
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.run import RunData

logger = logging.getLogger(__name__)


def diagnose(
    run: RunData,
    thresholds: Mapping[str, float] | None = None,
    against: Iterable[RunData | str | os.PathLike[str]] | GoodRuns | None = None,
) -> Findings:
    """Finds out what is wrong with a training run.

    Args:
        run: A run from `load_run`, finished or still growing.
        thresholds: Name to value, for those that should differ from what the run was recorded with
            or, else, from their defaults.
            `tb_keras_inspect.diagnosis.THRESHOLDS` lists them all.
        against: Good runs of the same script, at least three, better five: runs or directories. Then
            the findings also say where this run leaves their range. To compare many runs with
            the same good ones, give a `tb_keras_inspect.diagnosis.GoodRuns`, which learns once.

    Returns:
        Findings, the worst first; those that follow from another one are in its `related`. It is a
        list: print it, or loop over it. It is empty if nothing was found or nothing was recorded;
        its `verdict` says which, and which rules could not look.

    Raises:
        ValueError: For an unknown threshold or a value outside its range, for too few good runs,
            and for good runs of another script.
        StoreError: If a good run cannot be read.

    Example:

    ```python
    from tb_keras_inspect import diagnose, load_run

    for finding in diagnose(load_run("logs/a")):
        print(finding)
    ```
    """
    if against is not None and not isinstance(against, GoodRuns):
        against = GoodRuns(against)
    if against is not None:
        against.check(run)
    facts = Facts(run, Thresholds(thresholds_of(run), thresholds), against)
    rules = [rule for rule in RULES if against is not None or GOOD_RUNS not in rule.NEEDS]
    found: list[Finding] = []
    # A log holds whatever training produced: infinities and NaN are ordinary here.
    with np.errstate(all="ignore"):
        for rule in rules:
            found += _run_rule(rule, facts)
        looks = [(rule, unable_to_look(rule, facts)) for rule in rules]
        roots = group(found)
    step = facts.table("step")
    samples = len(step.steps) if step is not None else 0
    able = [rule for rule, reason in looks if reason is None]
    unable = [reason for _, reason in looks if reason is not None]
    return Findings(roots, verdict_of(roots, able, unable, samples))


def thresholds_of(run: RunData) -> tuple[Threshold, ...]:
    """All thresholds; the default of one that was given to the callback is the given value."""
    try:
        return of_run(THRESHOLDS, run.model.options)
    except NotRecordedError:
        return THRESHOLDS


def _run_rule(rule: Rule, facts: Facts) -> list[Finding]:
    """One rule's findings. If a strange log makes it fail, the other rules still run."""
    try:
        return list(rule.find(facts))
    except Exception:
        logger.warning("the rule %s failed on run %r", rule.PROBLEM, facts.run.name, exc_info=True)
        return []
