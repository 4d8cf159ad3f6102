"""Sees the layer outputs of one forward pass of the probe samples."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import keras

from tb_keras_inspect.capture import listening
from tb_keras_inspect.capture.backends import Backend
from tb_keras_inspect.capture.calls import CallLog
from tb_keras_inspect.capture.maps import View, view_of

Take = Callable[[str, View, Any], None]


class OutputObserver(listening.Listener):
    """Names and views the outputs of one forward pass, and hands each to a function.

    Args:
        backend: The backend in use.
        names: `id(layer)` to path, of the layers that are looked at.
        take: Called with site name, view and tensor for each output that can be shown.
    """

    def __init__(self, backend: Backend, names: Mapping[int, str], take: Take):
        self._take = take
        self._log, self._token = CallLog(backend, names), backend.trace_token()
        self._channels_first = keras.config.image_data_format() == "channels_first"

    @property
    def omissions(self) -> dict[str, str]:
        """Site name to the reason why it is not shown."""
        return self._log.omissions

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """A block in which this observer sees the layers' calls on this thread."""
        with listening.listening(self, listening.layer_calls()):
            yield

    def saw_output(self, layer: keras.layers.Layer, outputs: Any) -> None:
        """A layer was called."""
        for output in self._log.outputs(layer, outputs, self._token):
            shape = tuple(output.tensor.shape)
            try:
                view = view_of(shape, self._is_channels_first(layer, len(shape)))
            except ValueError as error:
                self.omissions[output.name] = str(error)
            else:
                self._take(output.name, view, output.tensor)

    def _is_channels_first(self, layer: keras.layers.Layer, rank: int) -> bool:
        """From the layer itself, else (an activation, an addition) from the last that said it."""
        data_format = getattr(layer, "data_format", None)
        if data_format in ("channels_first", "channels_last"):
            self._channels_first = data_format == "channels_first"
            return self._channels_first
        if isinstance(layer, keras.layers.BatchNormalization) and isinstance(layer.axis, int):
            return rank > 2 and layer.axis % rank == 1
        return rank >= 4 and self._channels_first
