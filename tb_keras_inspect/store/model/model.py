"""The model record as plain Python objects."""

import dataclasses
from collections.abc import Iterable
from typing import Any

from tb_keras_inspect.records import inspect_pb2 as pb


@dataclasses.dataclass(frozen=True)
class LayerInfo:
    """`parent`: index of the enclosing layer, -1 at the top; -1 in `output_shape`: not known.

    `settings`: numbers and words of its configuration, as text. `calls`: of one forward pass, 0
    where that is not known.
    """

    path: str
    class_name: str
    activation: str
    parent: int
    output_shape: tuple[int, ...]
    parameters: int
    trainable: bool
    dtype: str
    settings: dict[str, str]
    calls: int


@dataclasses.dataclass(frozen=True)
class VariableInfo:
    """A trainable variable; `layer`: index of its layer, -1 for the model's own."""

    path: str
    layer: int
    shape: tuple[int, ...]
    dtype: str


@dataclasses.dataclass(frozen=True)
class SiteInfo:
    """One tensor that one call of one layer put out. `units` is 0 where they are not recorded."""

    name: str
    layer: int
    call: int
    output: int
    shape: tuple[int, ...]
    unit_axis: int
    units: int
    activation: str


@dataclasses.dataclass(frozen=True)
class OmissionInfo:
    """Something that was asked for and could not be recorded."""

    name: str
    what: str
    reason: str


@dataclasses.dataclass(frozen=True)
class ModelInfo:
    """What was trained, and how it was watched.

    `edges`: pairs of layer indices; both ends are innermost layers. `edges_from`: how they were
    found: "functional graph", "trace", "order of calls", or "" where they are not known.
    `compiled`: loss, optimizer and the like, as text.
    """

    fingerprint: int
    name: str
    class_name: str
    layers: tuple[LayerInfo, ...]
    variables: tuple[VariableInfo, ...]
    sites: tuple[SiteInfo, ...]
    edges: tuple[tuple[int, int], ...]
    inputs: tuple[str, ...]
    options: dict[str, str]
    versions: dict[str, str]
    omissions: tuple[OmissionInfo, ...]
    steps_per_epoch: int
    compiled: dict[str, str]
    edges_from: str


def from_record(record: pb.ModelRecord) -> ModelInfo:
    """Takes over a record that `records.decode_model` has checked."""
    return ModelInfo(
        fingerprint=record.fingerprint,
        name=record.name,
        class_name=record.class_name,
        layers=tuple(_layer(layer) for layer in record.layers),
        variables=tuple(
            VariableInfo(v.path, v.layer, tuple(v.shape), v.dtype) for v in record.variables
        ),
        sites=tuple(_site(site) for site in record.sites),
        edges=tuple((edge.source, edge.target) for edge in record.edges),
        inputs=tuple(record.inputs),
        options=dict(record.options),
        versions=dict(record.versions),
        omissions=omissions(record.omissions),
        steps_per_epoch=record.steps_per_epoch,
        compiled=dict(record.compiled),
        edges_from=record.edges_from,
    )


def omissions(records: Iterable[Any]) -> tuple[OmissionInfo, ...]:
    """Takes over `Omission` messages."""
    return tuple(OmissionInfo(item.name, item.what, item.reason) for item in records)


def _layer(layer: pb.Layer) -> LayerInfo:
    return LayerInfo(
        layer.path,
        layer.class_name,
        layer.activation,
        layer.parent,
        tuple(layer.output_shape),
        layer.parameters,
        layer.trainable,
        layer.dtype,
        dict(layer.settings),
        layer.calls,
    )


def _site(site: pb.Site) -> SiteInfo:
    return SiteInfo(
        site.name,
        site.layer,
        site.call,
        site.output,
        tuple(site.shape),
        site.unit_axis,
        site.units,
        site.activation,
    )
