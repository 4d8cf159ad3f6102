"""How the layers of a model are connected.

Both ends of an edge are innermost layers, not containers that return the output of one of their layers.
"""

import dataclasses
import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import keras

from tb_keras_inspect.training.model import names

FUNCTIONAL, TRACE, ORDER = "functional graph", "trace", "order of calls"

Layer: TypeAlias = keras.layers.Layer


@dataclasses.dataclass(frozen=True)
class Edges:
    """The connections of a model's layers.

    Attributes:
        pairs: Source and target, indices in the order of `names.layers_of`.
        source: How they were found: `FUNCTIONAL`, `TRACE`, `ORDER`, or "" where they are not known.
        calls: Index of a layer to the number of its calls in one forward pass.
    """

    pairs: tuple[tuple[int, int], ...] = ()
    source: str = ""
    calls: Mapping[int, int] = dataclasses.field(default_factory=dict)


class GraphBuilder:
    """Collects edges, given layers."""

    def __init__(self, model: keras.Model):
        found = [layer for layer, _ in names.layers_of(model)]
        recurrent = [layer for layer in found if isinstance(layer, keras.layers.RNN)]
        # They are called inside a loop, and once outside it to infer shapes.
        cells = {id(x) for layer in recurrent for x in layer.cell._flatten_layers()}
        self._index = {id(layer): i for i, layer in enumerate(found) if id(layer) not in cells}
        self._pairs: dict[tuple[int, int], None] = {}
        self._calls: dict[int, int] = {}

    def edges(self, source: str) -> Edges:
        """The collected edges."""
        return Edges(tuple(self._pairs), source, self._calls)

    def knows(self, layer: Any) -> bool:
        """Whether a layer is one of the model's."""
        return id(layer) in self._index

    def called(self, layer: Layer) -> None:
        """Counts a call of a layer."""
        if self.knows(layer):
            at = self._index[id(layer)]
            self._calls[at] = self._calls.get(at, 0) + 1

    def node(self, layer: Layer, sources: Iterable[int]) -> frozenset[int]:
        """Adds edges to a layer. Returns the source of its outputs: the layer."""
        target = self._index[id(layer)]
        self._pairs |= {(source, target): None for source in sorted(sources)}
        return frozenset([target])

    def input_source(self, layer: Layer, sources: Iterable[int]) -> frozenset[int]:
        """Adds edges to an input layer; returns the sources where it is not one of the model's."""
        return self.node(layer, sources) if self.knows(layer) else frozenset(sources)


def order_of_calls(model: keras.Model, layers: Sequence[str]) -> Edges:
    """A chain of the layers in the order in which they were seen: the fallback."""
    found = names.layer_names(model)
    known = {found[id(layer)]: i for i, (layer, _) in enumerate(names.layers_of(model))}
    indices = [known[name] for name in dict.fromkeys(layers) if name in known]
    return Edges(tuple(itertools.pairwise(indices)), ORDER if indices else "")
