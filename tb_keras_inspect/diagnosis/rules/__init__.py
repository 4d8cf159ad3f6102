"""The rules, one a file, found by themselves: adding a rule means adding a file to one of the rooms.

A rule is a module with `PROBLEM` (a name of `catalog.problems`), `NEEDS` (the kinds of records without
which it cannot look, "input.hash" for one statistic of a kind, "compiled.loss" for an entry of
`ModelRecord.compiled`, "validation" for a validation loss), `THRESHOLDS` and `find(facts)`, which
yields findings. Several rules may share a problem.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Protocol, cast

from tb_keras_inspect.catalog import problems
from tb_keras_inspect.diagnosis.finding import Finding
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.thresholds import Threshold


class Rule(Protocol):
    """What a module of this folder has."""

    PROBLEM: str
    NEEDS: tuple[str, ...]
    THRESHOLDS: tuple[Threshold, ...]

    def find(self, facts: Facts) -> Iterator[Finding]:
        """Yields what it finds in a run."""


def _discover() -> tuple[Rule, ...]:
    modules = pkgutil.walk_packages(__path__, f"{__name__}.")
    names = sorted(module.name for module in modules if not module.ispkg)
    rules = [cast(Rule, importlib.import_module(name)) for name in names]
    order = list(problems.PROBLEMS)
    return tuple(sorted(rules, key=lambda rule: order.index(rule.PROBLEM)))


RULES = _discover()
PROBLEMS = tuple(dict.fromkeys(rule.PROBLEM for rule in RULES))
THRESHOLDS = tuple(threshold for rule in RULES for threshold in rule.THRESHOLDS)
