"""The diagnosis as one HTML file that needs nothing else: to attach to a ticket."""

import html
from collections.abc import Mapping

import numpy as np

from tb_keras_inspect.catalog.problems import SEVERITIES
from tb_keras_inspect.diagnosis.finding import Evidence, Finding, Findings
from tb_keras_inspect.html.svg import series_svg
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.run import RunData

STYLE = """
:root { color-scheme: light dark; --line: #1a73e8; --bad: #d93025; --faint: #8886; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem; }
article { border: 1px solid var(--faint); border-left: 6px solid var(--faint); border-radius: 6px;
  padding: .2rem 1rem 1rem; margin: 1rem 0; }
article.error { border-left-color: #d93025; } article.warning { border-left-color: #f29900; }
h3 { margin: .7rem 0 .3rem; overflow-wrap: anywhere; } .tag { font-size: .85em; opacity: .8; }
figure { margin: .8rem 0; } figcaption { font-size: .9em; overflow-wrap: anywhere; }
svg { width: 100%; height: auto; } svg text { font-size: 10px; fill: currentColor; opacity: .75; }
.line { fill: none; stroke: var(--line); stroke-width: 1.3; }
.axis { fill: none; stroke: var(--faint); } .bad { fill: var(--bad); }
.limit { fill: none; stroke: #f29900; stroke-dasharray: 5 4; }
.since { stroke: var(--bad); stroke-dasharray: 2 3; }
pre { background: var(--faint); padding: .4rem .6rem; border-radius: 4px; overflow-x: auto; }
"""
# Nothing may be loaded or run, whatever a log's names hold.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def report_html(runs: Mapping[str, RunData], found: Mapping[str, Findings]) -> str:
    """One page.

    Args:
        runs: Name to run.
        found: Name to its findings.
    """
    sections = "".join(section_html(name, run, found[name]) for name, run in runs.items())
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>Diagnosis</title><style>{STYLE}</style></head><body><h1>Diagnosis</h1>"
        f"{sections}</body></html>\n"
    )


def section_html(name: str, run: RunData, findings: Findings) -> str:
    """The part of a page that is about one run: its loss and its findings, under a heading."""
    articles = "".join(_article(run, finding) for finding in findings)
    samples, first, last = run.extent()
    where = f", steps {first} to {last}" if samples else ""
    problems = "".join(f"<li>{html.escape(text)}</li>" for text in run.problems)
    return (
        f"<section><h2>{html.escape(name)}</h2><p>{samples} sampled steps{where}</p>"
        + _loss_figure(run)
        + (articles or "<p>No findings.</p>")
        + (f"<p>Not read:</p><ul>{problems}</ul>" if problems else "")
        + "</section>"
    )


def _loss_figure(run: RunData) -> str:
    loss = run.loss
    picture = series_svg(loss.steps, loss.values, "loss") if len(loss.steps) else ""
    return f"<figure>{picture}<figcaption>loss of the batch, by step</figcaption></figure>"


def _article(run: RunData, finding: Finding) -> str:
    assert finding.severity in SEVERITIES
    advice = "".join(
        f"<li>{html.escape(item.text)}"
        + (f"<pre><code>{html.escape(item.code)}</code></pre>" if item.code else "")
        + "</li>"
        for item in finding.advice
    )
    related = "".join(
        f"<li>{html.escape(item.problem)}: {html.escape(item.title)}</li>"
        for item in finding.related
    )
    still = "still so at the end" if finding.ongoing else "over by then"
    return (
        f'<article class="{finding.severity}"><h3>{html.escape(finding.title)}</h3>'
        f'<p class="tag">{finding.severity}: {finding.problem}, confidence '
        f"{100 * finding.confidence:.0f} %, steps {finding.first_step} to {finding.last_step}, "
        f"{still}</p><p>{html.escape(finding.cause)}</p>"
        + "".join(_figure(run, finding, item) for item in finding.evidence)
        + f"<h4>What to try</h4><ol>{advice}</ol>"
        + (f"<h4>What follows from it</h4><ul>{related}</ul>" if related else "")
        + "</article>"
    )


def _figure(run: RunData, finding: Finding, item: Evidence) -> str:
    caption = html.escape(str(item))
    found = _series(run, item)
    if found is None:
        return f"<p>{caption}</p>"
    title = f"{item.kind} {item.statistic} {item.row}"
    picture = series_svg(*found, title, item.threshold, finding.first_step, item.unit != "%")
    return f"<figure>{picture}<figcaption>{caption}<br>{html.escape(title)}</figcaption></figure>"


def _series(run: RunData, item: Evidence) -> tuple[np.ndarray, np.ndarray] | None:
    """The series that a number comes from, None where there is none."""
    if not item.kind:
        return None
    try:
        table = run.table(item.kind)
        values = table.select(item.statistic)[:, table.names.index(item.row)]
    except (NotRecordedError, ValueError):
        return None
    return (table.steps, values) if len(table.steps) else None
