"""The `layers=` option: which layers are recorded."""

import difflib
import re
from collections.abc import Callable, Sequence
from typing import Any

import keras

from tb_keras_inspect.training.model import names

LayerFilter = Callable[[str, Any], bool]  # layer name, layer -> whether to record it


def layer_filter(layers: Any) -> LayerFilter:
    """Turns the `layers=` option into a function.

    Args:
        layers: None for all; a regular expression that is searched for in the layer's name; a
            sequence of layer names and layer instances. A chosen layer includes the layers inside it.

    Raises:
        ValueError: For a malformed regular expression or another type.
    """
    if layers is None:
        return lambda name, layer: True
    if isinstance(layers, str):
        try:
            pattern = re.compile(layers)
        except re.error as error:
            raise ValueError(
                f"`layers` must be a valid regular expression ({error}). Received: {layers!r}"
            ) from None
        return lambda name, layer: pattern.search(name) is not None
    if not isinstance(layers, Sequence) or not layers:
        raise ValueError(
            "`layers` must be None, a regular expression, or a non-empty list of layer names or "
            f"layers. Received: layers={layers!r}"
        )
    names = {item for item in layers if isinstance(item, str)}
    instances = [item for item in layers if not isinstance(item, str)]
    for item in instances:
        if not hasattr(item, "trainable_variables"):
            raise ValueError(
                f"`layers` takes layer names (str) and Keras layers. Received an item: {item!r}"
            )

    def accepts(name: str, layer: Any) -> bool:
        inside = any(name == chosen or name.startswith(chosen + "/") for chosen in names)
        return inside or any(layer is item or layer in item._flatten_layers() for item in instances)

    return accepts


def check_matches(layers: Any, wanted: LayerFilter, model: keras.Model) -> None:
    """Raises for a filter that matches no layer of a model, and for names of missing layers.

    Args:
        layers: The option.
        wanted: The filter that `layer_filter` made from it.
        model: The model.

    Raises:
        ValueError: With the names that would match.
    """
    found = [(names.layer_names(model)[id(layer)], layer) for layer, _ in names.layers_of(model)]
    if layers is None or not found:  # a model without layers of its own, or not built yet
        return
    known = [name for name, _ in found]
    asked = [] if isinstance(layers, str) else [name for name in layers if isinstance(name, str)]
    missing = [name for name in asked if name not in known]
    if missing:
        close = difflib.get_close_matches(missing[0], known, n=3)
        hint = f" Close to {missing[0]!r}: {close}." if close else ""
        raise ValueError(
            f"`layers` names layers that are not in the model.{hint} The model {model.name!r} has: "
            f"{_listed(known)}. Received: {missing}"
        )
    if not any(wanted(name, layer) for name, layer in found):
        raise ValueError(
            f"`layers` matches no layer of the model {model.name!r}, which has: {_listed(known)}. "
            f"Received: layers={layers!r}"
        )


def _listed(known: Sequence[str], most: int = 30) -> str:
    more = f" and {len(known) - most} more" if len(known) > most else ""
    return ", ".join(known[:most]) + more
