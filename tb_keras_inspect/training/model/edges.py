"""How the layers of a model are connected.

Both ends of an edge are innermost layers: a container whose output one of its layers made is not one.
"""

import dataclasses
import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import keras

from tb_keras_inspect.training.model import names

FUNCTIONAL, TRACE, ORDER = "functional graph", "trace", "order of calls"

Layer = keras.layers.Layer


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


class GraphBuilder:
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


def order_of_calls(model: keras.Model, layers: Sequence[str]) -> Edges:
    """One layer after the other, by the names of the layers that were seen, for want of better."""
    found = names.layer_names(model)
    known = {found[id(layer)]: i for i, (layer, _) in enumerate(names.layers_of(model))}
    indices = [known[name] for name in dict.fromkeys(layers) if name in known]
    return Edges(tuple(itertools.pairwise(indices)), ORDER if indices else "")
