"""What the tools answer about one run, as JSON. Each answer is bounded, and says what it left out."""

import fnmatch
from collections.abc import Sequence
from typing import Any

import numpy as np

from tb_keras_inspect.catalog.kinds import PICTURE_KINDS, TABLE_KINDS
from tb_keras_inspect.catalog.statistics import definitions
from tb_keras_inspect.store import RunData
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.summary.run_summary import json_number
from tb_keras_inspect.store.tables import pooling

MOST_ROWS = 200  # of a table, and layers of a model
MOST_POINTS = 500
DIGITS = 6  # significant ones


def model_answer(run: RunData) -> dict[str, Any]:
    """The model, how it is compiled, and what was recorded."""
    model = run.model
    pictures = {
        kind.value: run.map_names(kind.value)[:MOST_ROWS]
        for kind in PICTURE_KINDS
        if kind.value in run.kinds
    }
    return {
        "run": run.name,
        "model": {"name": model.name, "class": model.class_name},
        "compiled": dict(model.compiled),
        "hyperparameters": {k: json_number(v) for k, v in model.hyperparameters.items()},
        "options": dict(model.options),
        "versions": dict(model.versions),
        "steps_per_epoch": model.steps_per_epoch,
        "inputs": list(model.inputs),
        "layers": [
            {
                "path": layer.path,
                "class": layer.class_name,
                "activation": layer.activation,
                "output_shape": list(layer.output_shape),
                "parameters": layer.parameters,
                "trainable": layer.trainable,
            }
            for layer in model.layers[:MOST_ROWS]
        ],
        "variables": [variable.path for variable in model.variables[:MOST_ROWS]],
        "more_layers": max(len(model.layers) - MOST_ROWS, 0),
        "tables": {kind: run.table(kind).statistics for kind in _tables(run)},
        "pictures": pictures,
        "problems": run.problems,
    }


def table_answer(
    run: RunData,
    kind: str,
    step: int | None,
    rows: str,
    statistics: Sequence[str] | None,
) -> dict[str, Any]:
    """All rows of a table at one step."""
    table = run.table(kind)
    wanted = list(statistics or table.statistics)
    if not len(table.steps):
        raise NotRecordedError("sample of kind", kind, [])
    index = len(table.steps) - 1
    if step is not None:
        index = max(int(np.searchsorted(table.steps, step, side="right")) - 1, 0)
    columns = [table.select(name)[index] for name in wanted]
    chosen = [i for i, name in enumerate(table.names) if fnmatch.fnmatchcase(name, rows)]
    return {
        "run": run.name,
        "kind": kind,
        "step": int(table.steps[index]),
        "statistics": wanted,
        "rows": [
            {"name": table.names[i], "values": [number(column[i]) for column in columns]}
            for i in chosen[:MOST_ROWS]
        ],
        "more_rows": max(len(chosen) - MOST_ROWS, 0),
        "definitions": definitions(wanted),
    }


def series_answer(
    run: RunData,
    kind: str,
    statistic: str,
    name: str,
    first_step: int | None,
    last_step: int | None,
    points: int,
) -> dict[str, Any]:
    """One number over time; many samples are pooled into few points."""
    table = run.table(kind)
    if name not in table.names:
        raise NotRecordedError(f"row of {kind}", name, table.names)
    low = 0 if first_step is None else int(np.searchsorted(table.steps, first_step, side="left"))
    high = len(table.steps)
    if last_step is not None:
        high = int(np.searchsorted(table.steps, last_step, side="right"))
    steps = table.steps[low:high]
    values = table.select(statistic)[low:high, table.names.index(name)]
    starts = pooling.starts(len(steps), points)
    content = {
        "run": run.name,
        "kind": kind,
        "statistic": statistic,
        "name": name,
        "samples": len(steps),
        "nonfinite": int((~np.isfinite(values)).sum()),
        "steps": [int(step) for step in pooling.last_of(steps, starts)],
        "values": numbers(pooling.last_of(values, starts)),
    }
    if len(starts) < len(steps):
        for how in ("min", "max"):
            content[how] = numbers(pooling.pool(values, starts, how))
    return content | {"definition": definitions([statistic]).get(statistic)}


def numbers(values: np.ndarray) -> list[Any]:
    """Numbers for JSON."""
    return [number(value) for value in values]


def number(value: Any) -> Any:
    """A number in few digits; one that JSON cannot hold as "NaN", "Infinity" or "-Infinity"."""
    return json_number(float(f"{float(value):.{DIGITS}g}"))


def _tables(run: RunData) -> list[str]:
    return [kind.value for kind in TABLE_KINDS if kind.value in run.kinds]
