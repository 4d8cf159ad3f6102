"""Which layer, variable and tensor of one run is which of another: by structure, then by name."""

import dataclasses
import difflib
from collections.abc import Sequence

from tb_keras_inspect.store.model.model import LayerInfo, ModelInfo
from tb_keras_inspect.store.run import RunData


@dataclasses.dataclass(frozen=True)
class LayerMatch:
    """The layers of two models that are the same.

    Attributes:
        pairs: Index in the first model and in the second one, of the layers that have a partner.
        only_a, only_b: Paths of those that have none.
        renamed: Path of a layer of the second model to that of its partner.
    """

    pairs: tuple[tuple[int, int], ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    renamed: dict[str, str]

    def translated(self, name: str) -> str | None:
        """The name that a tensor of the second run has in the first; None where its layer has no
        partner. A name of no layer stays as it is."""
        for end in range(len(name), 0, -1):
            if end < len(name) and name[end] not in "/:.":
                continue
            path = name[:end]
            if path in self.renamed:
                return self.renamed[path] + name[end:]
            if path in self.only_b:
                return None
        return name


def match_layers(a: ModelInfo, b: ModelInfo) -> LayerMatch:
    """Matches layers in their order where the models have the same ones, else by name and class, and
    what is left by order, class and shapes."""
    if [_place(layer) for layer in a.layers] == [_place(layer) for layer in b.layers]:
        pairs = [(i, i) for i in range(len(a.layers))]
    else:
        pairs = _of_different_models(a, b)
    partners = set(pairs)
    in_a, in_b = {i for i, _ in partners}, {j for _, j in partners}
    return LayerMatch(
        tuple(sorted(partners)),
        tuple(layer.path for i, layer in enumerate(a.layers) if i not in in_a),
        tuple(layer.path for j, layer in enumerate(b.layers) if j not in in_b),
        {b.layers[j].path: a.layers[i].path for i, j in partners},
    )


def match_names(
    names_a: Sequence[str], names_b: Sequence[str], layers: LayerMatch
) -> dict[str, str]:
    """Names of the first run to those of the second: by name, and what is left in order, if as many
    are left in both."""
    found: dict[str, str] = {}
    left_b: list[str] = []
    known = set(names_a)
    for name in names_b:
        own = layers.translated(name)
        if own in known and own not in found:
            found[own] = name
        elif own is not None:
            left_b.append(name)
    left_a = [name for name in names_a if name not in found and not _belongs(name, layers.only_a)]
    if len(left_a) == len(left_b):
        found |= zip(left_a, left_b, strict=True)
    return found


def permuted_tensors(a: RunData, b: RunData, layers: LayerMatch) -> frozenset[str]:
    """Names, in the first run, of variables and outputs of layers whose shapes are those of their
    partners with the axes in another order, as in a model converted from another framework."""
    shapes = [
        {item.path: item.shape for item in run.model.variables}
        | {item.name: item.shape for item in run.model.sites}
        for run in (a, b)
    ]
    found = match_names([*shapes[0]], [*shapes[1]], layers)
    return frozenset(
        name
        for name, other in found.items()
        if shapes[0][name] != shapes[1][other]
        and sorted(shapes[0][name]) == sorted(shapes[1][other])
    )


def _place(layer: LayerInfo) -> tuple[str, int]:
    return layer.class_name, layer.parent


def _belongs(name: str, paths: Sequence[str]) -> bool:
    return any(
        name == path or name.startswith((f"{path}/", f"{path}:", f"{path}.")) for path in paths
    )


def _of_different_models(a: ModelInfo, b: ModelInfo) -> list[tuple[int, int]]:
    named = {(layer.path, layer.class_name): j for j, layer in enumerate(b.layers)}
    pairs = [
        (i, named[layer.path, layer.class_name])
        for i, layer in enumerate(a.layers)
        if (layer.path, layer.class_name) in named
    ]
    in_a, in_b = {i for i, _ in pairs}, {j for _, j in pairs}
    rest_a = [i for i in range(len(a.layers)) if i not in in_a]
    rest_b = [j for j in range(len(b.layers)) if j not in in_b]
    like_a, like_b = ([_like(m, i) for i in rest] for m, rest in ((a, rest_a), (b, rest_b)))
    for block in difflib.SequenceMatcher(
        None, like_a, like_b, autojunk=False
    ).get_matching_blocks():
        for step in range(block.size):
            pairs.append((rest_a[block.a + step], rest_b[block.b + step]))
    return pairs


def _like(model: ModelInfo, index: int) -> tuple[str, tuple[tuple[int, ...], ...]]:
    shapes = tuple(v.shape for v in model.variables if v.layer == index)
    return model.layers[index].class_name, shapes
