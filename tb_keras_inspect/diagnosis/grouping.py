"""Puts findings that follow from another one under it: the root stays in the list."""

import dataclasses

from tb_keras_inspect.catalog.problems import CONSEQUENCES, OPEN_CAUSES
from tb_keras_inspect.diagnosis.finding import Finding
from tb_keras_inspect.diagnosis.findings import Findings

# Problems whose first step is when they began; others are seen over the whole run.
DATED = ("exploding_gradient", "dying_relu", "saturated_activation", "non_finite")
FROM_THE_START = (
    "output_mismatch",
    "unnormalised_input",
    "initial_weights",
)  # what makes gradients large at once
CAN_THROW = (
    *FROM_THE_START,
    "input_outlier",
    "overwritten_weights",
    "rate_change",
)  # however long it goes on
BROKEN_DATA = ("input", "target", "unsampled_data")  # forms of `non_finite` that no step explains


def group(findings: list[Finding]) -> Findings:
    """Groups consequences under their root.

    A group is one level deep, and its root is as severe as the worst finding in it.

    Returns:
        The roots: the most severe first, then those whose cause is known, then the most certain, then
        the earliest.
    """
    remaining = list(findings)
    for key in CONSEQUENCES:
        for root in [finding for finding in remaining if _key(finding) == key]:
            taken = [f for f in remaining if f is not root and _explains(root, f)]
            if taken and root in remaining:
                remaining = [f for f in remaining if f is not root and f not in taken]
                worst = max((root, *taken), key=lambda f: f.rank).severity
                related = (*root.related, *(item for f in taken for item in _unpacked(f)))
                remaining.append(dataclasses.replace(root, severity=worst, related=related))
    return Findings(sorted(remaining, key=_place))


def _place(finding: Finding) -> tuple[int, bool, float, int]:
    is_open = (finding.problem, finding.variant) in OPEN_CAUSES
    return -finding.rank, is_open, -finding.confidence, finding.first_step


def _key(finding: Finding) -> tuple[str, str | None]:
    """The entry of `CONSEQUENCES` that a finding belongs to: that of its variant, if it has one."""
    exact = (finding.problem, finding.variant)
    return exact if exact in CONSEQUENCES else (finding.problem, None)


def _explains(root: Finding, other: Finding) -> bool:
    if other.problem not in CONSEQUENCES[_key(root)] or root.rank == 0:
        return False
    if other.problem == "non_finite" and other.variant in BROKEN_DATA:
        return root.problem == "tokens_out_of_range"
    if other.problem in DATED and other.first_step < root.first_step:
        return False  # what began earlier is no consequence
    if other.problem == "exploding_gradient" and root.problem in CAN_THROW:
        return True
    if other.problem == "exploding_gradient":  # large steps that are over and have killed units
        return not other.ongoing
    # What ended before the root began cannot follow from it.
    return other.ongoing or other.last_step >= root.first_step


def _unpacked(finding: Finding) -> list[Finding]:
    """The finding without its group, then that group."""
    return [dataclasses.replace(finding, related=()), *finding.related]
