"""What a diagnosis says: a problem, where it is, since when, how one knows, and what to do."""

import dataclasses
import html
import math
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

SEVERITIES = ("note", "warning", "error")  # in rising order
MOST_INDICES = 256  # units named of one site; how many there are stands in the evidence
MOST_NAMES = 100  # layers or variables named
WIDTH = 80  # columns of the text form


@dataclasses.dataclass(frozen=True)
class Evidence:
    """One number, what it was held against, and the series it comes from.

    Attributes:
        name: What it is, in words.
        value: The number; it may be NaN or infinite where that is the point.
        unit: "" for a plain number, "%" where `value` is a share to be shown in percent, else a word.
        threshold: What it was held against, None where nothing.
        kind: Kind of table that it was taken from, "" for none.
        statistic: Name of the statistic there.
        row: Name of the row there: a variable, a site, or "".
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
        """The value as one reads it."""
        return number_text(self.value, self.unit)

    def to_dict(self) -> dict[str, Any]:
        """For JSON: numbers that it cannot hold are None, `text` says them."""
        content = dataclasses.asdict(self) | {"text": self.text}
        for name in ("value", "threshold"):
            content[name] = _json_number(content[name])
        return content

    def __str__(self) -> str:
        limit = ""
        if self.threshold is not None:
            limit = f" (limit {number_text(self.threshold, self.unit)})"
        return f"{self.name}: {self.text}{limit}"


@dataclasses.dataclass(frozen=True)
class Advice:
    """Something to try, and the Keras line for it ("" where there is none)."""

    text: str
    code: str = ""


@dataclasses.dataclass(frozen=True)
class Where:
    """The place of a problem.

    Attributes:
        layers: Paths of layers.
        units: Site to indices of its units, the first `MOST_INDICES` of each.
        variables: Paths of variables.
    """

    layers: Sequence[str] = ()
    units: dict[str, list[int]] = dataclasses.field(default_factory=dict)
    variables: Sequence[str] = ()

    def to_dict(self) -> dict[str, Any]:
        """For JSON: names are values, never keys."""
        return {
            "layers": list(self.layers)[:MOST_NAMES],
            "units": [
                {"site": site, "indices": list(indices)[:MOST_INDICES]}
                for site, indices in list(self.units.items())[:MOST_NAMES]
            ],
            "variables": list(self.variables)[:MOST_NAMES],
        }


@dataclasses.dataclass(frozen=True)
class Finding:
    """One problem of a training.

    Attributes:
        problem: Which one, e.g. "dying_relu".
        severity: "note" (worth knowing), "warning" (training suffers) or "error" (it cannot work).
        confidence: 0 to 1: how sure the rule is.
        title: One line: what, where, since when.
        first_step, last_step: Where on the run's step axis it is seen.
        ongoing: Whether it is still there at the end of what was recorded.
        cause: Why it happens, in two sentences.
        where: The place.
        evidence: The numbers it rests on.
        advice: What to try, in order.
        related: Findings that follow from this one.
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

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES:
            raise ValueError(
                f"`severity` must be one of {', '.join(SEVERITIES)}. "
                f"Received: severity={self.severity!r}"
            )

    @property
    def rank(self) -> int:
        """Position of the severity in `SEVERITIES`."""
        return SEVERITIES.index(self.severity)

    def with_related(self) -> Iterator["Finding"]:
        """This finding and all that are grouped under it."""
        yield self
        for finding in self.related:
            yield from finding.with_related()

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "problem": self.problem,
            "severity": self.severity,
            "confidence": round(self.confidence, 3),
            "title": self.title,
            "first_step": int(self.first_step),
            "last_step": int(self.last_step),
            "ongoing": self.ongoing,
            "cause": self.cause,
            "where": self.where.to_dict(),
            "evidence": [item.to_dict() for item in self.evidence],
            "advice": [dataclasses.asdict(item) for item in self.advice],
            "related": [item.to_dict() for item in self.related],
        }

    def __str__(self) -> str:
        lines = [*_wrapped(f"{self.severity.upper()} {self.problem}: {printable(self.title)}", "")]
        lines += _wrapped(printable(self.cause), "  ")
        for item in self.evidence:
            lines += _wrapped(f"- {printable(str(item))}", "  ", "    ")
        for number, advice in enumerate(self.advice, 1):
            lines += _wrapped(f"{number}. {printable(advice.text)}", "  ", "     ")
            for line in advice.code.splitlines():
                lines += _wrapped(line, "     ", "       ")
        for finding in self.related:
            lines += _wrapped(f"> {finding.problem}: {printable(finding.title)}", "  ", "    ")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """For notebooks. Names come from a log: everything is escaped."""
        rows = "".join(
            f"<tr><td>{html.escape(item.name)}</td><td>{html.escape(item.text)}</td></tr>"
            for item in self.evidence
        )
        steps = "".join(
            f"<li>{html.escape(item.text)}"
            + (f"<pre>{html.escape(item.code)}</pre>" if item.code else "")
            + "</li>"
            for item in self.advice
        )
        related = "".join(f"<li>{html.escape(item.title)}</li>" for item in self.related)
        return (
            f"<details open><summary><b>{self.severity} &middot; {self.problem}</b> "
            f"{html.escape(self.title)}</summary><p>{html.escape(self.cause)}</p>"
            f"<table>{rows}</table><ol>{steps}</ol>"
            + (f"<p>It explains:</p><ul>{related}</ul>" if related else "")
            + "</details>"
        )


class Findings(list[Finding]):
    """Findings, worst first. A list that reads well."""

    def __str__(self) -> str:
        return "\n\n".join(map(str, self)) if self else "No findings."

    def __repr__(self) -> str:
        return str(self)  # what a prompt shows is there to be read

    def _repr_html_(self) -> str:
        return "".join(item._repr_html_() for item in self) or "<p>No findings.</p>"

    def flat(self) -> list[Finding]:
        """All findings, those grouped under others included."""
        return [item for root in self for item in root.with_related()]

    def at_least(self, severity: str) -> "Findings":
        """Those of this severity and worse.

        Raises:
            ValueError: when there is no such severity.
        """
        if severity not in SEVERITIES:
            raise ValueError(
                f"`severity` must be one of {', '.join(SEVERITIES)}. Received: {severity!r}"
            )
        return Findings(item for item in self if item.rank >= SEVERITIES.index(severity))


def number_text(value: float, unit: str = "") -> str:
    """A number in few digits, e.g. "1.3e-05", "42 %", "12 samples"."""
    if unit == "%":
        return f"{_digits(100 * value)} %"
    return f"{_digits(value)} {unit}".rstrip()


def listed(names: Iterable[str], most: int = 3) -> str:
    """Names for a sentence: "a", "a and b", "a, b and 4 more"."""
    names = list(names)
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def up_to(share: float, places: Sequence[str]) -> str:
    """The largest share of several places: "95 %", "Up to 95 %"."""
    return f"{'Up to ' if len(set(places)) > 1 else ''}{100 * share:.0f} %"


def printable(text: str) -> str:
    """Without control characters: names come from a log and go to a terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _digits(value: float) -> str:
    value = float(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "infinite" if value > 0 else "-infinite"
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    if 1e-3 <= abs(value) < 1e5:
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
    return f"{value:.1e}"


def _json_number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def _wrapped(text: str, indent: str, further: str | None = None) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent if further is None else further,
        break_on_hyphens=False,
    )
