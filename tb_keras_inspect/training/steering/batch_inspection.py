"""Inspects the batch of a paused training run: its samples, activations and gradients."""

import contextlib
import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras
import numpy as np

from tb_keras_inspect import frameworks
from tb_keras_inspect.catalog.commands import CommandError, short
from tb_keras_inspect.catalog.kinds import Kind
from tb_keras_inspect.frameworks.foreign import is_composite
from tb_keras_inspect.training.hooks.inference import losses_kept, random_state_kept
from tb_keras_inspect.training.model import names
from tb_keras_inspect.training.probe import data
from tb_keras_inspect.training.probe import samples as probe_samples
from tb_keras_inspect.training.probe.pictures import (
    kernels,
    map_encoding,
    map_sizes,
    maps,
)
from tb_keras_inspect.training.probe.probe_pass import ProbePass
from tb_keras_inspect.training.probe.samples import ProbeSamples

MAX_SHOWN = probe_samples.MAX_COUNT  # samples with pictures
MAX_LOSSES = 1024  # samples whose loss is computed
CAPS = map_sizes.Caps(max_channels=64, max_pixels=4096, max_bytes=2_000_000)
PROBE, MAP = "probe", "map"


@dataclasses.dataclass(frozen=True)
class Inspection:
    """What an inspection shows.

    Attributes:
        form: "probe" or "map": the kind of the picture.
        picture: A serialized `ProbeRecord` or `MapRecord`.
        detail: Further results that JSON can represent.
    """

    form: str
    picture: bytes
    detail: dict[str, Any]


def inspect_batch(model: keras.Model, batch: Any) -> Inspection:
    """Show the samples with the largest loss and their labels, and the loss of every sample.

    The losses are those of the next step: in training mode, with the current weights.
    """
    losses, why = _losses_or_reason(model, batch)
    order, samples = _chosen(batch, losses)
    named = probe_samples.named(model, samples.inputs)
    picture = map_encoding.encode_inputs(0, named, samples.labels)
    detail = {
        "samples": order,
        "losses": None if losses is None else [as_json(value) for value in losses],
        "why_no_losses": why,
        "batch_size": _size(batch),
    }
    return Inspection(PROBE, picture.SerializeToString(), detail)


def inspect_activations(model: keras.Model, batch: Any, layer: str) -> Inspection:
    """Show a layer's output for those samples, not in training mode, as activation maps are recorded.

    Raises:
        CommandError: If the model has no such layer, or its output cannot be shown.
    """
    found = names.layer_names(model)
    wanted = {key: name for key, name in found.items() if name == layer.partition(":")[0]}
    if not wanted:
        raise CommandError(f"The model has no layer {short(layer)}")
    losses, _ = _losses_or_reason(model, batch)
    order, samples = _chosen(batch, losses)
    probe = ProbePass(
        model, samples, wanted, max_bytes=CAPS.max_bytes, kinds=frozenset({Kind.MAPS})
    )
    messages = probe.encode(probe.run(0), 0).get(Kind.MAPS, [])
    if len(messages) < 2:
        reasons = [item.reason for message in messages[:1] for item in message.omissions]
        raise CommandError("; ".join(reasons) or f"Layer {layer!r} has no output that can be shown")
    return Inspection(MAP, messages[1].SerializeToString(), {"samples": order})


def inspect_gradient(model: keras.Model, batch: Any, variable: str) -> Inspection:
    """Show the gradient of the batch's loss with respect to a weight, in training mode, not clipped.

    Raises:
        CommandError: If the model has no such trainable weight, or the gradient cannot be computed.
    """
    variables = list(model.trainable_variables)
    paths = names.variable_names(variables, model)
    if variable not in paths:
        raise CommandError(f"The model has no trainable weight {short(variable)}")
    weight = variables[paths.index(variable)]
    x, y, sample_weight = _parts(batch)

    def loss_of(tensors: Mapping[str, Any]) -> tuple[Any, Any]:
        with keras.StatelessScope(state_mapping=[(weight, tensors["weight"])]):
            return _loss(model, x, y, _forward(model, x), sample_weight), 0.0

    backend = frameworks.current()

    def run(_: Any) -> Any:
        return backend.gradients(loss_of, {"weight": weight.value})[0]["weight"]

    with random_state_kept(), losses_kept(model), _refusing("the gradient"):
        gradient = backend.to_host(backend.eager(run, model)(x))
    item = _gradient_map(model, weight, variable, gradient)
    picture = map_encoding.encode_maps(0, [item], [])[1]
    finite = gradient[np.isfinite(gradient)].astype(np.float64)
    is_finite = finite.size == gradient.size
    numbers: dict[str, float] = {
        "l2": math.sqrt(float(np.sum(np.square(finite)))) if is_finite else math.nan,
        "mean": float(finite.mean()) if finite.size else math.nan,
        "max_abs": float(np.abs(finite).max()) if finite.size else math.nan,
        "nonfinite_count": int(gradient.size - finite.size),
    }
    return Inspection(MAP, picture.SerializeToString(), {k: as_json(v) for k, v in numbers.items()})


