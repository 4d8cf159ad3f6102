"""Pictures: maps of the probe samples, and the samples themselves."""

import dataclasses
from typing import Any

import numpy as np

from tb_keras_inspect.plugin.impl.tables import index_at
from tb_keras_inspect.plugin.params import Params
from tb_keras_inspect.plugin.payload import Payload, as_container, as_json
from tb_keras_inspect.records import DecodedMap
from tb_keras_inspect.store.run import RunData


def maps_index_impl(run: RunData, params: Params) -> Payload:
    """At which steps there are maps, and of what."""
    snapshots = run.map_snapshots()
    names = dict.fromkeys(name for snapshot in reversed(snapshots) for name in snapshot.blobs)
    omissions = dict.fromkeys(item for snapshot in snapshots for item in snapshot.omissions)
    return as_json(
        {
            "steps": [snapshot.step for snapshot in snapshots],
            "names": list(names),
            "omissions": [dataclasses.asdict(omission) for omission in omissions],
            "problems": run.problems,
        }
    )


def maps_impl(run: RunData, params: Params) -> Payload:
    """One layer's maps: of the newest snapshot at or before a step, else of the first."""
    maps = run.maps(params.text("layer"))
    step = params.step("step")
    index = index_at(maps.steps, step)
    record = maps.record(index)
    meta = {"run": run.name, "step": int(maps.steps[index]), "requested_step": step}
    return as_container(meta | _meta(record), _arrays(record))


def probe_impl(run: RunData, params: Params) -> Payload:
    """The probe samples."""
    probe = run.probe
    arrays: dict[str, np.ndarray] = {}
    for number, record in enumerate(probe.inputs):
        arrays |= {f"input{number}/{name}": array for name, array in _arrays(record).items()}
    if probe.labels is not None:
        arrays["labels"] = probe.labels
    return as_container({"run": run.name, "inputs": [_meta(r) for r in probe.inputs]}, arrays)


def _meta(record: DecodedMap) -> dict[str, Any]:
    return {
        "name": record.name,
        "layout": record.layout,
        "full_shape": list(record.full_shape),
    }


def _arrays(record: DecodedMap) -> dict[str, np.ndarray]:
    return {
        "codes": record.codes,
        "scale": record.scale,
        "offset": record.offset,
        "channels": record.channels,
        "dead": record.dead,
    }
