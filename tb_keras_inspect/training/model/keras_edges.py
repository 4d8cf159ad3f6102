"""Edges from Keras's own graph of a Functional or Sequential model."""

import itertools
from collections.abc import Sequence
from typing import Any

import keras

from tb_keras_inspect.training.model import names
from tb_keras_inspect.training.model.edges import (
    FUNCTIONAL,
    Edges,
    GraphBuilder,
    Layer,
)


def functional_edges(model: keras.Model) -> Edges | None:
    """Edges of a Functional or Sequential model, nested ones included, from Keras's graph.

    Other layers with layers inside count as one: the graph does not show what they do.

    Returns:
        The edges, or None for another kind of model.
    """
    functional = _functional(model)
    if functional is None:
        return None
    graph = GraphBuilder(model)
    inputs = [graph.input_source(layer, ()) for layer in input_layers(model)]
    _walk(graph, functional, inputs)
    return graph.edges(FUNCTIONAL)


def computed_tokens(model: keras.Model) -> list[str]:
    """Paths of the embeddings whose token numbers an operation computes, such as positions.

    Found in Keras's graph of the model and of those nested in it; a cast changes no number.
    """
    paths = names.layer_names(model)
    inner = [layer for layer, _ in names.layers_of(model) if _functional(layer) is not None]
    graphs = {id(graph): graph for graph in map(_functional, (model, *inner)) if graph is not None}
    found: dict[str, None] = {}
    for graph in graphs.values():
        nodes = itertools.chain.from_iterable(graph._nodes_by_depth.values())
        for node in nodes:
            is_embedding = isinstance(node.operation, keras.layers.Embedding)
            if is_embedding and not all(_is_as_given(x) for x in node.input_tensors):
                found[paths.get(id(node.operation), "")] = None
    return [path for path in found if path]


def _is_as_given(tensor: Any) -> bool:
    """Whether a tensor is an input or the output of a layer."""
    history = tensor._keras_history
    while isinstance(history.operation, keras.src.ops.core.Cast):
        history = (
            history.operation._inbound_nodes[history.node_index].input_tensors[0]._keras_history
        )
    return isinstance(history.operation, keras.layers.Layer)


def is_opaque(model: keras.Model) -> bool:
    """Whether Keras's graph does not show what the model or one of its layers does inside."""
    if _functional(model) is None:
        return True
    with_layers = [x for x, _ in names.layers_of(model) if x._flatten_layers(include_self=False)]
    return any(_functional(layer) is None for layer in with_layers)


def _walk(
    graph: GraphBuilder, functional: Any, inputs: Sequence[frozenset[int]]
) -> list[frozenset[int]]:
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
                _follow(graph, node, known)
    return [known[id(x)] for x in keras.tree.flatten(functional._outputs_struct)]


def _follow(graph: GraphBuilder, node: Any, known: dict[int, frozenset[int]]) -> None:
    operation = node.operation
    sources = [known[id(x)] for x in node.input_tensors]
    together = frozenset().union(*sources)
    inner = _functional(operation)
    graph.called(operation)
    if inner is not None and graph.knows(operation) and len(sources) == len(inner.inputs):
        entered = [
            graph.input_source(layer, source)
            for layer, source in zip(input_layers(operation), sources, strict=True)
        ]
        outputs = _walk(graph, inner, entered)
    elif graph.knows(operation):
        outputs = [graph.node(operation, together)] * len(node.outputs)
    else:  # an operation that is no layer
        outputs = [together] * len(node.outputs)
    known |= {id(x): source for x, source in zip(node.outputs, outputs, strict=True)}


def _functional(layer: Any) -> Any:
    """The Functional model that a layer is, or that a Sequential one has inside, or None."""
    inner = getattr(layer, "_functional", None) if isinstance(layer, keras.Sequential) else layer
    functional = keras.src.models.functional
    is_one = isinstance(inner, functional.Functional)
    # A subclass may do more in its `call` than the graph shows.
    own = is_one and getattr(type(inner), "call", None) is not functional.Functional.call
    return inner if is_one and not own else None


def input_layers(layer: Any) -> list[Layer]:
    """The input layers of a Functional or Sequential model, none for another layer."""
    functional = _functional(layer)
    if functional is None:
        return []
    return [x._keras_history.operation for x in keras.tree.flatten(functional._inputs_struct)]
