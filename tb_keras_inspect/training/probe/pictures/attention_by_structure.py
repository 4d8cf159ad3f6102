"""Attention of any layer, found by what it does: a softmax whose result weighs values."""

import contextlib
import dataclasses
import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import keras

from tb_keras_inspect.frameworks.base import Backend
from tb_keras_inspect.training.hooks.call_log import MAX_CALLS
from tb_keras_inspect.training.hooks.operations import operations
from tb_keras_inspect.training.probe.pictures import attention_forms as forms
from tb_keras_inspect.training.reduce.layout import site_name

logger = logging.getLogger(__name__)

MAX_BYTES = 256 * 2**20  # of the scores of one fused call, which training never holds

Take = Callable[[str, Any], None]

_OPERATIONS = {
    "softmax": "nn",
    "dot_product_attention": "nn",
    "matmul": "numpy",
    "einsum": "numpy",
}
_NOT_FOUND = (
    "neither a softmax over keys nor a call of keras.ops.dot_product_attention was seen in it; "
    "what a layer computes with its backend's own operations is not seen"
)
_NOT_SURE = (
    "a softmax over {} values was seen in it, but not that keras.ops.matmul or keras.ops.einsum "
    "weighs values with it; name its class ...Attention if it is attention"
)


@dataclasses.dataclass(eq=False)  # tensors are not compared
class _Softmax:
    """A softmax that may turn out to be attention.

    Attributes:
        owner: The layer that computed it.
        scores: What it returned, keys last.
        key_axes: Number of axes of the keys.
    """

    owner: keras.layers.Layer
    scores: Any
    key_axes: int


