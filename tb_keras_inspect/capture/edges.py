"""Which layer's output goes into which layer: from Keras's graph, or from a trace of one forward pass.

Both ends of an edge are innermost layers: a container whose output one of its layers made is not one.
"""

import dataclasses
import itertools
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any

import keras

from tb_keras_inspect.capture import names
from tb_keras_inspect.capture.listening import Listener

FUNCTIONAL, TRACE, ORDER = "functional graph", "trace", "order of calls"

Layer = keras.layers.Layer
Parents = Callable[[Hashable], Iterable[Hashable]]


@dataclasses.dataclass(frozen=True)
class Edges:
    """What goes where.

    Attributes:
        pairs: Source and target, indices in the order of `names.layers_of`.
        source: How they were found: `FUNCTIONAL`, `TRACE`, `ORDER`, or "" where they are not known.
        calls: Index of a layer to how often it is called in one forward pass.
    """

    pairs: tuple[tuple[int, int], ...] = ()
    source: str = ""
    calls: Mapping[int, int] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Event:
    """A layer's call begins or ends.

    Attributes:
        layer: The layer.
        begins: Which of the two.
        keys: What stands for the tensors that went in or came out, in order; None for a tensor that
            is not of the trace.
    """

    layer: Layer
    begins: bool
    keys: tuple[Hashable | None, ...]


class CallRecorder(Listener):
    """Notes the calls of layers with their tensors.

    Attributes:
        events: (layer, whether the call begins, tensors, None for those that are not of the trace).
        is_of_trace: Tells whether a tensor is of the trace that is recorded; set by what traces.
    """

    def __init__(self):
        self.events: list[tuple[Layer, bool, list[Any]]] = []
        self.is_of_trace: Callable[[Any], bool] = lambda tensor: True

    def tensors(self) -> list[Any]:
        """All tensors of all events, in order."""
        return [x for _, _, tensors in self.events for x in tensors if x is not None]

    def events_by(self, key: Callable[[Any], Hashable]) -> list[Event]:
        """The events, with what stands for each tensor."""
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
        """See `Listener`."""
        if not _is_symbolic():
            self._note(layer, True, inputs)

    def replaced(self, layer: Layer, outputs: Any) -> Any:
        """A copy of what a layer only hands through: dropout that does nothing is a layer too."""
        if _is_symbolic() or layer._flatten_layers(include_self=False) or not self.events:
            return outputs
        inputs = next(tensors for at, begins, tensors in reversed(self.events) if at is layer)
        return keras.tree.map_structure(
            lambda x: keras.ops.copy(x) if any(x is y for y in inputs) else x, outputs
        )

    def saw_output(self, layer: Layer, outputs: Any) -> None:
        """See `Listener`."""
        if not _is_symbolic():
            self._note(layer, False, outputs)


def _is_symbolic() -> bool:
    return keras.src.backend.common.symbolic_scope.in_symbolic_scope()


def functional_edges(model: keras.Model) -> Edges | None:
    """Edges of a Functional or Sequential model, nested ones included, from Keras's graph.

    Other layers with layers in them are taken as one: what goes on inside is not in the graph.

    Returns:
        The edges, or None for another kind of model.
    """
    functional = _functional(model)
    if functional is None:
        return None
    graph = _Graph(model)
    inputs = [graph.input_source(layer, ()) for layer in _input_layers(model)]
    graph.walk(functional, inputs)
    return graph.edges(FUNCTIONAL)


def is_opaque(model: keras.Model) -> bool:
    """Whether Keras's graph leaves out what goes on inside the model or one of its layers."""
    if _functional(model) is None:
        return True
    with_layers = [x for x, _ in names.layers_of(model) if x._flatten_layers(include_self=False)]
    return any(_functional(layer) is None for layer in with_layers)


def traced_edges(model: keras.Model, events: Sequence[Event], parents: Parents) -> Edges:
    """Edges from the calls of one forward pass.

    Args:
        model: The model.
        events: The calls, as they began and ended; also the model's own.
        parents: What a tensor was computed from, by the keys that stand for tensors.
    """
    graph = _Graph(model)
    replay = _Replay(graph, parents)
    for event in events:
        (replay.begin if event.begins else replay.end)(event)
    return graph.edges(TRACE)


def order_of_calls(model: keras.Model, layers: Sequence[str]) -> Edges:
    """One layer after the other, by the names of the layers that were seen, for want of better."""
    found = names.layer_names(model)
    known = {found[id(layer)]: i for i, (layer, _) in enumerate(names.layers_of(model))}
    indices = [known[name] for name in dict.fromkeys(layers) if name in known]
    return Edges(tuple(itertools.pairwise(indices)), ORDER if indices else "")


