"""A trace of one forward pass on PyTorch: what each function was called with."""

from collections.abc import Callable
from typing import Any

import keras
import torch
from torch.overrides import TorchFunctionMode

from tb_keras_inspect.frameworks.tracing import Parents, TracedCall, TraceRecorder


def trace_calls(
    run: TracedCall,
    recorder: TraceRecorder,
    inputs: Any,
    eager: Callable[[Callable[[Any], Any]], Callable[[Any], Any]],
) -> tuple[list[Any], Parents]:
    """See `Backend.trace_calls`."""
    mode = _Functions()
    recorder.is_of_trace = lambda tensor: isinstance(tensor, torch.Tensor)

    def watched(x: Any) -> None:
        with mode:
            run(x)

    tensors = keras.tree.map_structure(
        lambda x: None if x is None else keras.ops.convert_to_tensor(x), inputs
    )
    eager(watched)(tensors)
    return recorder.events_by(id), lambda key: mode.made_of.get(key, ())


class _Functions(TorchFunctionMode):  # type: ignore[misc]  # PyTorch has no types here
    """Notes from which tensors each tensor was made.

    Attributes:
        made_of: `id(tensor)` to those of the tensors it was made of.
    """

    def __init__(self) -> None:
        super().__init__()
        self.made_of: dict[int, set[int]] = {}
        self._alive: list[Any] = []  # so that no identity is used again

    def __torch_function__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        result = function(*args, **(kwargs or {}))
        made = [x for x in keras.tree.flatten(result) if isinstance(x, torch.Tensor)]
        if made:
            used = [x for x in keras.tree.flatten((args, kwargs)) if isinstance(x, torch.Tensor)]
            self._alive += made + used
            for tensor in made:  # what works in place gives back one that is known
                self.made_of.setdefault(id(tensor), set()).update(map(id, used))
        return result
