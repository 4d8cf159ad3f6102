"""The model as rules see it: which layers train, in which order, and which are outputs."""

import dataclasses
import functools
import json

from tb_keras_inspect.store.model.model import (
    LayerInfo,
    ModelInfo,
    SiteInfo,
    VariableInfo,
)

RELU = ("relu", "relu6")  # exactly zero, with zero slope, for all negative inputs
BOUNDED = ("sigmoid", "tanh", "hard_sigmoid", "hard_tanh", "softsign")
NORMALISING = (
    "BatchNormalization",
    "LayerNormalization",
    "GroupNormalization",
    "RMSNormalization",
    "SpectralNormalization",
    "UnitNormalization",
    "Normalization",
)
RECURRENT = ("SimpleRNN", "LSTM", "GRU", "RNN", "SimpleRNNCell", "LSTMCell", "GRUCell")
# Layers whose output consists of values of their input.
PASSING = (
    "InputLayer",
    "Dropout",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "GaussianNoise",
    "Flatten",
    "Reshape",
    "Permute",
    "ActivityRegularization",
    "Identity",
)


def _is_kernel(variable: VariableInfo) -> bool:
    # Attention has biases of rank 2: a head and a feature.
    return len(variable.shape) >= 2 and not variable.path.endswith("bias")


@dataclasses.dataclass(frozen=True)
class Weighted:
    """A layer with trainable kernels.

    Attributes:
        layer: The layer.
        depth: Position of its first output in the forward pass.
        kernels: Paths of its trainable variables of rank 2 and more, without biases.
        others: Paths of its other trainable variables.
        site: Name of its first output, "" if none was recorded.
    """

    layer: LayerInfo
    depth: int
    kernels: tuple[str, ...]
    others: tuple[str, ...]
    site: str


