"""Unique, stable names of a model's layers and variables."""

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

import keras

Layer: TypeAlias = keras.layers.Layer


def layers_of(model: keras.Model) -> Iterator[tuple[Layer, int]]:
    """All layers of a model except metrics, each once, parents before children.

    Yields:
        The layer, and the index of its nearest parent among the layers yielded (-1 at the top).
    """
    seen: dict[int, int] = {id(model): -1}

    def walk(parent: Layer, parent_index: int) -> Iterator[tuple[Layer, int]]:
        for layer in _children(parent):
            if id(layer) in seen or isinstance(layer, keras.metrics.Metric):
                continue
            index = seen[id(layer)] = len(seen) - 1
            yield layer, parent_index
            yield from walk(layer, index)

    yield from walk(model, -1)


def layer_names(model: keras.Model) -> dict[int, str]:
    """`id(layer)` to the layer's path without the model's own name; equal paths get `~2`, `~3`.

    Keras knows no path of a layer without variables, such as the `Softmax` that a block made: its
    name follows the path of the layer around it.
    """
    used: dict[str, int] = {}
    found: dict[int, str] = {}
    layers: list[Layer] = []
    for layer, parent in layers_of(model):
        around = layers[parent] if parent >= 0 else model
        path = getattr(layer, "path", None)
        if path is None and not isinstance(around, keras.Model):
            path = f"{found[id(around)]}/{_own_name(layer)}"
        found[id(layer)] = _unique(_relative(path or layer.name, model), used)
        layers.append(layer)
    return found


def _own_name(layer: Layer) -> str:
    """A layer's name, without the number by which Keras makes names of its own choice unique."""
    own = keras.src.utils.naming.to_snake_case(type(layer).__name__)
    return own if re.fullmatch(rf"{re.escape(own)}_\d+", layer.name) else str(layer.name)


def variable_names(variables: list[Any], model: keras.Model) -> list[str]:
    """Paths of variables without the model's own name; equal paths get `~2`, `~3`."""
    used: dict[str, int] = {}
    return [_unique(_relative(variable.path, model), used) for variable in variables]


def _children(layer: Layer) -> list[Layer]:
    # Functional and Sequential models keep their layers in the order of the forward pass;
    # Sequential leaves out its input.
    known = list(getattr(layer, "_layers", []))
    inputs = [child for child in known if isinstance(child, keras.layers.InputLayer)]
    ordered = [child for child in getattr(layer, "layers", None) or [] if child not in inputs]
    return inputs + ordered + [child for child in known if child not in inputs + ordered]


def _relative(path: str, model: keras.Model) -> str:
    prefix = model.name + "/"
    return path[len(prefix) :] if path.startswith(prefix) and len(path) > len(prefix) else path


def _unique(name: str, used: dict[str, int]) -> str:
    used[name] = used.get(name, 0) + 1
    return name if used[name] == 1 else f"{name}~{used[name]}"
