"""A trace of one forward pass on PyTorch: what each function was called with."""

from collections.abc import Callable
from typing import Any

import keras
import torch
from torch.overrides import TorchFunctionMode

from tb_keras_inspect.frameworks.torch.probe import eager
from tb_keras_inspect.training.model.traced_edges import CallRecorder, Event, Parents


def trace(
    run: Callable[[Any], Any], recorder: CallRecorder, model: keras.Model, inputs: Any
) -> tuple[list[Event], Parents]:
    """See `edges_backend.current`."""
    mode = _Functions()
    recorder.is_of_trace = lambda tensor: isinstance(tensor, torch.Tensor)

    def watched(x: Any) -> None:
        with mode:
            run(x)

    tensors = keras.tree.map_structure(
        lambda x: None if x is None else keras.ops.convert_to_tensor(x), inputs
    )
    eager(watched, model)(tensors)
    return recorder.events_by(id), lambda key: mode.made_of.get(key, ())


class _Functions(TorchFunctionMode):
    """Notes from which tensors each tensor was made.

    Attributes:
        made_of: `id(tensor)` to those of the tensors it was made of.
    """

    def __init__(self):
        super().__init__()
        self.made_of: dict[int, set[int]] = {}
        self._alive: list[Any] = []  # so that no identity is used again

    def __torch_function__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        made = [x for x in keras.tree.flatten(result) if isinstance(x, torch.Tensor)]
        if made:
            used = [x for x in keras.tree.flatten((args, kwargs)) if isinstance(x, torch.Tensor)]
            self._alive += made + used
            for tensor in made:  # what works in place gives back one that is known
                self.made_of.setdefault(id(tensor), set()).update(map(id, used))
        return result
