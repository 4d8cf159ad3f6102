"""Runs the rules over a run and puts together what belongs together."""

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np

from tb_keras_inspect.diagnosis.facts import Facts
from tb_keras_inspect.diagnosis.finding import Finding, Findings
from tb_keras_inspect.diagnosis.grouping import group
from tb_keras_inspect.diagnosis.rules import RULES, THRESHOLDS
from tb_keras_inspect.diagnosis.thresholds import Thresholds
from tb_keras_inspect.store.run import RunData

logger = logging.getLogger(__name__)


def diagnose(run: RunData, thresholds: Mapping[str, float] | None = None) -> Findings:
    """What is wrong with a training.

    Args:
        run: A run, finished or still growing, from `load_run`.
        thresholds: Name to value, for those that are to differ from their defaults;
            `tb_keras_inspect.diagnosis.THRESHOLDS` lists them.

    Returns:
        Findings, worst first; those that follow from another one are in its `related`. It is a list:
        print it, or loop over it. Empty where nothing was found, or nothing was recorded.

    Raises:
        ValueError: for an unknown threshold or a value out of its range.

    Example:

    ```python
    from tb_keras_inspect import diagnose, load_run

    for finding in diagnose(load_run("logs/a")):
        print(finding)
    ```
    """
    facts = Facts(run, Thresholds(THRESHOLDS, thresholds))
    found: list[Finding] = []
    # Numbers of a log are whatever a training produced: infinities and NaN are ordinary here.
    with np.errstate(all="ignore"):
        for rule in RULES:
            found += _run_rule(rule, facts)
        return group(found)


def _run_rule(rule: Any, facts: Facts) -> list[Finding]:
    """One rule's findings; a rule that a strange log breaks must not take the others with it."""
    try:
        return list(rule.find(facts))
    except Exception:
        logger.warning("the rule %s failed on run %r", rule.PROBLEM, facts.run.name, exc_info=True)
        return []
