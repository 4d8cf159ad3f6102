"""The diagnosis as one self-contained HTML file, to attach to a ticket."""

from collections.abc import Iterable, Mapping

import numpy as np
from markupsafe import Markup

from tb_keras_inspect.diagnosis.finding import Evidence, Finding
from tb_keras_inspect.diagnosis.findings import Findings
from tb_keras_inspect.diagnosis.reported import differences, heading
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
# Nothing is loaded and nothing runs, whatever the names in a log hold.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
PAGE = Markup(
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
    '<meta http-equiv="Content-Security-Policy" content="{policy}">'
    '<meta name="viewport" content="width=device-width">'
    "<title>Diagnosis</title><style>{style}</style></head><body><h1>Diagnosis</h1>"
    "{sections}</body></html>\n"
)
ARTICLE = Markup(
    '<article class="{finding.severity}"><h3>{finding.title}</h3>'
    '<p class="tag">{finding.severity}: {finding.problem}, confidence {confidence} %, steps '
    "{finding.first_step} to {finding.last_step}, {state}</p><p>{finding.cause}</p>{figures}"
    "<h4>What to try</h4><ol>{advice}</ol>{related}</article>"
)


def report_html(runs: Mapping[str, RunData], found: Mapping[str, Findings]) -> str:
    """A page with the findings of several runs.

    Args:
        runs: Name to run.
        found: Name to its findings.
    """
    sections = _joined(section_html(name, run, found[name]) for name, run in runs.items())
    # The policy and the style are ours, and hold quotes.
    return str(PAGE.format(policy=Markup(POLICY), style=Markup(STYLE), sections=sections))


def section_html(name: str, run: RunData, findings: Findings) -> Markup:
    """The part of a page for one run: a heading, its loss and its findings."""
    samples, first, last = run.extent()
    steps = f", steps {first} to {last}" if samples else ""
    problems = _joined(Markup("<li>{}</li>").format(text) for text in run.problems)
    page = (
        "<section><h2>{}</h2><p><strong>{}</strong></p><p>{} sampled steps{}</p>{}{}{}{}</section>"
    )
    return Markup(page).format(
        name,
        findings.verdict or "No findings.",
        samples,
        steps,
        _loss_figure(run),
        _joined(_article(run, finding) for finding in findings),
        _differences(run, findings),
        Markup("<p>Could not be read:</p><ul>{}</ul>").format(problems) if problems else "",
    )


def _differences(run: RunData, findings: Findings) -> Markup:
    items = _joined(Markup("<li>{}</li>").format(d.text) for d in differences(run, findings))
    return Markup("<p>{}:</p><ul>{}</ul>").format(heading(run), items) if items else Markup()


def _joined(parts: Iterable[Markup]) -> Markup:
    return Markup().join(parts)


def _loss_figure(run: RunData) -> Markup:
    loss = run.loss
    plot = series_svg(loss.steps, loss.values, "loss") if len(loss.steps) else Markup()
    figure = Markup("<figure>{}<figcaption>loss of the sampled batches</figcaption></figure>")
    return figure.format(plot)


def _article(run: RunData, finding: Finding) -> Markup:
    advice = _joined(
        Markup("<li>{}{}</li>").format(
            item.text, Markup("<pre><code>{}</code></pre>").format(item.code) if item.code else ""
        )
        for item in finding.advice
    )
    related = _joined(
        Markup("<li>{}: {}</li>").format(item.problem, item.title) for item in finding.related
    )
    return ARTICLE.format(
        finding=finding,
        confidence=f"{100 * finding.confidence:.0f}",
        state="ongoing at the end" if finding.ongoing else "over at the end",
        figures=_joined(_figure(run, finding, item) for item in finding.evidence),
        advice=advice,
        related=Markup("<h4>This explains</h4><ul>{}</ul>").format(related) if related else "",
    )


def _figure(run: RunData, finding: Finding, item: Evidence) -> Markup:
    found = _series(run, item)
    if found is None:
        return Markup("<p>{}</p>").format(str(item))
    title = f"{item.kind} {item.statistic} {item.row}".rstrip()
    plot = series_svg(*found, title, item.threshold, finding.first_step, item.unit != "%")
    return Markup("<figure>{}<figcaption>{}<br>{}</figcaption></figure>").format(
        plot, str(item), title
    )


def _series(run: RunData, item: Evidence) -> tuple[np.ndarray, np.ndarray] | None:
    """Steps and values of the series that a number comes from, or None."""
    if not item.kind:
        return None
    try:
        table = run.table(item.kind)
        values = table.select(item.statistic)[:, table.names.index(item.row)]
    except (NotRecordedError, ValueError):
        return None
    return (table.steps, values) if len(table.steps) else None
