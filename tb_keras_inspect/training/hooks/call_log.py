"""The outputs of the calls of layers in one pass through a model, named."""

import dataclasses
import weakref
from collections.abc import Iterator, Mapping
from typing import Any

import keras

from tb_keras_inspect.frameworks.base import Backend
from tb_keras_inspect.training.reduce.layout import site_name

MAX_CALLS = 16  # of one layer in one step; a layer called in a Python loop would fill the log


@dataclasses.dataclass(frozen=True)
class Output:
    """One output tensor of one call of a layer.

    Attributes:
        layer: Name of the layer.
        call: Number of the call of the layer in this pass, from 0.
        position: Number of the tensor among its outputs, from 0.
        tensor: The tensor.
    """

    layer: str
    call: int
    position: int
    tensor: Any

    @property
    def name(self) -> str:
        """Site name."""
        return site_name(self.layer, self.call, self.position)


class CallLog:
    """Counts the calls of layers, and yields those of their outputs that can be recorded.

    A tensor that a container (a nested model, a block) returns from one of its layers is that layer's
    output, and is not yielded again.

    Args:
        backend: The backend in use.
        names: `id(layer)` to path, of the layers that are recorded.

    Attributes:
        omissions: Site name to the reason why it cannot be recorded.
    """

    def __init__(self, backend: Backend, names: Mapping[int, str]):
        self._backend, self._names = backend, names
        self.omissions: dict[str, str] = {}
        self._calls: dict[tuple[int, int], int] = {}
        self._seen: dict[int, weakref.ref[Any]] = {}

    def outputs(self, layer: keras.layers.Layer, outputs: Any, token: Any) -> Iterator[Output]:
        """Yields the outputs of a call that has just returned.

        Args:
            layer: The layer.
            outputs: What it returned, any nest.
            token: The trace in which tensors can be recorded, as `Backend.trace_token` gives it.
        """
        path = self._names.get(id(layer))
        # Keras infers shapes by calling layers on placeholders.
        if path is None or keras.src.backend.common.symbolic_scope.in_symbolic_scope():
            return
        for position, tensor in enumerate(keras.tree.flatten(outputs)):
            if tensor is None or isinstance(tensor, keras.KerasTensor):
                continue
            if reason := self._backend.unrecordable(tensor, token):
                self.omissions.setdefault(site_name(path, 0, position), reason)
                continue
            output = self._counted(layer, path, position, tensor)
            if output is not None:
                yield output

    def _counted(
        self, layer: keras.layers.Layer, path: str, position: int, tensor: Any
    ) -> Output | None:
        if self._is_known(tensor) and layer._flatten_layers(include_self=False):
            return None
        key = (id(layer), position)
        call = self._calls[key] = self._calls.get(key, -1) + 1
        if call >= MAX_CALLS:
            self.omissions[path] = f"only the first {MAX_CALLS} calls are recorded"
            return None
        return Output(path, call, position, tensor)

    def _is_known(self, tensor: Any) -> bool:
        # By weak reference: the identity of a tensor that is gone may be another's now.
        known = self._seen.get(id(tensor))
        self._seen[id(tensor)] = weakref.ref(tensor)
        return known is not None and known() is tensor