class _Graph:
    """Collects edges by layers."""

    def __init__(self, model: keras.Model):
        found = [layer for layer, _ in names.layers_of(model)]
        recurrent = [layer for layer in found if isinstance(layer, keras.layers.RNN)]
        # They are called inside a loop, and once outside of it, to infer shapes.
        cells = {id(x) for layer in recurrent for x in layer.cell._flatten_layers()}
        self._index = {id(layer): i for i, layer in enumerate(found) if id(layer) not in cells}
        self._pairs: dict[tuple[int, int], None] = {}
        self._calls: dict[int, int] = {}

    def edges(self, source: str) -> Edges:
        """What was collected."""
        return Edges(tuple(self._pairs), source, self._calls)

    def knows(self, layer: Any) -> bool:
        """Whether it is one of the model's layers."""
        return id(layer) in self._index

    def called(self, layer: Layer) -> None:
        """Counts a call."""
        if self.knows(layer):
            at = self._index[id(layer)]
            self._calls[at] = self._calls.get(at, 0) + 1

    def node(self, layer: Layer, sources: Iterable[int]) -> frozenset[int]:
        """Edges to a layer; what it puts out comes from it."""
        target = self._index[id(layer)]
        self._pairs |= {(source, target): None for source in sorted(sources)}
        return frozenset([target])

    def input_source(self, layer: Layer, sources: Iterable[int]) -> frozenset[int]:
        """An input layer that these go into; they themselves where it is none of the model's."""
        return self.node(layer, sources) if self.knows(layer) else frozenset(sources)

    def walk(self, functional: Any, inputs: Sequence[frozenset[int]]) -> list[frozenset[int]]:
        """Follows Keras's graph.

        Args:
            functional: A Functional model.
            inputs: Where each of its inputs comes from.

        Returns:
            Where each of its outputs comes from.
        """
        flat = keras.tree.flatten(functional._inputs_struct)
        known = {id(x): source for x, source in zip(flat, inputs, strict=True)}
        for depth in sorted(functional._nodes_by_depth, reverse=True):
            for node in functional._nodes_by_depth[depth]:
                if not node.is_input:
                    self._follow(node, known)
        return [known[id(x)] for x in keras.tree.flatten(functional._outputs_struct)]

    def _follow(self, node: Any, known: dict[int, frozenset[int]]) -> None:
        operation = node.operation
        sources = [known[id(x)] for x in node.input_tensors]
        together = frozenset().union(*sources)
        inner = _functional(operation)
        self.called(operation)
        if inner is not None and self.knows(operation) and len(sources) == len(inner.inputs):
            entered = [
                self.input_source(layer, source)
                for layer, source in zip(_input_layers(operation), sources, strict=True)
            ]
            outputs = self.walk(inner, entered)
        elif self.knows(operation):
            outputs = [self.node(operation, together)] * len(node.outputs)
        else:  # an operation that is no layer
            outputs = [together] * len(node.outputs)
        known |= {id(x): source for x, source in zip(node.outputs, outputs, strict=True)}


@dataclasses.dataclass
class _Call:
    sources: frozenset[int]
    made: set[int]  # by layers inside
    covered: dict[Hashable, frozenset[int] | None]  # what its inputs stood for outside


class _Replay:
    """Goes through the calls in order, and knows which layers made each tensor."""

    def __init__(self, graph: _Graph, parents: Parents):
        self._graph, self._parents = graph, parents
        self._makers: dict[Hashable, frozenset[int]] = {}
        self._open: list[_Call] = []

    def begin(self, event: Event) -> None:
        sources = frozenset().union(*(self._sources(key) for key in event.keys))
        call = _Call(sources, set(), {})
        layers = _input_layers(event.layer)
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
        else:  # its tensors may be seen from outside under the names of its inputs
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
        """The layers that made a tensor, or that from which it was computed."""
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


def _functional(layer: Any) -> Any:
    """The Functional model that a layer is, or that a Sequential one has inside, or None."""
    inner = getattr(layer, "_functional", None) if isinstance(layer, keras.Sequential) else layer
    is_one = isinstance(inner, keras.src.models.functional.Functional)
    # A subclass may do more in its `call` than the graph says.
    own = is_one and type(inner).call is not keras.src.models.functional.Functional.call
    return inner if is_one and not own else None


def _input_layers(layer: Any) -> list[Layer]:
    functional = _functional(layer)
    if functional is None:
        return []
    return [x._keras_history.operation for x in keras.tree.flatten(functional._inputs_struct)]
