"""Sees the layer outputs of one forward pass of the probe samples."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import keras

from tb_keras_inspect.frameworks.base import Backend
from tb_keras_inspect.training.hooks.call_log import CallLog, Output
from tb_keras_inspect.training.hooks.keras_hooks import LayerObserver, layer_calls, observing
from tb_keras_inspect.training.probe.pictures.attention_by_structure import AttentionByStructure
from tb_keras_inspect.training.probe.pictures.maps import View, view_of
from tb_keras_inspect.training.reduce.layout import may_be_batch

Take = Callable[[str, View, Any], None]


@dataclasses.dataclass(frozen=True)
class Seen:
    """A layer output that was seen.

    Attributes:
        layer: The layer.
        output: Which one it is; without its tensor.
        shape: Its shape.
        channels_first: Whether axis 1 is the channel.
        takes_ids: Whether the layer was called with one tensor of whole numbers, or with what an
            embedding takes for such (Keras casts ids to the type of the model's input), and made a
            feature vector of each.
    """

    layer: keras.layers.Layer
    output: Output
    shape: tuple[int, ...]
    channels_first: bool
    takes_ids: bool


class OutputObserver(LayerObserver):
    """Names and views the outputs of one forward pass, and hands each to a function.

    Args:
        backend: The backend in use.
        names: `id(layer)` to path, of the layers that are shown.
        samples: The number of probe samples.
        banks: Site names of outputs whose axis 0 is not the batch, as far as known.
        take: Called with site name, view and tensor for each output that can be shown.
        attention: Told which layers are called.

    Attributes:
        seen: Site name to each output that can be shown.
        ids: Site name to the whole numbers, as float32, that the layer made it of.
    """

    def __init__(
        self,
        backend: Backend,
        names: Mapping[int, str],
        samples: int,
        banks: frozenset[str],
        take: Take,
        attention: AttentionByStructure,
    ):
        self._attention = attention
        self._samples, self._banks, self._take = samples, banks, take
        self._log, self._token = CallLog(backend, names), backend.trace_token()
        self._channels_first = bool(keras.config.image_data_format() == "channels_first")
        self._whole: list[Any] = []  # of the calls that are under way
        self.seen: dict[str, Seen] = {}
        self.ids: dict[str, Any] = {}

    @property
    def omissions(self) -> dict[str, str]:
        """Site name to the reason why it is not shown."""
        return self._log.omissions

    @contextlib.contextmanager
    def observing(self) -> Iterator[None]:
        """A block in which this observer sees the layers' calls on this thread."""
        with observing(self, layer_calls()):
            yield

    def will_call(self, layer: keras.layers.Layer, inputs: Any) -> None:
        """See `LayerObserver`."""
        self._attention.entered(layer)
        self._whole.append(_whole_numbers(layer, inputs))

    def saw_output(self, layer: keras.layers.Layer, outputs: Any) -> None:
        """See `LayerObserver`."""
        self._attention.returned(layer, outputs)
        whole = self._whole.pop()
        for output in self._log.outputs(layer, outputs, self._token):
            shape = tuple(output.tensor.shape)
            channels_first = self._is_channels_first(layer, len(shape))
            try:
                self._check_batch(output.name, shape)
                view = view_of(shape, channels_first)
            except ValueError as error:
                self.omissions[output.name] = str(error)
            else:
                self._take(output.name, view, output.tensor)
                which = dataclasses.replace(output, tensor=None)
                takes_ids = whole is not None and shape[:-1] == tuple(whole.shape)
                takes_ids = takes_ids and not output.position
                self.seen[output.name] = Seen(layer, which, shape, channels_first, takes_ids)
                if takes_ids:
                    self.ids[output.name] = keras.ops.cast(whole, "float32")

    def _check_batch(self, name: str, shape: tuple[int, ...]) -> None:
        length = shape[0] if shape else None
        if name in self._banks or not may_be_batch(length, self._samples):
            raise ValueError(f"has {length} entries along axis 0, which are not the probe samples")

    def _is_channels_first(self, layer: keras.layers.Layer, rank: int) -> bool:
        """From the layer itself, else (an activation, an addition) from the last that said it."""
        data_format = getattr(layer, "data_format", None)
        if data_format in ("channels_first", "channels_last"):
            self._channels_first = bool(data_format == "channels_first")
            return self._channels_first
        if isinstance(layer, keras.layers.BatchNormalization) and isinstance(layer.axis, int):
            return rank > 2 and bool(layer.axis % rank == 1)
        return rank >= 4 and self._channels_first


def _whole_numbers(layer: keras.layers.Layer, inputs: Any) -> Any:
    """The only tensor among a call's arguments, if it is of whole numbers."""
    tensors = [x for x in keras.tree.flatten(inputs) if hasattr(x, "dtype") and hasattr(x, "shape")]
    is_embedding = isinstance(layer, keras.layers.Embedding)
    if len(tensors) != 1 or not (is_embedding or "int" in str(tensors[0].dtype)):
        return None
    return tensors[0]
