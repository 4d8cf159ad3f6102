"""Finds the first operation of a step whose output is not finite."""

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
from keras import tree

from tb_keras_inspect.training.hooks.keras_hooks import LayerObserver, layer_calls, observing


def first_not_finite(model: keras.Model, x: Any, y: Any, weights: Any) -> str:
    """What is the first to be not finite in a forward pass and its loss, "" for nothing.

    Operations of `keras.ops` are seen, which Keras's own layers and losses are made of; of others, the
    layer that they are in.
    """
    for name, part in (("an input", x), ("a target", y), ("a sample weight", weights)):
        if _is_bad(part):
            return name
    for variable in model.variables:
        if _is_bad(variable.value):
            return f"the weight {variable.path}, before the step"
    search = _Search()
    with observing(search, layer_calls()), _operations(search):
        answer = model(x, training=True)
        search.layers = ["the loss"]
        loss = model.compute_loss(x=x, y=y, y_pred=answer, sample_weight=weights, training=True)
    if not search.found and _is_bad(loss):
        search.found = "the loss"
    return search.found


class _Search(LayerObserver):
    """Attributes: found: The first operation or layer, or "". layers: Those being called."""

    def __init__(self) -> None:
        self.found = ""
        self.layers: list[str] = []
        self.depth = 0

    def will_call(self, layer: keras.layers.Layer, inputs: Any) -> None:
        self.layers.append(layer.path)

    def saw_output(self, layer: keras.layers.Layer, outputs: Any) -> None:
        if not self.found and _is_bad(outputs):
            self.found = f"the layer {layer.path}"
        if self.layers:
            self.layers.pop()

    def saw_operation(self, name: str, outputs: Any) -> None:
        """An operation of Keras was called."""
        if not self.found and _is_bad(outputs):
            place = self.layers[-1] if self.layers else ""
            self.found = f"the operation {name}" + (f" in {place}" if place else "")


@contextlib.contextmanager
def _operations(search: _Search) -> Iterator[None]:
    """A block in which the functions of `keras.ops` are seen, as Keras's own code calls them."""
    modules = (keras.src.ops, keras.ops)
    saved = [
        (module, name, value)
        for module in modules
        for name, value in vars(module).items()
        if inspect.isfunction(value) and not name.startswith("_")
    ]
    wrapped: dict[Any, Any] = {}
    for module, name, value in saved:
        setattr(module, name, wrapped.setdefault(value, _seen(search, value)))
    try:
        yield
    finally:
        for module, name, value in saved:
            setattr(module, name, value)


def _seen(search: _Search, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        outputs = function(*args, **kwargs)
        if not search.depth:
            search.depth += 1  # what looks at outputs uses operations itself
            try:
                search.saw_operation(function.__name__, outputs)
            finally:
                search.depth -= 1
        return outputs

    return call


def _is_bad(structure: Any) -> bool:
    for tensor in tree.flatten(structure):
        if tensor is None or not hasattr(tensor, "dtype"):
            continue
        try:
            array = np.asarray(keras.ops.convert_to_numpy(keras.ops.cast(tensor, "float32")))
        except Exception:  # symbolic, or no numbers
            continue
        if not np.isfinite(array).all():
            return True
    return False
