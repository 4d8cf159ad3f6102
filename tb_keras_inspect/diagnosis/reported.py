"""What the diagnosis says now, compared with what it reported while the run trained.

They differ where rules or thresholds have changed since, and where the running fit had not enough time
or memory to look at every sample.
"""

import contextlib
import dataclasses
from collections.abc import Iterator
from typing import Any

from tb_keras_inspect._version import __version__
from tb_keras_inspect.diagnosis.finding import Finding
from tb_keras_inspect.diagnosis.findings import Findings
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.finding_log import FindingChange
from tb_keras_inspect.store.run import RunData

_ARTICLE = {"note": "a note", "warning": "a warning", "error": "an error"}


@dataclasses.dataclass(frozen=True)
class Difference:
    """A problem that was reported otherwise than it is found now.

    Attributes:
        problem: Its name.
        reported: The last report while the run trained; None if there was none.
        found: The finding now; None if there is none.
    """

    problem: str
    reported: FindingChange | None
    found: Finding | None

    @property
    def text(self) -> str:
        """The difference in one line."""
        now = f"{_ARTICLE[self.found.severity]} now" if self.found else "not found now"
        if self.reported is None:
            return f"{self.problem}: {now}, not reported"
        then = f"{_ARTICLE[self.reported.severity]} at step {self.reported.step}"
        return f"{self.problem}: {now}, reported as {then}: {self.reported.title}"

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "problem": self.problem,
            "reported": self.reported.severity if self.reported else None,
            "found": self.found.severity if self.found else None,
            "text": self.text,
        }


def differences(run: RunData, findings: Findings) -> list[Difference]:
    """Compares findings with what was reported while the run trained.

    Args:
        run: The run.
        findings: What `diagnose` finds in it now.

    Returns:
        One item for each problem that is gone, new, or of another severity. Empty if nothing was
        recorded of what was reported.
    """
    return list(_differences(run, findings))


def _differences(run: RunData, findings: Findings) -> Iterator[Difference]:
    reported = run.finding_log.state
    roots = {finding.problem: finding for finding in reversed(findings)}
    found = {finding.problem: finding for finding in reversed(findings.flat())} | roots
    for problem, change in reported.items():
        now = found.get(problem)
        if now is None or now.severity != change.severity:
            yield Difference(problem, change, now)
    evaluated_at, last = run.finding_log.evaluated_at, run.extent()[2]
    if evaluated_at is not None and last is not None and evaluated_at >= last:
        for problem in [name for name in roots if name not in reported]:
            yield Difference(problem, None, roots[problem])


def heading(run: RunData) -> str:
    """What stands above the differences: when it was reported, and by which version if by another."""
    text = "Differs from what was reported during training"
    with contextlib.suppress(NotRecordedError):
        version = run.model.versions.get("tb_keras_inspect", __version__)
        if version != __version__:
            text += f" by version {version[:40]} (this is version {__version__})"
    return text


def reported_to_dict(run: RunData, findings: Findings) -> dict[str, Any]:
    """What was reported while the run trained, and what is found otherwise now, for JSON."""
    return {
        "changes": [dataclasses.asdict(change) for change in run.finding_log.changes],
        "ended_at": run.finding_log.ended_at,
        "differences": [item.to_dict() for item in differences(run, findings)],
    }
