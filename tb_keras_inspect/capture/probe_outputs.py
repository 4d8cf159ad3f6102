"""Sees the layer outputs of one forward pass of the probe samples."""

import contextlib
import weakref
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import keras

from tb_keras_inspect.capture import listening
from tb_keras_inspect.capture.backends import Backend
from tb_keras_inspect.capture.maps import View, view_of
from tb_keras_inspect.capture.settings import MAX_CALLS

Take = Callable[[str, View, Any], None]


class OutputObserver:
    """Names and views the outputs of one forward pass, and hands each to a function.

    Args:
        backend: The backend in use.
        names: `id(layer)` to path, of the layers that are looked at.
        take: Called with site name, view and tensor for each output that can be shown.

    Attributes:
        omissions: Site name to the reason why it is not shown.
    """

    def __init__(self, backend: Backend, names: Mapping[int, str], take: Take):
        self.omissions: dict[str, str] = {}
        self._backend, self._names, self._take = backend, names, take
        self._token = backend.trace_token()
        self._calls: dict[tuple[int, int], int] = {}
        self._seen: dict[int, weakref.ref[Any]] = {}
        self._channels_first = keras.config.image_data_format() == "channels_first"

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """A block in which this observer sees the layers' calls on this thread."""
        with listening.listening(self, listening.layer_calls()):
            yield

    def guard(self) -> contextlib.AbstractContextManager[None]:
        """What the hook runs `saw_output` in: a failure here ends the pass, not the training."""
        return contextlib.nullcontext()

    def saw_output(self, layer: keras.layers.Layer, outputs: Any) -> None:
        """A layer was called."""
        path = self._names.get(id(layer))
        # Keras infers shapes by calling layers on placeholders.
        if path is None or keras.src.backend.common.symbolic_scope.in_symbolic_scope():
            return
        for position, tensor in enumerate(keras.tree.flatten(outputs)):
            if tensor is not None and not isinstance(tensor, keras.KerasTensor):
                self._saw_tensor(layer, path, position, tensor)

    def _saw_tensor(self, layer: keras.layers.Layer, path: str, position: int, tensor: Any) -> None:
        if reason := self._backend.unrecordable(tensor, self._token):
            self.omissions.setdefault(_site(path, 0, position), reason)
            return
        if self._is_known(tensor) and layer._flatten_layers(include_self=False):
            return  # a container's output is that of its last layer
        key = (id(layer), position)
        call = self._calls[key] = self._calls.get(key, -1) + 1
        if call >= MAX_CALLS:
            self.omissions[path] = f"only the first {MAX_CALLS} calls are recorded"
            return
        name = _site(path, call, position)
        try:
            view = view_of(tuple(tensor.shape), self._is_channels_first(layer, len(tensor.shape)))
        except ValueError as error:
            self.omissions[name] = str(error)
        else:
            self._take(name, view, tensor)

    def _is_known(self, tensor: Any) -> bool:
        # By weak reference: the identity of a tensor that is gone may be another's now.
        known = self._seen.get(id(tensor))
        self._seen[id(tensor)] = weakref.ref(tensor)
        return known is not None and known() is tensor

    def _is_channels_first(self, layer: keras.layers.Layer, rank: int) -> bool:
        """From the layer itself, else (an activation, an addition) from the last that said it."""
        data_format = getattr(layer, "data_format", None)
        if data_format in ("channels_first", "channels_last"):
            self._channels_first = data_format == "channels_first"
            return self._channels_first
        if isinstance(layer, keras.layers.BatchNormalization) and isinstance(layer.axis, int):
            return rank > 2 and layer.axis % rank == 1
        return rank >= 4 and self._channels_first


def _site(path: str, call: int, position: int) -> str:
    return path + (f":{call}" if call else "") + (f".{position}" if position else "")
