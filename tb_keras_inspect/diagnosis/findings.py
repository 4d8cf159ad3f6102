"""The findings of a run, and the verdict on it as a whole."""

import dataclasses
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup

from tb_keras_inspect.catalog.problems import SEVERITIES
from tb_keras_inspect.diagnosis.finding import Finding
from tb_keras_inspect.diagnosis.wording import printable, wrapped


@dataclasses.dataclass(frozen=True)
class Unable:
    """A rule that could not look.

    Attributes:
        problem: What it looks for.
        reason: Why it could not: "weights not recorded".
        advice: The line that has it look in the next run; "" if there is none.
    """

    problem: str
    reason: str
    advice: str


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What the diagnosis says of a run as a whole.

    Attributes:
        state: "healthy", "recovered" (what was wrong is over), "warning", "error", or "unknown" if
            there is too little to judge by. Compare this in programs, never a text.
        short: A few words, for a list of runs.
        text: One line: what, where, since when, what to do; or how many rules looked.
        passed: Rules that looked and found nothing above a note.
        unable: Rules that could not look.
    """

    state: str
    short: str
    text: str
    passed: int = 0
    unable: tuple[Unable, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return dataclasses.asdict(self) | {"unable": [vars(item) for item in self.unable]}

    def __str__(self) -> str:
        return self.text


class Findings(list[Finding]):
    """A list of findings, the worst first, that prints well.

    Args:
        items: The roots.
        verdict: On the run as a whole. Defaults to None, for findings that are not those of a run.
    """

    def __init__(self, items: Iterable[Finding] = (), verdict: Verdict | None = None):
        super().__init__(items)
        self.verdict = verdict

    def __str__(self) -> str:
        verdict = (
            [] if self.verdict is None else ["\n".join(wrapped(printable(str(self.verdict)), ""))]
        )
        return "\n\n".join([*verdict, *map(str, self)]) or "No findings."

    def __repr__(self) -> str:
        return str(self)  # a prompt shows it to be read

    def _repr_html_(self) -> str:
        verdict = Markup("<p>{}</p>").format(self.verdict or "No findings.")
        has_line = self.verdict is not None or not self
        return (str(verdict) if has_line else "") + "".join(item._repr_html_() for item in self)

    def flat(self) -> list[Finding]:
        """All findings, including those grouped under others."""
        return [item for root in self for item in root.with_related()]

    def at_least(self, severity: str) -> "Findings":
        """The findings of this severity and worse.

        Raises:
            ValueError: If there is no such severity.
        """
        if severity not in SEVERITIES:
            raise ValueError(
                f"`severity` must be one of {', '.join(SEVERITIES)}. Received: {severity!r}"
            )
        return Findings(item for item in self if item.rank >= SEVERITIES.index(severity))
