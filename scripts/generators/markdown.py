"""The tables of the documentation that are generated, each between two markers of its page."""

import re
from collections.abc import Callable, Iterable, Sequence

from scripts.generators import options
from tb_keras_inspect.catalog import routes, run_statistics, tensor_statistics
from tb_keras_inspect.catalog.finding_changes import FINDING_CHANGES
from tb_keras_inspect.catalog.kind_facts import Form, Rows
from tb_keras_inspect.catalog.kinds import LAYER_KINDS, Kind
from tb_keras_inspect.catalog.problems import PROBLEMS
from tb_keras_inspect.catalog.statistics import STATISTICS
from tb_keras_inspect.catalog.usual import USUAL
from tb_keras_inspect.diagnosis.rules import THRESHOLDS

PAGES = ("definitions", "records", "http_api", "diagnosis", "options")
_OPTIONS = (
    "InspectCallback",
    "RecordOptions",
    "PictureOptions",
    "BudgetOptions",
    "DiagnosisOptions",
    "ControlOptions",
    "IncidentOptions",
    "RecoveryOptions",
    "Webhook",
)
_MARKED = re.compile(
    r"(<!-- generated: (?P<name>[^>]+) -->\n)(?P<table>.*?)(<!-- end generated -->)", re.DOTALL
)
_ROWS = {
    Rows.NONE: "",
    Rows.VARIABLES: "`model.variables`",
    Rows.SITES: "`model.sites`",
    Rows.INPUTS: "`model.inputs`",
    Rows.TENSORS: "`model.tensors`",
    Rows.ONE: 'one, named ""',
    Rows.NAMED: "",
}


def filled(page: str) -> str:
    """A page with all its generated tables.

    Raises:
        KeyError: for a marker with an unknown name.
    """
    return _MARKED.sub(lambda m: f"{m[1]}\n{TABLES[m['name']]()}\n\n{m[4]}", page)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines).replace("|  |", "| |")


def _statistics(names: Iterable[str]) -> str:
    chosen = [STATISTICS[name] for name in names]
    return table(
        ("number", "what it is", "formula", "unit", "source"),
        [(f"`{s.name}`", s.meaning, _code(s.formula), s.unit, s.source) for s in chosen],
    )


def _usual() -> str:
    return table(
        ("kind", "number", "of", "in healthy runs"),
        [
            (
                f"`{u.kind.value}`",
                f"`{u.statistic}`",
                f"{u.variables}s" if u.variables else "all",
                u.words,
            )
            for u in USUAL
        ],
    )


def _statistics_of_one_kind() -> str:
    """Those of a tensor's kind that not every tensor has."""
    found = [
        (kind, STATISTICS[name])
        for kind in (*LAYER_KINDS, Kind.OPTIMIZER)
        for name in kind.columns
        if name not in tensor_statistics.TENSOR_STATISTICS
    ]
    return table(
        ("kind", "number", "what it is", "formula", "unit", "source"),
        [
            (f"`{kind.value}`", f"`{s.name}`", s.meaning, _code(s.formula), s.unit, s.source)
            for kind, s in found
        ],
    )


def _code(formula: str) -> str:
    return formula if "`" in formula else f"`{formula}`"


def _kinds() -> str:
    """One row for each kind; kinds that say the same share a row."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for kind in Kind:
        facts = kind.facts
        content = [f"`{name}`" for name in kind.columns]
        if kind is Kind.STEP:
            content = []
        text = "; ".join(filter(None, (", ".join(content), facts.meaning)))
        same = "histogram" if facts.form is Form.HISTOGRAM else kind.value
        groups.setdefault((same, _message(facts.form), _rows(kind), text), []).append(kind.value)
    rows = [(", ".join(f"`{name}`" for name in names), *key[1:]) for key, names in groups.items()]
    return table(("kind", "message", "rows", "columns, or content"), rows)


def _rows(kind: Kind) -> str:
    if kind.facts.form is Form.HISTOGRAM:
        return "as in the table"
    return kind.facts.row_text or _ROWS[kind.facts.rows]


def _message(form: Form) -> str:
    blobs = form in (Form.PICTURES, Form.CURVES)
    return f"`MapIndex`, then `{form.value}`s" if blobs else f"`{form.value}`"


def _step_columns() -> str:
    chosen = [STATISTICS[name] for name in run_statistics.STEP_STATISTICS]
    return table(("column", "meaning"), [(f"`{s.name}`", s.meaning) for s in chosen])


def _options(name: str) -> str:
    return table(("option", "default", "meaning"), options.rows(name))


def _common() -> str:
    return table(
        ("parameter", "meaning", "accepted", "default"),
        [(f"`{p.name}`", p.meaning, p.accepted, p.default) for p in routes.COMMON],
    )


def _parameters(route: str) -> str:
    """A route's own parameters, then in one row those that are common to several."""
    found = routes.RUN_ROUTES[route].parameters
    rows = [(f"`{p.name}`", p.meaning, p.default) for p in found if p not in routes.COMMON]
    common = [f"`{p.name}`" for p in found if p in routes.COMMON]
    rows += [(", ".join(common), "see above", "")] if common else []
    return table(("parameter", "meaning", "default"), rows)


def _steering() -> str:
    rows = [
        (
            f"`{r.method} {r.path}?{'&'.join(f'{name}=' for name in ('run', *r.parameters))}`",
            r.meaning,
        )
        for r in routes.STEERING_ROUTES
    ]
    return table(("route", "what it does"), rows)


def _problems() -> str:
    rows = [(f"`{p.name}`", p.examines, p.why) for p in PROBLEMS.values()]
    return table(("problem", "what the rule examines", "why"), rows)


def _variants() -> str:
    rows = [
        (f"`{problem.name}`", f"`{variant}`", meaning)
        for problem in PROBLEMS.values()
        for variant, meaning in problem.variants.items()
    ]
    return table(("problem", "variant", "meaning"), rows)


def _changes() -> str:
    rows = [(f"`{name}`", meaning) for name, meaning in FINDING_CHANGES.items()]
    return table(("change", "meaning"), rows)


def _thresholds() -> str:
    rows = [
        (f"`{t.name}`", f"{t.default:g}", f"{t.low:g} to {t.high:g}", t.definition, t.source)
        for t in THRESHOLDS
    ]
    return table(
        ("threshold", "default", "accepted", "what it is", "where the default comes from"), rows
    )


TABLES: dict[str, Callable[[], str]] = {
    "statistics of every tensor": lambda: _statistics(tensor_statistics.TENSOR_STATISTICS),
    "usual values": _usual,
    "statistics of one kind": _statistics_of_one_kind,
    "statistics of inputs and targets": lambda: _statistics(Kind.INPUT.columns),
    "statistics of checksums": lambda: _statistics(Kind.CHECKSUM.columns[:2]),
    "statistics of the step": lambda: _statistics(Kind.STEP.columns),
    "statistics of the representation": lambda: _statistics(Kind.REPRESENTATION.columns),
    "kinds": _kinds,
    "columns of step": _step_columns,
    "common parameters": _common,
    "steering routes": _steering,
    "problems": _problems,
    "variants": _variants,
    "changes of findings": _changes,
    "thresholds": _thresholds,
    **{f"options of {name}": (lambda name=name: _options(name)) for name in _OPTIONS},
    **{
        f"parameters of {name}": (lambda name=name: _parameters(name)) for name in routes.RUN_ROUTES
    },
}
