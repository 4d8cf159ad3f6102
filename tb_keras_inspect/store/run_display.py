"""How a run looks in a notebook: what it is, what was recorded, how its loss went."""

from __future__ import annotations

from typing import Protocol

from markupsafe import Markup

from tb_keras_inspect.store.display import listed, sparkline, table_html
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.finding_log import FindingLog
from tb_keras_inspect.store.model.model import ModelInfo
from tb_keras_inspect.store.tables.loss import Loss


class Run(Protocol):
    """What is shown of a run; `RunData` has it."""

    name: str

    @property
    def kinds(self) -> set[str]: ...

    @property
    def problems(self) -> list[str]: ...

    @property
    def model(self) -> ModelInfo: ...

    @property
    def loss(self) -> Loss: ...

    @property
    def finding_log(self) -> FindingLog: ...

    def extent(self) -> tuple[int, int | None, int | None]: ...


def facts(run: Run) -> list[tuple[str, str]]:
    """What a run is, as (name of a fact, one line of text)."""
    samples, first, last = run.extent()
    sampled = f"{samples}, steps {first} to {last}" if samples else "none"
    verdict = [("verdict", run.finding_log.verdict.text)] if run.finding_log.verdict else []
    rows = [
        *verdict,
        ("sampled steps", sampled),
        *_model(run),
        ("recorded", listed(sorted(run.kinds))),
    ]
    return rows + [("unreadable", text) for text in run.problems]


def run_html(run: Run) -> Markup:
    """An HTML fragment; every name in it is escaped."""
    loss = run.loss
    picture = sparkline(loss.steps, loss.values, "loss") if len(loss.steps) else ""
    caption = Markup("<div>loss of the sampled batches<br/>{}</div>").format(picture)
    return Markup("<b>{}</b>{}{}").format(
        run.name, table_html(facts(run)), caption if picture else ""
    )


def _model(run: Run) -> list[tuple[str, str]]:
    try:
        model = run.model
    except NotRecordedError:
        return []
    total = sum(layer.parameters for layer in model.layers if layer.parent == -1)
    text = f"{model.name} ({model.class_name}): {len(model.layers)} layers, {total:,} parameters"
    return [("model", text), ("compiled", listed(sorted(map(": ".join, model.compiled.items()))))]
