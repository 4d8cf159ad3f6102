"""The settings in which two runs differ."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from tb_keras_inspect.differences.matching import LayerMatch
from tb_keras_inspect.store.model.model import LayerInfo, ModelInfo

# What a setting is of. Of `NUMERIC` ones only rounding should depend.
MODEL, LAYER, OPTIMIZER, LOSS, DATA, SEED = "model", "layer", "optimizer", "loss", "data", "seed"
NUMERIC, RECORDING, OTHER = "numeric", "recording", "other"
_NUMERIC = ("jit_compile", "run_eagerly", "steps_per_execution")
_IGNORED = (
    "frozen_as_initialised",
    "computed_tokens",
    "metrics",
)  # by layer names; no part of the computation
_RECORDING = ("every", "tier", "layers")


@dataclasses.dataclass(frozen=True)
class SettingDifference:
    """One setting that differs.

    Attributes:
        name: Such as "optimizer.epsilon", or "conv.padding" of the layer `conv`.
        a, b: Its value in each run as text; None where the run does not have it.
        group: "model", "layer", "optimizer", "loss", "data", "seed", "numeric" (backend, versions,
            precision, compilation), "recording" or "other".
        layer: Path of the layer in the first run; "" where it is of no layer.
    """

    name: str
    a: str | None
    b: str | None
    group: str
    layer: str = ""

    def __str__(self) -> str:
        a, b = ("not set" if value is None else value for value in (self.a, self.b))
        return f"{self.name}: {a} / {b}"


def setting_differences(
    a: ModelInfo,
    b: ModelInfo,
    layers: LayerMatch,
    steps: tuple[Mapping[str, float], Mapping[str, float]],
) -> list[SettingDifference]:
    """The settings that differ, those of the model first.

    Args:
        a, b: The model records.
        layers: Which layers are the same.
        steps: Numbers of the first sampled step of each run, by name.
    """
    return [
        *_of_layers(a, b, layers),
        *_compiled(a.compiled, b.compiled),
        *_pairs(
            {"steps_per_epoch": a.steps_per_epoch}, {"steps_per_epoch": b.steps_per_epoch}, DATA
        ),
        *_pairs(_data(steps[0]), _data(steps[1]), DATA),
        *_pairs(_weights(steps[0]), _weights(steps[1]), LOSS),
        *_pairs({"data": a.data}, {"data": b.data}, DATA),
        *_pairs(a.hyperparameters, b.hyperparameters, OTHER, "hyperparameter "),
        *_pairs(a.versions, b.versions, NUMERIC, "version of "),
        *_pairs(_recording(a), _recording(b), RECORDING),
    ]


def _data(step: Mapping[str, float]) -> dict[str, float | None]:
    return {"batch_size": step.get("batch_size")}


def _weights(step: Mapping[str, float]) -> dict[str, str | None]:
    return {"sample_weight": "given" if "sample_weight" in step else None}


def _recording(model: ModelInfo) -> dict[str, str | None]:
    return {name: model.options.get(name) for name in _RECORDING}


def _of_layers(a: ModelInfo, b: ModelInfo, layers: LayerMatch) -> Iterator[SettingDifference]:
    for path in layers.only_a:
        yield SettingDifference(path, "there", None, MODEL, path)
    for path in layers.only_b:
        yield SettingDifference(path, None, "there", MODEL)
    found = [
        difference for i, j in layers.pairs for difference in _of_layer(a.layers[i], b.layers[j])
    ]
    yield from found
    if not found:  # else a consequence
        for i, j in layers.pairs:
            own, other = a.layers[i], b.layers[j]
            if own.parameters != other.parameters:
                sizes = str(own.parameters), str(other.parameters)
                yield SettingDifference(f"{own.path}.parameters", *sizes, LAYER, own.path)


def _of_layer(a: LayerInfo, b: LayerInfo) -> Iterator[SettingDifference]:
    for name in ("class_name", "activation", "trainable", "dtype"):
        own, other = str(getattr(a, name)), str(getattr(b, name))
        if own != other:
            group = NUMERIC if name == "dtype" else LAYER
            yield SettingDifference(f"{a.path}.{name}", own, other, group, a.path)
    for item in _pairs(a.settings, b.settings, LAYER, f"{a.path}."):
        yield dataclasses.replace(item, layer=a.path)


def _compiled(a: Mapping[str, str], b: Mapping[str, str]) -> Iterator[SettingDifference]:
    for item in _pairs(a, b, OTHER):
        if item.name in _IGNORED:
            continue
        group = OTHER
        if item.name.startswith("optimizer"):
            group = OPTIMIZER
        elif item.name in ("loss", "from_logits", "loss_weights", "compute_loss"):
            group = LOSS
        elif item.name == "random_seed":
            group = SEED
        elif item.name in _NUMERIC:
            group = NUMERIC
        yield dataclasses.replace(item, group=group)


def _pairs(
    a: Mapping[str, Any], b: Mapping[str, Any], group: str, prefix: str = ""
) -> Iterator[SettingDifference]:
    for name in sorted({*a, *b}):  # maps of a record have no order
        own, other = (_text(values.get(name)) for values in (a, b))
        if own != other:
            yield SettingDifference(prefix + name, own, other, group)


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return f"{value:.9g}" if isinstance(value, float) else str(value)