def as_json(value: float) -> float | int | str:
    """Return a number for JSON; one that is not finite as text that `float` and `Number` read."""
    if isinstance(value, int) or math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def sample_losses(model: keras.Model, batch: Any) -> list[float]:
    """Return the loss of each sample, as the model computes it for a batch of one.

    Raises:
        CommandError: If it cannot be computed.
    """
    x, y, sample_weight = _parts(batch)
    count = _size(batch)
    if count > MAX_LOSSES:
        raise CommandError(
            f"Losses are computed for at most {MAX_LOSSES} samples; there are {count}"
        )
    backend = frameworks.current()

    def run(inputs: Any) -> list[Any]:
        outputs = _forward(model, inputs)
        return [
            _loss(model, *(_row(part, i) for part in (inputs, y, outputs, sample_weight)))
            for i in range(count)
        ]

    with random_state_kept(), losses_kept(model), _refusing("the losses"):
        return [float(backend.to_host(value)) for value in backend.eager(run, model)(x)]


def _losses_or_reason(model: keras.Model, batch: Any) -> tuple[list[float] | None, str]:
    try:
        return sample_losses(model, batch), ""
    except CommandError as error:
        return None, str(error)


@contextlib.contextmanager
def _refusing(what: str) -> Iterator[None]:
    """Turn any failure into a refusal: a custom model may do anything."""
    try:
        yield
    except CommandError:
        raise
    except Exception as error:
        first = (str(error).strip().splitlines() or [""])[0]
        text = f"Computing {what} failed with {type(error).__name__}: {first}"
        raise CommandError(text) from error


def _forward(model: keras.Model, x: Any) -> Any:
    takes_training = getattr(model, "_call_has_training_arg", True)
    return model(x, **({"training": True} if takes_training else {}))


def _loss(model: keras.Model, x: Any, y: Any, outputs: Any, sample_weight: Any) -> Any:
    return model._compute_loss(x=x, y=y, y_pred=outputs, sample_weight=sample_weight, training=True)


def _parts(batch: Any) -> tuple[Any, Any, Any]:
    if isinstance(batch, list):  # from a DataLoader
        batch = tuple(batch)
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(batch)
    leaves = [leaf for leaf in keras.tree.flatten((x, y, sample_weight)) if leaf is not None]
    if not leaves or any(is_composite(leaf) or not getattr(leaf, "shape", ()) for leaf in leaves):
        raise CommandError("The batch has parts that are not plain arrays of samples")
    x, y, sample_weight = keras.tree.map_structure(
        lambda leaf: None if leaf is None else keras.ops.convert_to_tensor(leaf),
        (x, y, sample_weight),
    )
    return x, y, sample_weight


def _size(batch: Any) -> int:
    leaves = keras.tree.flatten(_parts(batch)[0])
    return int(next(leaf for leaf in leaves if leaf is not None).shape[0])


def _row(part: Any, index: int) -> Any:
    return keras.tree.map_structure(
        lambda leaf: None if leaf is None else leaf[index : index + 1], part
    )


def _chosen(batch: Any, losses: Sequence[float] | None) -> tuple[list[int], ProbeSamples]:
    """Choose the samples to show: those with the largest loss, NaN first, or else the first ones."""
    x, y, _ = _parts(batch)
    order = np.arange(_size(batch))
    if losses is not None:
        rank = np.where(np.isfinite(losses), losses, np.inf)
        order = np.argsort(-rank, kind="stable")
    order = order[:MAX_SHOWN]
    x, y = keras.tree.map_structure(
        lambda leaf: None if leaf is None else data.to_numpy(leaf)[order], (x, y)
    )
    return order.tolist(), ProbeSamples.from_batch((x, y), MAX_SHOWN)


def _gradient_map(
    model: keras.Model, weight: Any, name: str, gradient: np.ndarray
) -> map_encoding.LayerMap:
    """Arrange a gradient as the picture of its weight is arranged."""
    layers: list[Any] = [layer for layer, _ in names.layers_of(model)]
    owner = {id(v): layer for layer in layers for v in layer.weights}
    picture = kernels.picture_of(owner.get(id(weight)), weight.name, gradient.shape)
    if picture is None:  # of rank 1
        row = gradient.reshape(1, -1)
        return _reduced(name, row, maps.view_of(row.shape))
    arranged, rows = picture.arranged(gradient, np), None
    if picture.layout == "kernel":
        with np.errstate(invalid="ignore", over="ignore"):
            norms = np.sqrt(np.sum(np.square(arranged), axis=(1, 2, 3)))
        rows = kernels.largest(norms, kernels.MAX_INPUTS)
        arranged = arranged[rows]
    view = dataclasses.replace(picture.view, full_shape=arranged.shape)
    item = _reduced(name, arranged, view)
    return dataclasses.replace(item, full_shape=picture.arranged_shape, rows=rows)


def _reduced(name: str, x: np.ndarray, view: maps.View) -> map_encoding.LayerMap:
    (size,) = map_sizes.fit_sizes([view], CAPS)
    if size is None:
        raise CommandError(f"{name!r} is too large to show")
    return map_encoding.reduce_output(name, x.astype(np.float32), view, size)
