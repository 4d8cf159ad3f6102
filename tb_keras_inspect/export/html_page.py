"""One self-contained HTML page per run: the diagnosis, and every series as a small plot."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import escape

from tb_keras_inspect.catalog.kind_facts import Rows
from tb_keras_inspect.catalog.kinds import Kind
from tb_keras_inspect.diagnosis import diagnose
from tb_keras_inspect.export.columns import TABLES
from tb_keras_inspect.html.report import POLICY, STYLE, section_html
from tb_keras_inspect.html.svg import series_svg
from tb_keras_inspect.store import RunData, display
from tb_keras_inspect.store.run_display import facts
from tb_keras_inspect.store.tables import pooling
from tb_keras_inspect.store.tables.table import StatTable

MOST_ROWS = 200  # rows of a table with plots; the other formats have the rest
COLUMNS = 200  # points of a small plot
# The statistics to draw for each kind; for other kinds the first one.
STATISTICS = {
    "update": ("ratio", "l2"),
    "activation": ("l2", "dead_fraction", "saturated_fraction"),
    "representation": ("effective_rank",),
}
LEFT_OUT = ("prediction",)  # thousands of columns; the other formats have them
MORE_STYLE = """
body { max-width: 72rem; } table { border-collapse: collapse; font-size: .9em; }
td, th { border-bottom: 1px solid var(--faint); padding: .1rem .6rem; text-align: right;
  overflow-wrap: anywhere; } td:first-child, th:first-child { text-align: left; }
td svg { width: 180px; height: 30px; } figure svg { max-width: 40rem; }
"""


def page(run: RunData, kinds: Sequence[str]) -> str:
    """Returns the page. Every name in it is escaped.

    Args:
        run: The run.
        kinds: Which tables to show; other kinds are ignored.
    """
    tables = [kind for kind in TABLES if kind in kinds and kind not in LEFT_OUT]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(run.name)}</title>'
        f"<style>{STYLE}{MORE_STYLE}</style></head><body><h1>{escape(run.name)}</h1>"
        f"{display.table_html(facts(run))}{section_html('Diagnosis', run, diagnose(run))}"
        + "".join(_kind(run.table(kind)) for kind in tables)
        + "</body></html>\n"
    )


def _kind(table: StatTable) -> str:
    if not len(table.steps):
        return ""
    if Kind(table.kind).facts.rows is Rows.ONE:  # every statistic is drawn
        body = "".join(_single(table, statistic) for statistic in table.statistics)
        return f"<h2>{escape(table.kind)}</h2>{body}"
    default = (table.statistics[0],)
    wanted = [s for s in STATISTICS.get(table.kind, default) if s in table.statistics]
    return f"<h2>{escape(table.kind)}</h2>" + "".join(_rows(table, s) for s in wanted)


def _single(table: StatTable, statistic: str) -> str:
    values = table.select(statistic)[:, 0]
    title = escape(statistic)
    picture = series_svg(table.steps, values, statistic)
    return f"<figure>{picture}<figcaption>{title}</figcaption></figure>" if picture else ""


def _rows(table: StatTable, statistic: str) -> str:
    values = table.select(statistic)
    head = ("", "first", "last", "least", "largest", "not finite", "over time")
    cells = "".join(f"<th>{text}</th>" for text in head)
    rows = "".join(
        _row(name, table.steps, values[:, row], _there(table, row))
        for row, name in enumerate(table.names[:MOST_ROWS])
    )
    more = len(table.names) - MOST_ROWS
    rest = f"<p>and {more} more rows</p>" if more > 0 else ""
    caption = f"<h3>{escape(table.kind)} {escape(statistic)}</h3>"
    return f"{caption}<table><tr>{cells}</tr>{rows}</table>{rest}"


def _there(table: StatTable, row: int) -> np.ndarray:
    if table.recorded is None:
        return np.ones(len(table.steps), bool)
    return table.recorded[:, row]


def _row(name: str, steps: np.ndarray, values: np.ndarray, there: np.ndarray) -> str:
    steps, values = steps[there], values[there]
    good = values[np.isfinite(values)]
    numbers = [*values[:1], *values[-1:]] + ([good.min(), good.max()] if len(good) else ["", ""])
    texts = [f"{n:.4g}" if not isinstance(n, str) else n for n in numbers]
    cells = "".join(f"<td>{text}</td>" for text in (*texts, len(values) - len(good)))
    first = pooling.starts(len(steps), COLUMNS)
    small = pooling.pool(values, first, "max")
    picture = display.sparkline(pooling.last_of(steps, first), small, name) if len(steps) else ""
    return f"<tr><td>{escape(name)}</td>{cells}<td>{picture}</td></tr>"
