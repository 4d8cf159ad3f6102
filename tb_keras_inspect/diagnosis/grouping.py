"""Which findings are consequences of which: the root stands in the list, the rest under it."""

import dataclasses

from tb_keras_inspect.diagnosis.finding import Finding, Findings

# Root to what follows from it. A root explains what began with it or later, never what was there
# long before. The order of the roots is that in which they are asked.
EXPLAINS = {
    "output_mismatch": (
        "slow_convergence",
        "oscillating_loss",
        "saturated_activation",
        "dying_relu",
        "vanishing_gradient",
        "untrained_layer",
    ),
    "unnormalised_input": (
        "saturated_activation",
        "dying_relu",
        "oscillating_loss",
        "slow_convergence",
        "vanishing_gradient",
        "untrained_layer",
    ),
    "symmetric": ("untrained_layer", "vanishing_gradient", "dying_relu", "saturated_activation"),
    "dying_relu": (
        "untrained_layer",
        "vanishing_gradient",
        "slow_convergence",
        "oscillating_loss",
        "exploding_gradient",
    ),
    "exploding_gradient": (
        "oscillating_loss",
        "saturated_activation",
        "slow_convergence",
        "dying_relu",
    ),
    "saturated_activation": ("vanishing_gradient", "slow_convergence", "untrained_layer"),
    "untrained_layer": ("slow_convergence", "vanishing_gradient"),
    "vanishing_gradient": ("slow_convergence", "untrained_layer"),
    "oscillating_loss": ("slow_convergence",),
}


def group(findings: list[Finding]) -> Findings:
    """Puts consequences under their root and sorts: worst first, then surest, then earliest."""
    remaining = list(findings)
    for root in EXPLAINS:
        for finding in [f for f in remaining if _root_name(f) == root]:
            taken = [f for f in remaining if f is not finding and _explains(finding, f)]
            if taken and finding in remaining:
                remaining = [f for f in remaining if f is not finding and f not in taken]
                worst = max((finding, *taken), key=lambda f: f.rank).severity
                related = (*finding.related, *(item for f in taken for item in _unpacked(f)))
                remaining.append(dataclasses.replace(finding, severity=worst, related=related))
    return Findings(sorted(remaining, key=lambda f: (-f.rank, -f.confidence, f.first_step)))


def _root_name(finding: Finding) -> str:
    if finding.problem == "slow_convergence" and "symmetric" in finding.title:
        return "symmetric"
    return finding.problem


def _explains(root: Finding, other: Finding) -> bool:
    if other.problem not in EXPLAINS[_root_name(root)] or root.rank == 0:
        return False
    if other.problem == "exploding_gradient":  # a spell of large steps that has killed units
        return not other.ongoing
    # What was over before the root began is not its consequence.
    return other.ongoing or other.last_step >= root.first_step


def _unpacked(finding: Finding) -> list[Finding]:
    """The finding without its own group, and that group: one level is enough to read."""
    return [dataclasses.replace(finding, related=()), *finding.related]
