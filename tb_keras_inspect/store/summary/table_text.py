"""A table of runs as text for a terminal, and as HTML for a notebook.

Names come from an untrusted log: `Markup` escapes them, and control characters are replaced.
"""

import math
import unicodedata
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from tb_keras_inspect.catalog.problems import SEVERITIES
from tb_keras_inspect.store.display import sparkline
from tb_keras_inspect.store.summary.run_summary import RunSummary, Setting

NAME_WIDTH, TEXT_WIDTH = 40, 24  # columns of a terminal
MOST_SETTINGS = 6
CURVE = 10  # characters
_LEVELS = "▁▂▃▄▅▆▇█"
_LEFT = (0, 1)  # columns of words


def plain(runs: Sequence[RunSummary], metric: str | None, settings: Sequence[str]) -> str:
    """The table with one line per run."""
    if not runs:
        return "No runs."
    rows = [_head(metric, settings), *(_row(run, metric, settings) for run in runs)]
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


def html(runs: Sequence[RunSummary], metric: str | None, settings: Sequence[str]) -> str:
    """The table as HTML, with the curves as pictures."""
    head = Markup().join(Markup("<th>{}</th>").format(text) for text in _head(metric, settings))
    rows = Markup().join(_html_row(run, metric, settings) for run in runs)
    return str(
        Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(head, rows)
    )


def number(value: Setting | None) -> str:
    """A value in few digits; "" for one that was not recorded."""
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else f"{value:.4g}"
    return "" if value is None else str(value)


def duration(seconds: float | None) -> str:
    """A time in its two largest units: "42 s", "3 min 20 s", "2 h 5 min", "3 d 4 h"."""
    if seconds is None:
        return ""
    left = round(seconds)
    if left < 60:
        return f"{left} s"
    for larger, smaller, name, lesser in ((60, 1, "min", "s"), (3600, 60, "h", "min")):
        if left < larger * (60 if larger == 60 else 24):
            return f"{left // larger} {name} {left % larger // smaller} {lesser}"
    return f"{left // 86400} d {left % 86400 // 3600} h"


def shortened(text: str, most: int) -> str:
    """A text without control characters, with its middle left out where it is too long."""
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    if width(text) <= most:
        return text
    head, tail = text, text
    while width(head) > (most - 1) // 2:
        head = head[:-1]
    while width(tail) > most - 1 - width(head):
        tail = tail[1:]
    return f"{head}…{tail}"


def width(text: str) -> int:
    """Columns that a text takes in a terminal."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def bars(curve: np.ndarray) -> str:
    """A curve in `CURVE` characters; "!" where it is not finite."""
    if not len(curve):
        return ""
    finite = curve[np.isfinite(curve)].astype(np.float64)
    low, high = (finite.min(), finite.max()) if len(finite) else (0.0, 0.0)
    places = np.linspace(0, len(curve) - 1, min(CURVE, len(curve))).round().astype(int)
    scale = (len(_LEVELS) - 1) / ((high - low) or 1.0)
    return "".join(
        _LEVELS[round((value - low) * scale)] if math.isfinite(value) else "!"
        for value in curve[places].tolist()
    )


def _head(metric: str | None, settings: Sequence[str]) -> list[str]:
    names = ["run", "health", "", "loss", metric or "", "learning rate", "epochs", "time"]
    return [shortened(name, TEXT_WIDTH) for name in (*names, *settings[:MOST_SETTINGS])]


def _row(run: RunSummary, metric: str | None, settings: Sequence[str]) -> list[str]:
    severity = f"{run.health.upper()} " if run.health in SEVERITIES else ""
    own = [run.configuration.get(name) for name in settings[:MOST_SETTINGS]]
    return [
        shortened(run.name, NAME_WIDTH),
        severity + shortened(run.health_text, NAME_WIDTH),
        bars(run.curve),
        number(run.loss),
        number(run.logs.get(metric or "")),
        number(run.learning_rate),
        str(run.epochs),
        duration(run.seconds),
        *(shortened(number(value), TEXT_WIDTH) for value in own),
    ]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = []
    for place, (text, most) in enumerate(zip(row, widths, strict=True)):
        room = " " * (most - width(text))
        cells.append(text + room if place in _LEFT else room + text)
    return "  ".join(cells).rstrip()


def _html_row(run: RunSummary, metric: str | None, settings: Sequence[str]) -> Markup:
    cells: list[str] = list(_row(run, metric, settings))
    cells[0] = run.name
    cells[2] = sparkline(run.curve_steps, run.curve, "loss", 96, 20) if len(run.curve) else Markup()
    joined = Markup().join(Markup("<td>{}</td>").format(cell) for cell in cells)
    return Markup("<tr>{}</tr>").format(joined)