class AttentionByStructure:
    """Takes attention scores of layers that no method can be asked for.

    A softmax is attention where the layer that computes it, or the layer around that one, is named
    so; or where its result is multiplied with values such that the axis of the softmax disappears. The
    softmax of a `Dense`, `Activation` or another layer of Keras itself is an activation function. Of
    `keras.ops.dot_product_attention`, which returns no scores, they are computed beside it.

    Args:
        names: `id(layer)` to name, of the layers that are shown.
        samples: The number of samples.
        take: Called with the call's name and scores [samples, heads, queries, keys].
        backend: The backend in use.

    Attributes:
        is_resting: Whether nothing is taken at the moment.
        omissions: Name to the reason why its scores are not shown.
    """

    def __init__(self, names: Mapping[int, str], samples: int, take: Take, backend: Backend):
        self._names, self._samples, self._take, self._backend = names, samples, take, backend
        self._running: list[keras.layers.Layer] = []
        self._open: list[_Softmax] = []
        self._calls: dict[int, int] = {}
        self._around: dict[int, list[int]] = {}  # layer named attention to the layers around it
        self._found: set[int] = set()  # layers with scores, and those around them
        self._owners: set[int] = set()
        self.is_resting = True
        self.omissions: dict[str, str] = {}

    @contextlib.contextmanager
    def installed(self) -> Iterator[None]:
        """A block in which operations are seen; layers come by `entered` and `returned`."""
        self.is_resting = False
        with operations(_OPERATIONS, self._saw):
            yield
        self.is_resting = True
        for softmax in self._open:
            if len(softmax.scores.shape) >= 4:
                self._omit(softmax.owner, _NOT_SURE.format(int(softmax.scores.shape[-1])))
        for key, around in self._around.items():
            if key not in self._found and not self._owners & set(around):
                self.omissions.setdefault(self._names[key], _NOT_FOUND)

    def entered(self, layer: keras.layers.Layer) -> None:
        """A layer is about to be called."""
        if id(layer) in self._names and forms.is_named_attention(layer):
            self._around.setdefault(id(layer), [id(one) for one in self._running])
        self._running.append(layer)

    def returned(self, layer: keras.layers.Layer, outputs: Any) -> None:
        """A layer was called."""
        is_softmax = isinstance(layer, keras.layers.Softmax)
        if is_softmax and not self.is_resting and not forms.is_placeholder(outputs):
            with self._failures_omitted():
                self._softmax(outputs, layer.axis)
        self._running.pop()

    def found(self) -> None:
        """Scores of the layer that is running were taken."""
        self._found.update(id(layer) for layer in self._running)
        if self._running:
            self._owners.add(id(self._running[-1]))

    def _saw(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        if self.is_resting or not self._running or forms.is_placeholder(result):
            return
        with self._failures_omitted():
            if name == "softmax":
                if not isinstance(self._running[-1], keras.layers.Softmax):  # it masks its result
                    self._softmax(result, kwargs.get("axis", args[1] if len(args) > 1 else -1))
            elif name == "dot_product_attention":
                self._fused(args, kwargs)
            else:
                self._product(name, args, kwargs)

    def _product(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        for number, softmax in enumerate(self._open):
            if forms.contracts_keys(name, args, kwargs, softmax.scores.shape):
                self._attention(self._open.pop(number))
                return

    @contextlib.contextmanager
    def _failures_omitted(self) -> Iterator[None]:
        """A block whose errors leave out the attention of one layer, and nothing else."""
        try:
            yield
        except Exception as error:
            logger.debug("attention could not be read", exc_info=True)
            self._omit(self._running[-1], f"could not be read: {type(error).__name__}: {error}")

    def _softmax(self, scores: Any, axis: Any) -> None:
        rank = len(scores.shape)
        layers = [one for one in self._running if not isinstance(one, keras.layers.Softmax)]
        if rank < 2 or not layers:
            return
        owner, around = layers[-1], layers[-2] if len(layers) > 1 else None
        if isinstance(owner, keras.Model) and id(owner) not in self._names:
            owner = self._running[-1]  # a Softmax among the model's layers
        elif forms.is_own_layer(owner) and not isinstance(owner, keras.Model):
            return
        axes = forms.softmax_axes(axis, rank)
        if 0 in axes:
            return
        softmax = _Softmax(owner, forms.keys_last(scores, axes), len(axes))
        if forms.is_named_attention(owner) or forms.is_named_attention(around):
            self._attention(softmax)
        elif rank >= 3:
            self._open.append(softmax)

    def _attention(self, softmax: _Softmax) -> None:
        self._taken(softmax.owner, lambda: softmax.scores, softmax.key_axes)

    def _fused(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        owner = self._running[-1]
        query, key = (
            args[number] if len(args) > number else kwargs[name]
            for number, name in enumerate(("query", "key"))
        )
        if len(query.shape) != 4:
            self._omit(owner, f"its query has {len(query.shape)} axes, not 4")
            return
        samples, queries, heads = (int(length) for length in query.shape[:3])
        size = 4 * samples * heads * queries * int(key.shape[1])
        if size > MAX_BYTES:
            reason = f"its scores take {size} bytes, and at most {MAX_BYTES} are computed beside it"
            self._omit(owner, reason)
            return
        self._taken(owner, lambda: forms.of_operation(*args, **kwargs))

    def _taken(
        self, owner: keras.layers.Layer, scores: Callable[[], Any], key_axes: int = 1
    ) -> None:
        name = self._names.get(id(owner))
        if name is None:
            return
        call = self._calls[id(owner)] = self._calls.get(id(owner), -1) + 1
        self.found()
        self._owners.add(id(owner))
        if call >= MAX_CALLS:
            self.omissions[name] = f"only the first {MAX_CALLS} calls are recorded"
            return
        site = site_name(name, call, 0)
        try:
            with self._backend.no_gradient():
                found = forms.four_axes(scores(), self._samples, key_axes)
        except (TypeError, ValueError) as error:  # a shape that nobody foresaw, or not known here
            self.omissions[site] = str(error)
        else:
            self._take(site, found)

    def _omit(self, layer: keras.layers.Layer, reason: str) -> None:
        if id(layer) in self._names:
            self.omissions.setdefault(self._names[id(layer)], reason)
