"""How a run and its data look in a notebook and in a terminal.

Names come from an untrusted log: `Markup` escapes everything that is formatted into HTML.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

NAMES = 6  # named before "and n more"
WIDTH, HEIGHT = 360, 60
MOST_POINTS = 300
FEW = 4  # dictionary entries that are described one by one


class Shown:
    """A mixin for dataclasses of arrays: a repr that summarises each field instead of printing it.

    Declare the dataclass with `repr=False`.
    """

    def __repr__(self) -> str:
        facts = ", ".join(f"{name}: {text}" for name, text in _facts(self))
        return f"<{type(self).__name__} {facts}>"

    def _repr_html_(self) -> str:
        return Markup("<b>{}</b>{}").format(type(self).__name__, table_html(_facts(self)))


_ROW = Markup('<tr><th style="text-align:left">{}</th><td style="text-align:left">{}</td></tr>')


def table_html(rows: Iterable[tuple[str, str]]) -> Markup:
    """Names and texts as an HTML table."""
    return Markup("<table>{}</table>").format(Markup().join(_ROW.format(*row) for row in rows))


def listed(names: Sequence[str]) -> str:
    """The first names, and how many more there are: "a, b and 3 more"."""
    shown = ", ".join(map(str, names[:NAMES]))
    more = len(names) - NAMES
    return shown + (f" and {more} more" if more > 0 else "") if names else "none"


def described(value: Any) -> str:
    """One line about a value: for an array its dtype, shape, range and non-finite count."""
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, dict):
        return _mapping(value)
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return f"{len(value)}: {listed(value)}"
    return str(value)


def sparkline(
    steps: np.ndarray, values: np.ndarray, title: str, width: int = WIDTH, height: int = HEIGHT
) -> Markup:
    """A series as a small SVG with red marks at non-finite values; empty if no value is finite."""
    values = np.asarray(values, np.float64)
    finite = np.isfinite(values)
    if not finite.any():
        return Markup()
    first, span = float(steps[0]), max(float(steps[-1]) - float(steps[0]), 1.0)
    x = (np.asarray(steps, np.float64) - first) / span * width
    low, high = values[finite].min(), values[finite].max()
    y = height * (1 - (values / 2 - low / 2) / ((high / 2 - low / 2) or 1.0))
    keep = np.flatnonzero(finite)[:: max(1, int(finite.sum()) // MOST_POINTS)]
    line = " ".join(f"{x[i]:.1f},{y[i]:.1f}" for i in keep)
    marks = "".join(
        f'<rect x="{at:.1f}" y="{height - 5}" width="2" height="5" fill="#d93025"/>'
        for at in x[~finite][:MOST_POINTS]
    )
    return Markup(
        '<svg width="{}" height="{}" viewBox="0 -2 {} {}" role="img" aria-label="{}">'
        '<polyline points="{}" fill="none" stroke="#1a73e8"/>{}</svg>'
    ).format(width, height, width, height + 4, title, line, Markup(marks))


def _facts(item: Any) -> list[tuple[str, str]]:
    return [
        (field.name, described(getattr(item, field.name)))
        for field in dataclasses.fields(item)
        if getattr(item, field.name) is not None
    ]


def _array(array: np.ndarray) -> str:
    head = f"{array.dtype}[{', '.join(map(str, array.shape))}]"
    if not array.size or array.dtype.kind not in "fiub":
        return head
    if array.dtype == bool:
        return f"{head}, {100 * array.mean():.3g} % true"
    finite = array[np.isfinite(array)] if array.dtype.kind == "f" else array
    others = array.size - finite.size
    ends = f"{finite.min():.6g} to {finite.max():.6g}" if finite.size else "nothing finite"
    return f"{head}, {ends}" + (f", {others} not finite" if others and finite.size else "")


def _mapping(value: dict[str, Any]) -> str:
    if len(value) > FEW or not all(isinstance(item, np.ndarray) for item in value.values()):
        return f"{len(value)}: {listed(list(value))}"
    return "; ".join(f"{name}: {_array(item)}" for name, item in value.items()) or "none"