class Structure:
    """Answers questions about the recorded model.

    Args:
        model: None if no model was recorded: then everything is empty.
    """

    def __init__(self, model: ModelInfo | None):
        self.model = model
        self.layers = model.layers if model else ()
        self.sites = model.sites if model else ()
        self.variables = model.variables if model else ()
        self._layer_of = {v.path: v.layer for v in self.variables}
        self._site = {site.name: site for site in self.sites}

    @property
    def has_adapters(self) -> bool:
        """Whether LoRA trains small matrices beside frozen weights, as `enable_lora` makes them."""
        return any(v.path.rpartition("/")[2].startswith("lora_") for v in self.variables)

    @functools.cached_property
    def compiled(self) -> dict[str, str]:
        """How the model was compiled; empty in older logs."""
        return dict(getattr(self.model, "compiled", None) or {})

    @functools.cached_property
    def frozen_as_initialised(self) -> list[str]:
        """Paths of the frozen layers whose weights never changed since they were drawn."""
        return self._paths("frozen_as_initialised")

    @functools.cached_property
    def computed_tokens(self) -> list[str]:
        """Paths of the embeddings whose token numbers are not those of an input, but computed."""
        return self._paths("computed_tokens")

    def _paths(self, name: str) -> list[str]:
        """Paths of layers in an entry of `compiled`."""
        try:
            found = json.loads(self.compiled.get(name, "[]"))
        except ValueError:
            return []
        known = {layer.path for layer in self.layers}
        return [path for path in found if path in known] if isinstance(found, list) else []

    @property
    def steps_per_epoch(self) -> int:
        """Batches per epoch; 0 if unknown."""
        return self.model.steps_per_epoch if self.model else 0

    @property
    def has_own_step(self) -> bool:
        """Whether the model has a `train_step` of its own, which may hold several losses."""
        return self.compiled.get("train_step") == "own"

    def site(self, name: str) -> SiteInfo | None:
        """A site by name."""
        return self._site.get(name)

    def layer_of_site(self, name: str) -> LayerInfo | None:
        """The layer whose output a site is."""
        site = self._site.get(name)
        return self.layers[site.layer] if site and 0 <= site.layer < len(self.layers) else None

    def layer_of_variable(self, path: str) -> LayerInfo | None:
        """The layer that owns a variable; the recurrent layer if a cell owns it."""
        index = self._layer_of.get(path, -1)
        return self.layers[self.outer(index)] if index >= 0 else None

    def layers_of_variables(self, paths: list[str]) -> list[str]:
        """Paths of the layers that own some variables, each once."""
        layers = [self.layer_of_variable(path) for path in paths]
        return list(dict.fromkeys(layer.path for layer in layers if layer is not None))

    def outer(self, index: int) -> int:
        """Index of the recurrent layer around a cell; of the layer itself if it is none."""
        parent = self.layers[index].parent
        if self.layers[index].class_name.endswith("Cell") and parent >= 0:
            return parent
        return index

    def is_container(self, index: int) -> bool:
        """Whether a layer holds other layers."""
        return index in self._parents

    @functools.cached_property
    def _parents(self) -> set[int]:
        return {layer.parent for layer in self.layers}

    @functools.cached_property
    def weighted(self) -> list[Weighted]:
        """Layers with trainable kernels, except embeddings, from input to output.

        The gradient of an embedding has a row for each token of the vocabulary, most of them zero.
        Its size says nothing about depth.
        """
        found: dict[int, tuple[list[str], list[str]]] = {}
        for variable in self.variables:
            if variable.layer < 0 or "Embedding" in self.layers[variable.layer].class_name:
                continue
            kernels, others = found.setdefault(self.outer(variable.layer), ([], []))
            (kernels if _is_kernel(variable) else others).append(variable.path)
        layers = [
            Weighted(
                self.layers[index],
                self._depth(index, order),
                tuple(kernels),
                tuple(others),
                self._site_name(index),
            )
            for order, (index, (kernels, others)) in enumerate(found.items())
            if kernels
        ]
        return sorted(layers, key=lambda item: item.depth)

    def _depth(self, index: int, order: int) -> int:
        first = self._first_site.get(index)
        return order if first is None or not self._all_have_sites else first

    @functools.cached_property
    def _all_have_sites(self) -> bool:
        with_variables = {self.outer(v.layer) for v in self.variables if v.layer >= 0}
        return with_variables <= self._first_site.keys()

    @functools.cached_property
    def _first_site(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for position, site in enumerate(self.sites):
            found.setdefault(site.layer, position)
        return found

    def _site_name(self, index: int) -> str:
        first = self._first_site.get(index)
        return "" if first is None else self.sites[first].name

    @functools.cached_property
    def leaves(self) -> list[SiteInfo]:
        """Outputs of layers that hold no others, in forward order."""
        return [site for site in self.sites if not self.is_container(site.layer)]

    @functools.cached_property
    def outputs(self) -> list[SiteInfo]:
        """The output of the model, before layers that only reshape it; empty if unknown."""
        ends = [site for site in self.leaves if self.class_of(site) not in PASSING]
        return ends[-1:]

    def activation_of(self, site: SiteInfo) -> str:
        """Keras name of the activation function of a site, "" if it is not known."""
        has_layer = 0 <= site.layer < len(self.layers)
        return site.activation or (self.layers[site.layer].activation if has_layer else "")

    def fed_by(self, site: SiteInfo) -> str:
        """Path of the last layer with kernels up to a site, "" if there is none or it is not known."""
        position = next((n for n, item in enumerate(self.sites) if item.name == site.name), -1)
        before = {item.layer for item in self.sites[: position + 1]}
        index = {layer.path: n for n, layer in enumerate(self.layers)}
        paths = [item.layer.path for item in self.weighted if index[item.layer.path] in before]
        return paths[-1] if paths else ""

    def class_of(self, site: SiteInfo) -> str:
        """Class name of the layer whose output a site is."""
        return self.layers[site.layer].class_name if 0 <= site.layer < len(self.layers) else ""

    def is_output(self, site: SiteInfo) -> bool:
        """Whether a site is an output of the model, or of a part with a loss of its own."""
        if any(site.name == output.name for output in self.outputs):
            return True
        if self.has_own_step and site.layer in self._last_children:
            return True
        return self._targets != {} and not self._leads_on(site.layer)

    def _leads_on(self, index: int) -> bool:
        """Whether another layer uses the output of this one, or of the model that it ends."""
        seen: set[int] = set()
        while index >= 0 and index not in seen:
            seen.add(index)
            targets = self._targets.get(index, [])
            if any(self.layers[target].class_name not in PASSING for target in targets):
                return True
            # Go on with the layer that only reshapes the output or, at an end, the model around.
            index = targets[0] if targets else self.layers[index].parent
        return False

    @functools.cached_property
    def _targets(self) -> dict[int, list[int]]:
        """Layer to the layers that use its output; empty if the edges are only a guess."""
        found: dict[int, list[int]] = {}
        if self.model is None or getattr(self.model, "edges_from", "") == "order of calls":
            return found
        for source, target in self.model.edges:
            found.setdefault(source, []).append(target)
        return found

    @functools.cached_property
    def _last_children(self) -> set[int]:
        last = {layer.parent: i for i, layer in enumerate(self.layers) if layer.parent >= 0}
        return set(last.values())
