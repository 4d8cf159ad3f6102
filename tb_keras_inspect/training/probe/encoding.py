"""One snapshot of the probe pass, on the host, to messages of each kind."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from tb_keras_inspect.catalog.kinds import PICTURE_KINDS, Kind
from tb_keras_inspect.catalog.run_statistics import REPRESENTATION_STATISTICS
from tb_keras_inspect.records import encode_activation_function, encode_map_index, encode_table
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.training.probe import effective_rank
from tb_keras_inspect.training.probe.pictures import activation_functions, map_encoding
from tb_keras_inspect.training.probe.pictures.map_encoding import LayerMap

Messages = dict[Kind, list[Any]]


@dataclasses.dataclass
class Snapshot:
    """What a snapshot holds.

    Attributes:
        pictures: Of each kind.
        functions: Name of a call to what `activation_functions.record_of` takes.
        predictions: Name of an output to float32[samples, values].
        observations: Site name to float32[N, C].
    """

    pictures: dict[Kind, list[LayerMap]] = dataclasses.field(default_factory=dict)
    functions: dict[str, dict[str, np.ndarray]] = dataclasses.field(default_factory=dict)
    predictions: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)
    observations: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)


def encode(
    model: int,
    snapshot: Snapshot,
    kinds: frozenset[Kind],
    omissions: Mapping[tuple[str, str], str],
    functions: Mapping[str, str],
    reasons: Mapping[str, str],
) -> Messages:
    """The messages of a snapshot, by kind.

    Args:
        model: Fingerprint of the model record.
        snapshot: What to write.
        kinds: The kinds that are wanted.
        omissions: (kind, name) to the reason why it is not there.
        functions: Name of a call to the name of its activation function.
        reasons: Name of a call to the reason why its function has no curve.
    """
    messages: Messages = {}
    for kind in PICTURE_KINDS:
        items, left_out = snapshot.pictures.get(kind, []), _omissions(kind, omissions)
        if kind in kinds and (items or left_out):
            messages[kind] = map_encoding.encode_maps(model, items, left_out)
    kind = Kind.ACTIVATION_FUNCTION
    left_out = _omissions(kind, omissions)
    if snapshot.functions or (kind in kinds and left_out):
        items = [
            _function(model, name, functions[name], kept, reasons.get(name, ""))
            for name, kept in snapshot.functions.items()
        ]
        messages[kind] = [encode_map_index(model, list(snapshot.functions), left_out), *items]
    if snapshot.predictions:
        messages[Kind.PREDICTION] = [_predictions(model, snapshot.predictions)]
    if snapshot.observations:
        messages[Kind.REPRESENTATION] = [_representation(model, snapshot.observations)]
    return messages


def _omissions(kind: Kind, omissions: Mapping[tuple[str, str], str]) -> list[pb.Omission]:
    return [
        pb.Omission(name=name, what=kind.value, reason=reason)
        for (what, name), reason in omissions.items()
        if what == kind.value
    ]


def _function(
    model: int, name: str, function: str, kept: Mapping[str, np.ndarray], reason: str
) -> pb.ActivationFunctionRecord:
    record = activation_functions.record_of(kept, reason)
    return encode_activation_function(model, name, function, **vars(record))


def _predictions(model: int, outputs: Mapping[str, np.ndarray]) -> pb.TableRecord:
    columns = [f"{name}/{k}" for name, values in outputs.items() for k in range(values.shape[1])]
    values = np.concatenate(list(outputs.values()), axis=1)
    return encode_table(model, columns, values, names=[str(row) for row in range(len(values))])


def _representation(model: int, observations: Mapping[str, np.ndarray]) -> pb.TableRecord:
    rows = [effective_rank.row(x) for x in observations.values()]
    return encode_table(model, REPRESENTATION_STATISTICS, np.stack(rows), names=list(observations))
