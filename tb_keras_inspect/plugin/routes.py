"""The answers, as pure functions of the data and the checked parameters."""

import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import tb_keras_inspect
from tb_keras_inspect.plugin.definitions import definition
from tb_keras_inspect.plugin.errors import BadRequestError
from tb_keras_inspect.plugin.params import Params
from tb_keras_inspect.plugin.payload import Payload, as_container, as_json
from tb_keras_inspect.records import DecodedMap, Kind
from tb_keras_inspect.store import pooling
from tb_keras_inspect.store.logdir import Logdir
from tb_keras_inspect.store.run import RunData
from tb_keras_inspect.store.table import StatTable

MAX_CELLS = 1 << 26  # of one array of one answer: 256 MB of float32


def runs_impl(logdir: Logdir, params: Params) -> Payload:
    """What was recorded where."""
    runs = [_run_entry(run) for run in logdir.runs().values()]
    return as_json(
        {"version": tb_keras_inspect.__version__, "logdir": logdir.location(), "runs": runs}
    )


def model_impl(run: RunData, params: Params) -> Payload:
    """The model record."""
    content = dataclasses.asdict(run.model)
    content["fingerprint"] = f"{run.model.fingerprint:016x}"
    return as_json(content)


def table_impl(run: RunData, params: Params) -> Payload:
    """Statistics of a kind, pooled to a width."""
    table = run.table(params.text("kind"))
    rows = _rows(table, params.rows())
    steps, window = _steps(table.steps, params)
    first = _columns(len(steps), params)
    pools = params.choices("pool", pooling.POOLS, ["last"])
    statistics = params.texts("statistic", table.statistics)
    names = table.names[rows]
    _limit(len(first), len(names))
    arrays = _step_arrays(steps, first)
    for statistic in statistics:
        values = table.select(statistic)[window, rows]
        for how in pools:
            arrays[f"{statistic}/{how}"] = pooling.pool(values, first, how).T
    meta = {
        "run": run.name,
        "kind": table.kind,
        "statistics": statistics,
        "names": names,
        "samples": len(steps),
        "definitions": {statistic: definition(statistic) for statistic in statistics},
    }
    return as_container(meta, arrays)


def units_impl(run: RunData, params: Params) -> Payload:
    """One layer's units over time."""
    units = run.units(params.text("layer"))
    steps, window = _steps(units.steps, params)
    first = _columns(len(steps), params)
    _limit(len(first), units.max_abs.shape[1])
    arrays = _step_arrays(steps, first)
    arrays["max_abs"] = pooling.pool(units.max_abs[window], first, "max").T
    arrays["dead"] = pooling.last_of(units.dead[window], first).T
    arrays["window_samples"] = pooling.last_of(units.window_samples[window], first).astype(np.int32)
    meta = {
        "run": run.name,
        "layer": params.text("layer"),
        "samples": len(steps),
        "window": units.window,
    }
    return as_container(meta, arrays)


def histogram_impl(run: RunData, params: Params) -> Payload:
    """One tensor's histograms over time."""
    kind, name = params.text("kind"), params.text("name")
    histogram = run.histogram(kind, name)
    steps, window = _steps(histogram.steps, params)
    first = _columns(len(steps), params)
    _limit(len(first), len(histogram.edges))
    arrays = _step_arrays(steps, first)
    arrays["edges"] = histogram.edges
    arrays["counts"] = pooling.pool_sum(histogram.counts[window], first)
    return as_container(
        {"run": run.name, "kind": kind, "name": name, "samples": len(steps)}, arrays
    )


def maps_index_impl(run: RunData, params: Params) -> Payload:
    """At which steps there are maps, and of which layers."""
    snapshots = run.map_snapshots()
    names = dict.fromkeys(name for snapshot in snapshots for name in snapshot.blobs)
    omissions = dict.fromkeys(o for snapshot in snapshots for o in snapshot.omissions)
    return as_json(
        {
            "steps": [snapshot.step for snapshot in snapshots],
            "names": list(names),
            "omissions": [dataclasses.asdict(omission) for omission in omissions],
        }
    )


def maps_impl(run: RunData, params: Params) -> Payload:
    """One layer's maps at or before a step."""
    maps = run.maps(params.text("layer"))
    step = params.step("step")
    index = len(maps) - 1
    if step is not None:
        index = max(int(np.searchsorted(maps.steps, step, side="right")) - 1, 0)
    record = maps.record(index)
    meta = {
        "run": run.name,
        "step": int(maps.steps[index]),
        "requested_step": step,
        **_map_meta(record),
    }
    return as_container(meta, _map_arrays(record))


