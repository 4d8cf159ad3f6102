"""What the diagnosis reports: a problem, where and since when, the evidence, and what to try."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from tb_keras_inspect.catalog.problems import SEVERITIES
from tb_keras_inspect.diagnosis.wording import json_number, number_text, printable, wrapped

MOST_INDICES = 256  # units listed for one site; the evidence has their number
MOST_NAMES = 100  # layers or variables listed


@dataclasses.dataclass(frozen=True)
class Evidence:
    """One number, the limit it was compared with, and the series it comes from.

    Attributes:
        name: What the number is.
        value: The number. It may be NaN or infinite where that is the point.
        unit: "" for a plain number, "%" for a fraction that is shown in percent, else a word.
        threshold: The limit, or None.
        kind: Kind of the table that the number comes from, "" for none.
        statistic: Name of the statistic in that table.
        row: Name of the row in that table: a variable, a site, or "".
    """

    name: str
    value: float
    unit: str = ""
    threshold: float | None = None
    kind: str = ""
    statistic: str = ""
    row: str = ""

    @property
    def text(self) -> str:
        """The value in few digits, with its unit."""
        return number_text(self.value, self.unit)

    def to_dict(self) -> dict[str, Any]:
        """For JSON. A number that JSON cannot hold is None; `text` still shows it."""
        content = dataclasses.asdict(self) | {"text": self.text}
        for name in ("value", "threshold"):
            content[name] = json_number(content[name])
        return content

    def __str__(self) -> str:
        limit = ""
        if self.threshold is not None:
            limit = f" (limit {number_text(self.threshold, self.unit)})"
        return f"{self.name}: {self.text}{limit}"


@dataclasses.dataclass(frozen=True)
class Advice:
    """Something to try, and the line of Keras for it ("" if there is none)."""

    text: str
    code: str = ""


@dataclasses.dataclass(frozen=True)
class Where:
    """The place of a problem.

    Attributes:
        layers: Paths of layers.
        units: Site to the indices of its units, the first `MOST_INDICES` of each.
        variables: Paths of variables.
        first_steps: Path of a layer to the step at which the problem began there, where that differs.
    """

    layers: Sequence[str] = ()
    units: dict[str, list[int]] = dataclasses.field(default_factory=dict)
    variables: Sequence[str] = ()
    first_steps: Mapping[str, int] = dataclasses.field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """For JSON. Names are values, never keys."""
        return {
            "layers": list(self.layers)[:MOST_NAMES],
            "units": [
                {"site": site, "indices": list(indices)[:MOST_INDICES]}
                for site, indices in list(self.units.items())[:MOST_NAMES]
            ],
            "variables": list(self.variables)[:MOST_NAMES],
            "first_steps": [
                {"layer": layer, "step": int(step)}
                for layer, step in list(self.first_steps.items())[:MOST_NAMES]
            ],
        }


@dataclasses.dataclass(frozen=True)
class Finding:
    """One problem of a training run.

    Attributes:
        problem: Its name in `catalog.problems`, e.g. "dying_relu".
        severity: "note" (worth knowing), "warning" (it hurts training) or "error" (training cannot
            work).
        confidence: How certain the rule is, from 0 to 1.
        title: What, where and since when, in one line.
        first_step, last_step: The training step at which it began, and the last one at which it is
            seen.
        ongoing: Whether it is still there at the end of the recorded run.
        cause: Why it happens, in two sentences.
        where: The place.
        evidence: The numbers it rests on.
        advice: What to try, in this order.
        related: Findings that follow from this one.
        variant: Which form of the problem it is: an identifier listed in `catalog.problems`.
            Compare this in programs, never a text.
        confirmed_step: The step from which on it could be known; None if that is `first_step`.
    """

    problem: str
    severity: str
    confidence: float
    title: str
    first_step: int
    last_step: int
    ongoing: bool
    cause: str
    where: Where = dataclasses.field(default_factory=Where)
    evidence: Sequence[Evidence] = ()
    advice: Sequence[Advice] = ()
    related: Sequence["Finding"] = ()
    variant: str = ""
    confirmed_step: int | None = None

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES:
            raise ValueError(
                f"`severity` must be one of {', '.join(SEVERITIES)}. "
                f"Received: severity={self.severity!r}"
            )

    @property
    def rank(self) -> int:
        """0 for a note, 1 for a warning, 2 for an error."""
        return SEVERITIES.index(self.severity)

    def with_related(self) -> Iterator["Finding"]:
        """This finding and all findings grouped under it."""
        yield self
        for finding in self.related:
            yield from finding.with_related()

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "problem": self.problem,
            "variant": self.variant,
            "severity": self.severity,
            "confidence": round(self.confidence, 3),
            "title": self.title,
            "first_step": int(self.first_step),
            "confirmed_step": int(
                self.first_step if self.confirmed_step is None else self.confirmed_step
            ),
            "last_step": int(self.last_step),
            "ongoing": self.ongoing,
            "cause": self.cause,
            "where": self.where.to_dict(),
            "evidence": [item.to_dict() for item in self.evidence],
            "advice": [dataclasses.asdict(item) for item in self.advice],
            "related": [item.to_dict() for item in self.related],
        }

    def __str__(self) -> str:
        lines = wrapped(f"{self.severity.upper()} {self.problem}: {printable(self.title)}", "")
        lines += wrapped(printable(self.cause), "  ")
        for item in self.evidence:
            lines += wrapped(f"- {printable(str(item))}", "  ", "    ")
        if self.advice:
            lines.append("  Try:")
        for number, advice in enumerate(self.advice, 1):
            lines += wrapped(f"{number}. {printable(advice.text)}", "  ", "     ")
            for line in advice.code.splitlines():
                lines += wrapped(line, "     ", "       ")
        if self.related:
            lines.append("  This explains:")
        for finding in self.related:
            lines += wrapped(f"- {finding.problem}: {printable(finding.title)}", "  ", "    ")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """For notebooks. Markup escapes what is formatted or joined into it."""
        rows = Markup().join(
            Markup("<tr><td>{}</td><td>{}</td></tr>").format(item.name, item.text)
            for item in self.evidence
        )
        steps = Markup().join(
            Markup("<li>{}{}</li>").format(
                item.text, Markup("<pre>{}</pre>").format(item.code) if item.code else ""
            )
            for item in self.advice
        )
        related = Markup().join(Markup("<li>{}</li>").format(item.title) for item in self.related)
        return str(
            Markup(
                "<details open><summary><b>{} &middot; {}</b> {}</summary><p>{}</p>"
                "<table>{}</table><ol>{}</ol>{}</details>"
            ).format(
                self.severity,
                self.problem,
                self.title,
                self.cause,
                rows,
                steps,
                Markup("<p>This explains:</p><ul>{}</ul>").format(related) if related else "",
            )
        )
