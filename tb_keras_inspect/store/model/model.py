"""The model record as plain Python objects."""

import dataclasses
import json
import math
from collections.abc import Iterable
from typing import Any

from tb_keras_inspect.records import inspect_pb2 as pb


@dataclasses.dataclass(frozen=True)
class LayerInfo:
    """One layer.

    Attributes:
        parent: Index of the enclosing layer; -1 at the top.
        output_shape: Shape of the output; -1 for unknown dimensions.
        parameters: Number of parameters.
        settings: Numbers and words of its configuration, as text.
        calls: Calls in one forward pass; 0 if unknown.
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
    """A trainable variable; `layer` is the index of its layer, -1 if it belongs to the model."""

    path: str
    layer: int
    shape: tuple[int, ...]
    dtype: str


@dataclasses.dataclass(frozen=True)
class SiteInfo:
    """One output tensor of one layer call. `units` is 0 if its units are not recorded."""

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
    """Something that was requested but could not be recorded."""

    name: str
    what: str
    reason: str


@dataclasses.dataclass(frozen=True)
class ModelInfo:
    """The model, its compile settings, and how it is recorded.

    Attributes:
        edges: Pairs of layer indices; both ends are innermost layers.
        edges_from: How the edges were found: "functional graph", "trace", "order of calls", or ""
            if they are unknown.
        options: Options of the callback, as text.
        compiled: Loss, optimizer and other compile settings, and arguments of `fit` that change what
            is learned (`fit.shuffle`), as text.
        steps_per_epoch: Batches per epoch; 0 if unknown.
        data: "fixed set" if each epoch has the same samples, "" where they may be others.
        hyperparameters: Name to value, of the trial of a tuner or as given to the callback.
        tensors: Tensors that have a checksum, `<phase>/<name>`, in the order of a step.
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
    hyperparameters: dict[str, Any]
    data: str
    tensors: tuple[str, ...]


def from_record(record: pb.ModelRecord) -> ModelInfo:
    """Converts a record that `records.decode_model` has validated."""
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
        data=record.data,
        hyperparameters={name: _value(text) for name, text in record.hyperparameters.items()},
        tensors=tuple(record.tensors),
    )


def _value(text: str) -> Any:
    """A value from JSON, or the text itself where it was cut off or is none."""
    try:
        return json.loads(text, parse_constant=str, parse_float=_finite_or_text)
    except (ValueError, RecursionError):
        return text


def _finite_or_text(text: str) -> float | str:
    value = float(text)
    return value if math.isfinite(value) else text


def omissions(records: Iterable[Any]) -> tuple[OmissionInfo, ...]:
    """Converts `Omission` messages."""
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
