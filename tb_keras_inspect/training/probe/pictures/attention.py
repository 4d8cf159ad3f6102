"""Scores of attention layers in one forward pass, also where the layer itself would not make them."""

import contextlib
import inspect
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import keras
from keras import ops

from tb_keras_inspect.frameworks.patches import instance_patch
from tb_keras_inspect.training.hooks.call_log import MAX_CALLS
from tb_keras_inspect.training.hooks.keras_hooks import is_observed, unobserved
from tb_keras_inspect.training.probe.pictures.attention_by_structure import AttentionByStructure
from tb_keras_inspect.training.reduce.layout import site_name

Take = Callable[[str, Any], None]

# Their method that returns (output, scores). `Attention` is also the base of `AdditiveAttention`.
_METHODS = (
    (keras.layers.MultiHeadAttention, "_compute_attention"),
    (keras.layers.GroupQueryAttention, "_compute_attention"),
    (keras.layers.Attention, "_apply_scores"),
)


class AttentionScores:
    """Asks attention layers for their scores and hands them to a function.

    Each layer's method is shadowed on the instance, and acts only on a thread that is observed.

    Args:
        layers: Layers and their names.
        take: Called with the call's name and scores [samples, heads, queries, keys].
        others: Takes the scores of all other layers, and rests while one is asked.

    Attributes:
        omissions: Name to the reason why its scores are not shown.
    """

    def __init__(
        self,
        layers: Iterable[tuple[keras.layers.Layer, str]],
        take: Take,
        others: AttentionByStructure,
    ):
        self._layers = [(layer, name) for layer, name in layers if _method_of(layer)]
        self._take, self._others = take, others
        self._calls: dict[int, int] = {}
        self.omissions: dict[str, str] = {}

    @contextlib.contextmanager
    def installed(self) -> Iterator[None]:
        """A block in which the layers are asked."""
        with contextlib.ExitStack() as stack:
            for layer, name in self._layers:
                method = _method_of(layer)
                wrapped = self._wrapped(layer, name, getattr(layer, method))
                stack.enter_context(instance_patch(layer, method, wrapped))
            yield

    def _wrapped(
        self, layer: keras.layers.Layer, name: str, original: Callable[..., Any]
    ) -> Callable[..., Any]:
        def compute(*args: Any, **kwargs: Any) -> Any:
            if not is_observed():
                return original(*args, **kwargs)
            before, self._others.is_resting = self._others.is_resting, True
            try:
                result = _asked(layer, original, args, kwargs)
            finally:
                self._others.is_resting = before
            call = self._calls[id(layer)] = self._calls.get(id(layer), -1) + 1
            site = site_name(name, call, 0)
            if result[1] is None:
                self.omissions[site] = "the layer computes attention in a way that has no scores"
            elif call >= MAX_CALLS:
                self.omissions[name] = f"only the first {MAX_CALLS} calls are recorded"
            else:
                self._others.found()
                self._take(site, _four_axes(layer, result[1]))
            return result

        return compute


def _method_of(layer: keras.layers.Layer) -> str:
    return next((name for cls, name in _METHODS if isinstance(layer, cls)), "")


def _asked(layer: keras.layers.Layer, original: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """Calls the method such that it makes scores."""
    if isinstance(layer, keras.layers.Attention):
        return original(*args, **kwargs)
    with contextlib.ExitStack() as stack:
        stack.enter_context(instance_patch(layer, "_flash_attention", False))
        if isinstance(layer, keras.layers.GroupQueryAttention):
            stack.enter_context(instance_patch(layer, "_return_attention_scores", True))
        signature = inspect.signature(original)  # a subclass may have one of its own
        bound = signature.bind(*args, **kwargs)
        if "return_attention_scores" in signature.parameters:
            bound.arguments["return_attention_scores"] = True
        # Without dropout training takes the fused path, in which no softmax layer is called.
        dropout = getattr(layer, "_dropout", None) or getattr(layer, "dropout", 0)
        query = next(iter(bound.arguments.values()))
        if not dropout and len(query.shape) == 4:
            stack.enter_context(unobserved())
        return original(*bound.args, **bound.kwargs)


def _four_axes(layer: keras.layers.Layer, scores: Any) -> Any:
    """[samples, heads, queries, keys]; several attention axes in one, axes between them as heads."""
    if len(scores.shape) == 3:
        return scores[:, None]
    axes = len(getattr(layer, "_attention_axes", None) or (1,))
    shape = [int(length) for length in scores.shape]
    queries, keys = shape[-2 * axes : -axes], shape[-axes:]
    return ops.reshape(scores, (shape[0], -1, _product(queries), _product(keys)))


def _product(lengths: Iterable[int]) -> int:
    result = 1
    for length in lengths:
        result *= length
    return result
