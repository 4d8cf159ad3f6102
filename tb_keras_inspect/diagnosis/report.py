"""What programs are told of one run: docs/command_line.md describes it."""

from typing import Any

from tb_keras_inspect.diagnosis.findings import Findings
from tb_keras_inspect.diagnosis.reported import reported_to_dict
from tb_keras_inspect.store.run import RunData


def since_step(findings: Findings, step: int | None) -> Findings:
    """The findings that were not over before a step; all for None."""
    shown = (item for item in findings if step is None or item.last_step >= step)
    return Findings(shown, findings.verdict)


def run_report(run: RunData, findings: Findings, since: int | None = None) -> dict[str, Any]:
    """The findings of a run, and what was reported while it trained, for JSON.

    Args:
        run: The run.
        findings: All its findings.
        since: Leaves out what was over before this step. Defaults to None: nothing.
    """
    samples, first, last = run.extent()
    reported = reported_to_dict(run, findings)
    reported["changes"] = [c for c in reported["changes"] if since is None or c["step"] >= since]
    return {
        "run": run.name,
        "samples": samples,
        "first_step": first,
        "last_step": last,
        "verdict": findings.verdict.to_dict() if findings.verdict else None,
        "findings": [finding.to_dict() for finding in since_step(findings, since)],
        "reported": reported,
        "problems": run.problems,
    }
