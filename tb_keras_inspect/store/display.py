"""How a run and what is in it look in a notebook and in a terminal.

Names come from a log: in HTML everything is escaped.
"""

from __future__ import annotations

import dataclasses
import html
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

NAMES = 6  # named before "and n more"
WIDTH, HEIGHT = 360, 60
MOST_POINTS = 300
FEW = 4  # dictionary entries that are described one by one


class Shown:
    """Gives a dataclass of arrays a display that says what is in it instead of printing it all.

    The dataclass is to be made with `repr=False`.
    """

    def __repr__(self) -> str:
        facts = ", ".join(f"{name}: {text}" for name, text in _facts(self))
        return f"<{type(self).__name__} {facts}>"

    def _repr_html_(self) -> str:
        return f"<b>{type(self).__name__}</b>{table_html(_facts(self))}"


def table_html(rows: Iterable[tuple[str, str]]) -> str:
    """Names and texts as an HTML table."""
    cells = "".join(
        f'<tr><th style="text-align:left">{html.escape(name)}</th>'
        f'<td style="text-align:left">{html.escape(text)}</td></tr>'
        for name, text in rows
    )
    return f"<table>{cells}</table>"


def listed(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    shown = ", ".join(map(str, names[:NAMES]))
    more = len(names) - NAMES
    return shown + (f" and {more} more" if more > 0 else "") if names else "none"


def described(value: Any) -> str:
    """One line on a value: of an array its type, shape and range, and what is not finite."""
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, dict):
        return _mapping(value)
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return f"{len(value)}: {listed(value)}"
    return str(value)


def sparkline(steps: np.ndarray, values: np.ndarray, title: str) -> str:
    """A series as a small SVG; red marks where it is not finite, "" where there is nothing."""
    values = np.asarray(values, np.float64)
    good = np.isfinite(values)
    if not good.any():
        return ""
    first, span = float(steps[0]), max(float(steps[-1]) - float(steps[0]), 1.0)
    x = (np.asarray(steps, np.float64) - first) / span * WIDTH
    low, high = values[good].min(), values[good].max()
    y = HEIGHT * (1 - (values / 2 - low / 2) / ((high / 2 - low / 2) or 1.0))
    keep = np.flatnonzero(good)[:: max(1, int(good.sum()) // MOST_POINTS)]
    line = " ".join(f"{x[i]:.1f},{y[i]:.1f}" for i in keep)
    marks = "".join(
        f'<rect x="{at:.1f}" y="{HEIGHT - 5}" width="2" height="5" fill="#d93025"/>'
        for at in x[~good][:MOST_POINTS]
    )
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" viewBox="0 -2 {WIDTH} {HEIGHT + 4}" role="img" '
        f'aria-label="{html.escape(title)}"><polyline points="{line}" fill="none" '
        f'stroke="#1a73e8"/>{marks}</svg>'
    )


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
    good = array[np.isfinite(array)] if array.dtype.kind == "f" else array
    bad = array.size - good.size
    ends = f"{good.min():.6g} to {good.max():.6g}" if good.size else "nothing finite"
    return f"{head}, {ends}" + (f", {bad} not finite" if bad and good.size else "")


def _mapping(value: dict[str, Any]) -> str:
    if len(value) > FEW or not all(isinstance(item, np.ndarray) for item in value.values()):
        return f"{len(value)}: {listed(list(value))}"
    return "; ".join(f"{name}: {_array(item)}" for name, item in value.items()) or "none"