def probe_impl(run: RunData, params: Params) -> Payload:
    """The probe samples."""
    probe = run.probe
    arrays = {}
    for number, record in enumerate(probe.inputs):
        found = _map_arrays(record)
        for name in ("codes", "scale", "offset"):
            arrays[f"input{number}/{name}"] = found[name]
    if probe.labels is not None:
        arrays["labels"] = probe.labels
    return as_container({"run": run.name, "inputs": [_map_meta(r) for r in probe.inputs]}, arrays)


def loss_impl(run: RunData, params: Params) -> Payload:
    """The loss of each sampled step and the logs of each epoch."""
    loss = run.loss
    first = _columns(len(loss.steps), params)
    arrays = _step_arrays(loss.steps, first)
    arrays["loss"] = pooling.pool(loss.values, first, "last")
    arrays["learning_rate"] = pooling.pool(loss.learning_rate, first, "last")
    names = list(loss.epochs)
    steps = loss.epochs[names[0]][0] if names else np.zeros(0)
    arrays["epoch_steps"] = steps.astype(np.float64)
    for name in names:
        arrays[f"epoch/{name}"] = loss.epochs[name][1]
    meta = {"run": run.name, "epoch_names": names, "samples": len(loss.steps)}
    return as_container(meta, arrays)


@dataclasses.dataclass(frozen=True)
class Route:
    """A route of one run."""

    impl: Callable[[RunData, Params], Payload]
    accepted: tuple[str, ...] = ()


_RANGE = ("first_step", "last_step", "width")
RUN_ROUTES = {
    "model": Route(model_impl),
    "table": Route(table_impl, ("kind", "statistic", *_RANGE, "rows", "pool")),
    "units": Route(units_impl, ("layer", *_RANGE)),
    "histogram": Route(histogram_impl, ("kind", "name", *_RANGE)),
    "maps_index": Route(maps_index_impl),
    "maps": Route(maps_impl, ("layer", "step")),
    "probe": Route(probe_impl),
    "loss": Route(loss_impl, ("width",)),
}


def etag_of(*parts: Any) -> str:
    """A short text that differs where the parts differ."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:20]


def _run_entry(run: RunData) -> dict[str, Any]:
    steps = run.table(Kind.STEP.value).steps if Kind.STEP.value in run.kinds else []
    return {
        "name": run.name,
        "samples": len(steps),
        "first_step": int(steps[0]) if len(steps) else None,
        "last_step": int(steps[-1]) if len(steps) else None,
        "wall_time": run.wall_time,
        "kinds": sorted(run.kinds),
        "problems": run.problems,
        "etag": etag_of(run.stamp),
    }


def _rows(table: StatTable, rows: slice) -> slice:
    count = len(table.names)
    start, stop, _ = rows.indices(count)
    if count and start >= stop:
        raise BadRequestError(f"Parameter 'rows' selects none of the {count} rows there are")
    return slice(start, stop)


def _steps(steps: np.ndarray, params: Params) -> tuple[np.ndarray, slice]:
    """The steps within first_step and last_step, both included, and where they are."""
    first, last = params.step("first_step"), params.step("last_step")
    if first is not None and last is not None and first > last:
        raise BadRequestError(f"'first_step' {first} is beyond 'last_step' {last}")
    start = 0 if first is None else int(np.searchsorted(steps, first, side="left"))
    stop = len(steps) if last is None else int(np.searchsorted(steps, last, side="right"))
    return steps[start:stop], slice(start, stop)


def _columns(samples: int, params: Params) -> np.ndarray:
    return pooling.starts(samples, params.width() or max(samples, 1))


def _step_arrays(steps: np.ndarray, first: np.ndarray) -> dict[str, np.ndarray]:
    return {
        "steps": pooling.last_of(steps, first).astype(np.float64),
        "first_steps": steps[first].astype(np.float64),
    }


def _limit(columns: int, rows: int) -> None:
    if columns * rows > MAX_CELLS:
        raise BadRequestError(
            f"{rows} rows x {columns} columns is more than an answer holds ({MAX_CELLS} cells): "
            "give a smaller 'width' or fewer 'rows'"
        )


def _map_meta(record: DecodedMap) -> dict[str, Any]:
    shape: Sequence[int] = record.full_shape
    return {"name": record.name, "layout": record.layout, "full_shape": list(shape)}


def _map_arrays(record: DecodedMap) -> dict[str, np.ndarray]:
    return {
        "codes": record.codes,
        "scale": record.scale,
        "offset": record.offset,
        "channels": record.channels,
        "dead": record.dead,
    }
