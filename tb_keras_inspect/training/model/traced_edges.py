"""Edges from a trace of one forward pass."""

import dataclasses
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import keras

from tb_keras_inspect.frameworks.tracing import Parents
from tb_keras_inspect.training.hooks.keras_hooks import LayerObserver
from tb_keras_inspect.training.model.edges import (
    TRACE,
    Edges,
    GraphBuilder,
    Layer,
)
from tb_keras_inspect.training.model.keras_edges import input_layers


@dataclasses.dataclass(frozen=True)
class Event:
    """A layer's call begins or ends.

    Attributes:
        layer: The layer.
        begins: Which of the two.
        keys: A key for each tensor that went in or came out, in order; None for a tensor that is not
            of the trace.
    """

    layer: Layer
    begins: bool
    keys: tuple[Hashable | None, ...]


class CallRecorder(LayerObserver):
    """Records the calls of layers with their tensors.

    Attributes:
        events: (layer, whether the call begins, tensors, None for those that are not of the trace).
        is_of_trace: Whether a tensor is of the trace that is recorded; set by the backend.
    """

    def __init__(self) -> None:
        self.events: list[tuple[Layer, bool, list[Any]]] = []
        self.is_of_trace: Callable[[Any], bool] = lambda tensor: True

    def tensors(self) -> list[Any]:
        """All tensors of all events, in order."""
        return [x for _, _, tensors in self.events for x in tensors if x is not None]

    def events_by(self, key: Callable[[Any], Hashable]) -> list[Event]:
        """The events, with a key for each tensor."""
        return [
            Event(layer, begins, tuple(None if x is None else key(x) for x in tensors))
            for layer, begins, tensors in self.events
        ]

    def _note(self, layer: Layer, begins: bool, nest: Any) -> None:
        tensors = [
            x if self.is_of_trace(x) else None
            for x in keras.tree.flatten(nest)
            if hasattr(x, "dtype") and hasattr(x, "shape")
        ]
        self.events.append((layer, begins, tensors))

    def will_call(self, layer: Layer, inputs: Any) -> None:
        """See `LayerObserver`."""
        if not _is_symbolic():
            self._note(layer, True, inputs)

    def replaced(self, layer: Layer, outputs: Any) -> Any:
        """Copies of outputs that are inputs too: an inactive dropout is also a layer."""
        if _is_symbolic() or layer._flatten_layers(include_self=False) or not self.events:
            return outputs
        inputs = next(tensors for at, begins, tensors in reversed(self.events) if at is layer)
        return keras.tree.map_structure(
            lambda x: keras.ops.copy(x) if any(x is y for y in inputs) else x, outputs
        )

    def saw_output(self, layer: Layer, outputs: Any) -> None:
        """See `LayerObserver`."""
        if not _is_symbolic():
            self._note(layer, False, outputs)


def _is_symbolic() -> bool:
    return bool(keras.src.backend.common.symbolic_scope.in_symbolic_scope())


def traced_edges(model: keras.Model, events: Sequence[Event], parents: Parents) -> Edges:
    """Edges from the calls of one forward pass.

    Args:
        model: The model.
        events: The calls, as they began and ended; also the model's own.
        parents: From the key of a tensor to the keys of those that it was computed from.
    """
    graph = GraphBuilder(model)
    replay = _Replay(graph, parents)
    for event in events:
        (replay.begin if event.begins else replay.end)(event)
    return graph.edges(TRACE)


@dataclasses.dataclass
class _Call:
    sources: frozenset[int]
    made: set[int]  # by layers inside
    covered: dict[Hashable, frozenset[int] | None]  # the makers of its inputs outside


class _Replay:
    """Goes through the calls in order, and keeps track of the layers that made each tensor."""

    def __init__(self, graph: GraphBuilder, parents: Parents):
        self._graph, self._parents = graph, parents
        self._makers: dict[Hashable, frozenset[int]] = {}
        self._open: list[_Call] = []

    def begin(self, event: Event) -> None:
        sources = frozenset().union(*(self._sources(key) for key in event.keys))
        call = _Call(sources, set(), {})
        layers = input_layers(event.layer)
        if layers and len(layers) == len(event.keys):
            for layer, key in zip(layers, event.keys, strict=True):
                if key is not None and self._graph.knows(layer):
                    call.covered[key] = self._makers.get(key)
                    self._makers[key] = self._graph.node(layer, self._sources(key))
                    call.made |= self._makers[key]
        self._open.append(call)

    def end(self, event: Event) -> None:
        call = self._open.pop()
        self._graph.called(event.layer)
        inside = [self._sources(key) & call.made for key in event.keys]
        if self._graph.knows(event.layer) and not any(inside):
            made = self._graph.node(event.layer, call.sources)
            self._makers |= {key: made for key in event.keys if key is not None}
            call.made |= made
        else:  # outside, its tensors may have the keys of its inputs
            found = {key: self._sources(key) for key in event.keys if key is not None}
            self._makers |= found
        for key, before in call.covered.items():
            if key in event.keys:
                continue
            if before is None:
                self._makers.pop(key, None)
            else:
                self._makers[key] = before
        if self._open:
            self._open[-1].made |= call.made

    def _sources(self, key: Hashable | None) -> frozenset[int]:
        """The layers that made a tensor, or the tensors that it was computed from."""
        found: set[int] = set()
        seen, left = set(), [key]
        while left:
            at = left.pop()
            if at is None or at in seen:
                continue
            seen.add(at)
            if at in self._makers:
                found |= self._makers[at]
            else:
                left.extend(self._parents(at))
        return frozenset(found)
