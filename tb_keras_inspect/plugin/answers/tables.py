"""Tables of statistics over all steps, at one step, and for one layer."""

import contextlib
from collections.abc import Callable
from typing import Any

import numpy as np

from tb_keras_inspect.catalog.kinds import LAYER_KINDS, TABLE_KINDS
from tb_keras_inspect.catalog.statistics import POOLS, definitions
from tb_keras_inspect.plugin.answers.columns import Columns
from tb_keras_inspect.plugin.errors import BadRequestError
from tb_keras_inspect.plugin.params import Params
from tb_keras_inspect.plugin.payload import Payload, as_container
from tb_keras_inspect.records import Kind
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.run import RunData
from tb_keras_inspect.store.tables.table import StatTable


def table_impl(run: RunData, params: Params) -> Payload:
    """The statistics of one kind at all steps of a range, pooled to a width."""
    table = run.table(params.text("kind"))
    rows = _rows(table, params)
    columns = Columns.of(table.steps, params)
    pools = params.choices("pool", POOLS, ["last"])
    statistics = params.texts("statistic", table.statistics)
    columns.limit(rows.stop - rows.start, len(statistics) * len(pools))
    arrays = columns.arrays()
    for statistic in statistics:
        values = table.select(statistic)[:, rows]
        for how in pools:
            arrays[f"{statistic}/{how}"] = columns.pool(values, how).T
    meta = {
        "run": run.name,
        "kind": table.kind,
        "statistics": statistics,
        "names": table.names[rows],
        "samples": columns.samples,
        "definitions": definitions(statistics),
        "problems": run.problems,
    }
    return as_container(meta, arrays)


def snapshot_impl(run: RunData, params: Params) -> Payload:
    """All kinds at one step: for each, the newest sample at or before it, or the first one."""
    step = params.step("step")
    asked = [kind for kind in TABLE_KINDS if kind.value in run.kinds and kind.facts.title]
    kinds: dict[str, Any] = {}
    arrays: dict[str, np.ndarray] = {}
    for kind in asked:
        table = run.table(kind.value)
        if len(table.steps):
            index = index_at(table.steps, step)
            kinds[kind.value] = _described(table) | {"step": int(table.steps[index])}
            arrays[kind.value] = table.values[index]
    meta: dict[str, Any] = {"run": run.name, "requested_step": step, "kinds": kinds, "units": None}
    if Kind.UNITS.value in run.kinds:
        with contextlib.suppress(NotRecordedError):  # none of them can be read
            meta["units"] = _add_units(run, step, arrays)
    meta["problems"] = run.problems
    return as_container(meta, arrays)


def series_impl(run: RunData, params: Params) -> Payload:
    """Everything about one layer at all steps of a range: its variables and its outputs."""
    layer = params.text("layer")
    wanted = params.choices("kind", [k.value for k in LAYER_KINDS], ())
    pools = params.choices("pool", POOLS, ["last"])
    rows_of = _rows_of_layer(run, layer)
    kinds: dict[str, Any] = {}
    arrays: dict[str, np.ndarray] = {}
    for kind in LAYER_KINDS:
        if kind.value in run.kinds and (not wanted or kind.value in wanted):
            table = run.table(kind.value)
            there = set(table.names)
            names = [name for name in rows_of(kind) if name in there]
            columns = Columns.of(table.steps, params)
            columns.limit(len(names), len(table.statistics) * len(pools))
            kinds[kind.value] = _described(table) | {"names": names, "samples": columns.samples}
            arrays |= _series_arrays(table, names, columns, pools)
    meta = {"run": run.name, "layer": layer, "kinds": kinds, "problems": run.problems}
    return as_container(meta, arrays)


def index_at(steps: np.ndarray, step: int | None) -> int:
    """Index of the newest sample at or before a step, or of the first one. None means the newest."""
    if step is None:
        return len(steps) - 1
    return max(int(np.searchsorted(steps, step, side="right")) - 1, 0)


def _described(table: StatTable) -> dict[str, Any]:
    return {
        "names": table.names,
        "statistics": table.statistics,
        "definitions": definitions(table.statistics),
    }


def _add_units(run: RunData, step: int | None, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    found = run.units_at(step)
    arrays["units/units"], arrays["units/dead"] = found.units, found.dead
    return {
        "step": found.step,
        "names": found.names,
        "window": found.window,
        "window_samples": found.window_samples,
    }


def _rows_of_layer(run: RunData, layer: str) -> Callable[[Kind], list[str]]:
    """A function from kind to the names of the layer's rows, including those of nested layers."""
    layers = run.model.layers
    inside: set[int] = set()
    for index, item in enumerate(layers):  # a parent comes before its children
        if item.path == layer or item.parent in inside:
            inside.add(index)
    if not inside:
        raise NotRecordedError("layer", layer, [item.path for item in layers])
    variables = [v.path for v in run.model.variables if v.layer in inside]
    sites = [site.name for site in run.model.sites if site.layer in inside]
    return lambda kind: sites if kind is Kind.ACTIVATION else variables


def _series_arrays(
    table: StatTable, names: list[str], columns: Columns, pools: list[str]
) -> dict[str, np.ndarray]:
    index = {name: number for number, name in enumerate(table.names)}
    rows = [index[name] for name in names]
    arrays = columns.arrays(f"{table.kind}/")
    for statistic in table.statistics:
        values = table.select(statistic)[:, rows]
        for how in pools:
            arrays[f"{table.kind}/{statistic}/{how}"] = columns.pool(values, how).T
    return arrays


def _rows(table: StatTable, params: Params) -> slice:
    count = len(table.names)
    start, stop, _ = params.rows().indices(count)
    if count and start >= stop:
        raise BadRequestError(f"Parameter 'rows' selects none of the {count} rows")
    return slice(start, max(start, stop))
