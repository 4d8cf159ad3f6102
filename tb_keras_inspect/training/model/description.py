"""The model record: layers, variables, recorded layer outputs."""

import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from typing import Any

import keras

from tb_keras_inspect import frameworks
from tb_keras_inspect._version import __version__
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.records import seal_model
from tb_keras_inspect.training.model import names, settings
from tb_keras_inspect.training.model.connections import known_edges
from tb_keras_inspect.training.model.edges import Edges
from tb_keras_inspect.training.reduce import saturation
from tb_keras_inspect.training.reduce.layout import SiteKey

MAX_HYPERPARAMETERS, MAX_VALUE = 200, 1000  # entries, characters of one


def describe_model(
    model: keras.Model,
    sites: Iterable[SiteKey] = (),
    omissions: Mapping[tuple[str, str], str] | None = None,
    options: Mapping[str, Any] | None = None,
    steps_per_epoch: int | None = None,
    edges: Edges | None = None,
    compiled: Mapping[str, str] | None = None,
    trained: Sequence[Any] | None = None,
    hyperparameters: Mapping[str, Any] | None = None,
    data: str = "",
    tensors: Iterable[str] = (),
) -> pb.ModelRecord:
    """Builds the record of a built model in its present state.

    Args:
        model: A built model.
        sites: Recorded layer outputs, in order.
        omissions: (name, what) to the reason why it is not recorded.
        options: Name to value, recorded as text.
        steps_per_epoch: Training steps of an epoch, None where not known.
        edges: How layers are connected. None: as far as known without running the model.
        compiled: `settings.compiled_of` the model when training began.
        trained: The variables that are trained. None: those that the model says.
        hyperparameters: Name to value, recorded as JSON.
        data: What an epoch is; see `hooks.fit_call.data_of_fit`.
        tensors: Those with a checksum, in the order of a step.
    """
    record = pb.ModelRecord(
        name=model.name,
        class_name=type(model).__name__,
        steps_per_epoch=steps_per_epoch or 0,
        data=data,
        options={name: str(value) for name, value in (options or {}).items()},
        versions=versions(),
        compiled=compiled,
        hyperparameters={
            str(name): json.dumps(_plain(value), default=str)[:MAX_VALUE]
            for name, value in [*(hyperparameters or {}).items()][:MAX_HYPERPARAMETERS]
        },
        inputs=[tensor.name for tensor in getattr(model, "inputs", None) or []],
        tensors=tensors,
    )
    index = _add_layers(record, model)
    _add_variables(record, model, model.trainable_variables if trained is None else trained)
    for site in sites:
        record.sites.append(_site(site, index))
    for (name, what), reason in sorted((omissions or {}).items()):
        record.omissions.add(name=name, what=what, reason=reason)
    _fill_output_shapes(record)
    if edges is None:
        seen = [record.layers[site.layer].path for site in record.sites if site.layer >= 0]
        edges = known_edges(model, seen)
    _add_edges(record, edges)
    return seal_model(record)


def _plain(value: Any) -> Any:
    """A scalar of NumPy or of a framework as Python's own."""
    item = getattr(value, "item", None)
    return item() if callable(item) and not getattr(value, "shape", ()) else value


def versions() -> dict[str, str]:
    """Versions of this package, Keras, its backend and Python."""
    backend = frameworks.current()
    found = {
        "tb_keras_inspect": __version__,
        "keras": keras.__version__,
        "python": platform.python_version(),
        "backend": backend.name,
    }
    for distribution in backend.distributions:
        try:
            found[backend.name] = metadata.version(distribution)
            break
        except metadata.PackageNotFoundError:
            continue
    return found


def _add_layers(record: pb.ModelRecord, model: keras.Model) -> dict[str, int]:
    paths = names.layer_names(model)
    index = {}
    for position, (layer, parent) in enumerate(names.layers_of(model)):
        path = paths[id(layer)]
        index[path] = position
        record.layers.add(
            path=path,
            class_name=type(layer).__name__,
            activation=saturation.activation_of(layer),
            parent=parent,
            parameters=layer.count_params() if layer.built else 0,
            trainable=bool(layer.trainable),
            dtype=str(layer.compute_dtype),
            settings=settings.settings_of(layer),
        )
    return index


def _add_variables(record: pb.ModelRecord, model: keras.Model, variables: Sequence[Any]) -> None:
    owner: dict[int, int] = {}
    for position, (layer, _) in enumerate(names.layers_of(model)):
        for variable in layer.variables:
            owner[id(variable)] = position  # children come later, so that the innermost layer wins
    for variable, path in zip(variables, names.variable_names([*variables], model), strict=True):
        record.variables.add(
            path=path,
            layer=owner.get(id(variable), -1),
            shape=[int(length) for length in variable.shape],
            dtype=str(variable.dtype),
        )


def _site(site: SiteKey, index: dict[str, int]) -> pb.Site:
    return pb.Site(
        name=site.name,
        layer=index.get(site.layer, -1),
        call=site.call,
        output=site.output,
        shape=[-1 if length is None else length for length in site.shape],
        unit_axis=site.unit_axis,
        units=site.units,
        activation=site.activation,
    )


def _add_edges(record: pb.ModelRecord, edges: Edges) -> None:
    record.edges_from = edges.source
    for source, target in edges.pairs:
        record.edges.add(source=source, target=target)
    for index, calls in edges.calls.items():
        record.layers[index].calls = calls


def _fill_output_shapes(record: pb.ModelRecord) -> None:
    for site in reversed(record.sites):
        if site.layer >= 0:
            del record.layers[site.layer].output_shape[:]
            record.layers[site.layer].output_shape.extend(site.shape)
