"""Pictures of the probe samples inside the model, and the samples themselves."""

import dataclasses
from typing import Any

import numpy as np

from tb_keras_inspect.catalog.kinds import INDEXED_KINDS, PICTURE_KINDS
from tb_keras_inspect.plugin.answers.tables import index_at
from tb_keras_inspect.plugin.params import Params
from tb_keras_inspect.plugin.payload import Payload, as_container, as_json
from tb_keras_inspect.records import DecodedMap, DecodedProbe, Kind
from tb_keras_inspect.store.pictures.maps import names_in
from tb_keras_inspect.store.run import RunData

_PICTURES = tuple(kind.value for kind in PICTURE_KINDS)
_INDEXED = tuple(kind.value for kind in INDEXED_KINDS)


def maps_index_impl(run: RunData, params: Params) -> Payload:
    """The steps at which there are pictures of a kind, and what they show."""
    kind = params.choice("kind", _INDEXED, Kind.MAPS.value)
    snapshots = run.map_snapshots(kind)
    omissions = dict.fromkeys(item for snapshot in snapshots for item in snapshot.omissions)
    return as_json(
        {
            "kind": kind,
            "kinds": [name for name in _INDEXED if name in run.kinds],
            "steps": [snapshot.step for snapshot in snapshots],
            "names": names_in(snapshots),
            "omissions": [dataclasses.asdict(omission) for omission in omissions],
            "problems": run.problems,
        }
    )


def maps_impl(run: RunData, params: Params) -> Payload:
    """The pictures of one name from the newest snapshot at or before a step, or from the first one."""
    kind = params.choice("kind", _PICTURES, Kind.MAPS.value)
    maps = run.maps(params.text("layer"), kind)
    step = params.step("step")
    index = index_at(maps.steps, step)
    record = maps.record(index)
    meta = {"run": run.name, "kind": kind, "step": int(maps.steps[index]), "requested_step": step}
    return stack_payload(meta, record)


def stack_payload(meta: dict[str, Any], record: DecodedMap) -> Payload:
    """Packs pictures into a container."""
    return as_container(meta | meta_of(record), arrays_of(record))


def probe_impl(run: RunData, params: Params) -> Payload:
    """The probe samples."""
    return probe_payload(run.name, run.probe)


def probe_payload(run: str, probe: DecodedProbe) -> Payload:
    """Packs samples and their labels into a container."""
    arrays: dict[str, np.ndarray] = {}
    for number, record in enumerate(probe.inputs):
        arrays |= {f"input{number}/{name}": array for name, array in arrays_of(record).items()}
    if probe.labels is not None:
        arrays["labels"] = probe.labels
    return as_container({"run": run, "inputs": [meta_of(r) for r in probe.inputs]}, arrays)


def meta_of(record: DecodedMap) -> dict[str, Any]:
    """What a reader of `arrays_of` needs."""
    return {
        "name": record.name,
        "layout": record.layout,
        "full_shape": list(record.full_shape),
        "layer": record.layer,
    }


def arrays_of(record: DecodedMap) -> dict[str, np.ndarray]:
    """The arrays of pictures, by their names in a container."""
    arrays = {
        "codes": record.codes,
        "scale": record.scale,
        "offset": record.offset,
        "channels": record.channels,
        "dead": record.dead,
    }
    optional = {
        "values": record.exact,
        "rows": record.rows,
        "norms": record.norms,
        "targets": record.targets,
    }
    return arrays | {name: array for name, array in optional.items() if array is not None}
