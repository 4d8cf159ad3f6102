"""A run in a notebook: what it is, what was recorded, how its loss went."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from tb_keras_inspect.store.display import listed, sparkline, table_html
from tb_keras_inspect.store.errors import NotRecordedError

if TYPE_CHECKING:
    from tb_keras_inspect.store.run import RunData


def facts(run: RunData) -> list[tuple[str, str]]:
    """What a run is: names of facts, and each in a line."""
    samples, first, last = run.extent()
    where = f"{samples}, steps {first} to {last}" if samples else "none"
    rows = [("sampled steps", where), *_model(run), ("recorded", listed(sorted(run.kinds)))]
    return rows + [("not read", text) for text in run.problems]


def run_html(run: RunData) -> str:
    """An HTML fragment; every name in it is escaped."""
    rows, loss = facts(run), run.loss
    picture = sparkline(loss.steps, loss.values, "loss") if len(loss.steps) else ""
    caption = f"<div>loss of the sampled batches<br/>{picture}</div>" if picture else ""
    return f"<b>{html.escape(run.name)}</b>{table_html(rows)}{caption}"


def _model(run: RunData) -> list[tuple[str, str]]:
    try:
        model = run.model
    except NotRecordedError:
        return []
    total = sum(layer.parameters for layer in model.layers if layer.parent == -1)
    text = f"{model.name} ({model.class_name}): {len(model.layers)} layers, {total:,} parameters"
    return [("model", text), ("compiled", listed(sorted(map(": ".join, model.compiled.items()))))]
