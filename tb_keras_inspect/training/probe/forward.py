"""One forward pass of the probe samples, and all that is kept of it."""

import contextlib
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

import keras
import numpy as np
from keras import ops

from tb_keras_inspect.catalog.kinds import Kind
from tb_keras_inspect.frameworks.base import Backend
from tb_keras_inspect.training.hooks.inference import call_for_inference
from tb_keras_inspect.training.model import names
from tb_keras_inspect.training.probe import effective_rank
from tb_keras_inspect.training.probe.outputs import OutputObserver, Seen
from tb_keras_inspect.training.probe.pictures import kernels, maps
from tb_keras_inspect.training.probe.pictures.activation_functions import ActivationInputs, Used
from tb_keras_inspect.training.probe.pictures.attention import AttentionScores
from tb_keras_inspect.training.probe.pictures.attention_by_structure import AttentionByStructure
from tb_keras_inspect.training.probe.pictures.map_encoding import LayerMap
from tb_keras_inspect.training.probe.pictures.map_sizes import Caps
from tb_keras_inspect.training.probe.sites import Key, Site, sites_of

MAX_VALUES = 1024  # of one output of the model, recorded of each sample

# Text keys, which every backend's nests can have: a kind, a slash, a name.
Tensors = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Subject:
    """What is shown.

    Attributes:
        model: A built model.
        samples: The number of probe samples.
        layers: `id(layer)` to name, of the layers that are shown.
        banks: Site names of layer outputs whose axis 0 is not the batch, as far as known.
        variables: The variables that are drawn, and their names.
        used: The activation functions that are observed.
        kinds: What is shown.
        caps: Limits of a snapshot.
        backend: The backend in use.
        traced: Whether the model's Python code runs only while it is traced.
    """

    model: keras.Model
    samples: int
    layers: Mapping[int, str]
    banks: frozenset[str]
    variables: Sequence[tuple[Any, str]]
    used: list[Used]
    kinds: frozenset[Kind]
    caps: Caps
    backend: Backend
    traced: bool

    def named_layers(self) -> list[tuple[keras.layers.Layer, str]]:
        """The layers that are shown, in order."""
        found = [layer for layer, _ in names.layers_of(self.model)]
        return [(layer, self.layers[id(layer)]) for layer in found if id(layer) in self.layers]


class Forward:
    """The forward pass with all its observers. What is kept is decided at the first run.

    Where it is traced, all tensors are available at its end, and that is decided then. Otherwise each
    is reduced or copied as it comes, and the first call is for the decision alone.

    Attributes:
        sites: What is kept of each array; empty until decided.
        omissions: (kind, name) to the reason why it is not shown.
        functions: Name of a call to the name of the activation function it goes through.
        reasons: Name of a call to the reason why its function has no curve.
        seen: The layer outputs seen, by site name.
        outputs: Names of the model's outputs.
    """

    def __init__(self, subject: Subject):
        self._subject = subject
        self.sites: dict[Key, Site] = {}
        self._is_decided = False
        self.omissions: dict[Key, str] = {}
        self.functions: dict[str, str] = {}
        self.reasons: dict[str, str] = {}
        self.seen: dict[str, Seen] = {}
        self.outputs: list[str] = []
        self._pictures: dict[str, kernels.Picture] = {}
        self.kernel_rows: dict[str, np.ndarray | None] = {}  # input channels that are shown

    def prepare(self) -> None:
        """Decides how weights are drawn; reads some of them."""
        subject = self._subject
        if Kind.KERNELS not in subject.kinds:
            return
        owner = {id(v): layer for layer, _ in names.layers_of(subject.model) for v in layer.weights}
        for variable, name in subject.variables:
            picture = kernels.picture_of(owner.get(id(variable)), variable.name, variable.shape)
            if picture is not None:
                self._pictures[name] = picture
                self.kernel_rows[name] = self._rows(variable, picture)

    def _rows(self, variable: Any, picture: kernels.Picture) -> np.ndarray | None:
        """The input channels that are shown of tiles."""
        if picture.layout != "kernel":
            return None
        arranged = picture.arranged(self._subject.backend.to_host(variable.value), np)
        norms = np.sqrt(np.sum(np.square(arranged), axis=(1, 2, 3)))
        return kernels.largest(norms, kernels.MAX_INPUTS)

    def run(self, inputs: Any) -> dict[str, Tensors]:
        """The pass itself; runs where it is traced.

        Returns:
            "arrays": `kind/name` to what is kept of it, a tensor or a tuple; "small": `kind/name` to
            a dict of small tensors; "ids": see `OutputObserver`. Nothing where the call was for the
            decision alone.
        """
        views: dict[Key, maps.View] = {}
        arrays: dict[Key, Any] = {}
        small: dict[str, Tensors] = {}
        subject = self._subject

        def take(kind: Kind, name: str, view: maps.View, tensor: Any) -> None:
            key = (kind.value, name)
            views[key] = view
            if subject.traced:
                arrays[key] = tensor
            elif key in self.sites:
                arrays[key] = self._taken(self.sites[key], tensor)

        def take_small(kind: Kind, name: str, tensors: Tensors) -> None:
            kept = subject.backend.immutable
            small[f"{kind.value}/{name}"] = {k: kept(tensor) for k, tensor in tensors.items()}

        outputs, ids = self._observed(inputs, take, take_small)
        with subject.backend.no_gradient():
            self._take_kernels(take)
            self._take_predictions(outputs, take_small)
        if not self._is_decided:
            self._decide(views)
            self._is_decided = True
            if not subject.traced:
                return {}
        if subject.traced:
            arrays = {key: self._taken(site, arrays[key]) for key, site in self.sites.items()}
        kept = {"/".join(key): value for key, value in arrays.items()}
        return {"arrays": kept, "small": small, "ids": ids}

    def _observed(
        self, inputs: Any, take: Callable[..., None], take_small: Callable[..., None]
    ) -> tuple[Any, Tensors]:
        """Calls the model with all observers; its outputs, and what was seen of ids."""
        subject, kinds = self._subject, self._subject.kinds
        token = subject.backend.trace_token()

        def take_output(name: str, view: maps.View, tensor: Any) -> None:
            if kinds & {Kind.MAPS, Kind.REPRESENTATION}:
                take(Kind.MAPS, name, view, tensor)

        def take_scores(name: str, scores: Any) -> None:
            reason = subject.backend.unrecordable(scores, token)
            if reason is not None:
                self.omissions[Kind.ATTENTION.value, name] = reason
                return
            shape = tuple(int(length) for length in scores.shape)
            take(Kind.ATTENTION, name, maps.View("attention", True, shape), scores)

        def take_function(name: str, tensors: Tensors) -> None:
            take_small(Kind.ACTIVATION_FUNCTION, name, tensors)

        structure = AttentionByStructure(
            subject.layers, subject.samples, take_scores, subject.backend
        )
        observer = OutputObserver(
            subject.backend, subject.layers, subject.samples, subject.banks, take_output, structure
        )
        attention = AttentionScores(subject.named_layers(), take_scores, structure)
        functions = ActivationInputs(subject.used, take_function, subject.backend, token)
        with contextlib.ExitStack() as stack:
            if Kind.ATTENTION in kinds:
                stack.enter_context(attention.installed())
                stack.enter_context(structure.installed())
            if Kind.ACTIVATION_FUNCTION in kinds:
                stack.enter_context(functions.installed())
            stack.enter_context(observer.observing())
            outputs = call_for_inference(subject.model, inputs)
        self.seen, self.functions, self.reasons = (
            observer.seen,
            functions.functions,
            functions.reasons,
        )
        for kind, found in (
            (Kind.MAPS, observer.omissions),
            (Kind.ATTENTION, structure.omissions | attention.omissions),
            (Kind.ACTIVATION_FUNCTION, functions.omissions),
        ):
            self.omissions |= {(kind.value, name): reason for name, reason in found.items()}
        return outputs, {name: subject.backend.immutable(x) for name, x in observer.ids.items()}

    def _take_kernels(self, take: Callable[..., None]) -> None:
        for variable, name in self._subject.variables:
            if name in self._pictures:
                view, rows = self._pictures[name].view, self.kernel_rows[name]
                if rows is not None:
                    view = dataclasses.replace(view, full_shape=(len(rows), *view.full_shape[1:]))
                take(Kind.KERNELS, name, view, variable.value)

    def arranged(self, name: str, value: Any, xp: ModuleType) -> Any:
        """A weight in the form in which it is shown.

        Args:
            name: Its name.
            value: Its value.
            xp: `numpy` or `keras.ops`.
        """
        x, rows = self._pictures[name].arranged(value, xp), self.kernel_rows[name]
        return x if rows is None or len(rows) == x.shape[0] else xp.take(x, rows, axis=0)

    def kernel_map(self, item: LayerMap, norms: np.ndarray | None) -> LayerMap:
        """A weight's picture with what belongs to it."""
        shape = self._pictures[item.name].arranged_shape
        units = shape[-1] if item.view.layout == "kernel" else shape[2]
        return dataclasses.replace(
            item,
            full_shape=shape,
            rows=self.kernel_rows[item.name],
            norms=norms if units <= kernels.MAX_NORMS else None,
        )

    def _take_predictions(self, outputs: Any, take_small: Callable[..., None]) -> None:
        found = _named_outputs(self._subject.model, outputs)
        self.outputs = []
        for name, tensor in found:
            if not hasattr(tensor, "dtype") or not len(tensor.shape):
                continue
            dtype = keras.backend.standardize_dtype(tensor.dtype)
            if dtype == "bool" or "float" in dtype or "int" in dtype:
                flat = ops.reshape(ops.cast(tensor, "float32"), (int(tensor.shape[0]), -1))
                self.outputs.append(name)
                values = flat[:, :MAX_VALUES]
                take_small(Kind.PREDICTION, name, {"values": self._subject.backend.detach(values)})

    def _decide(self, views: dict[Key, maps.View]) -> None:
        subject = self._subject
        self.sites, too_much = sites_of(views, subject.caps)
        self.omissions |= too_much
        for site in self.sites.values():
            if site.kind is Kind.MAPS and Kind.REPRESENTATION in subject.kinds:
                site.beside = effective_rank.observations
            elif site.kind is Kind.KERNELS:
                site.beside = _norms

    def _taken(self, site: Site, tensor: Any) -> Any:
        subject = self._subject
        with subject.backend.no_gradient():
            if site.on_device:
                if site.kind is Kind.KERNELS:
                    tensor = self.arranged(site.name, tensor, ops)
                return site.on_device_output(subject.backend.detach(tensor))
            return subject.backend.immutable(tensor)


def _norms(x: Any, view: maps.View, xp: Any) -> Any:
    return kernels.unit_norms(x, view.layout, xp)


def _named_outputs(model: keras.Model, outputs: Any) -> list[tuple[str, Any]]:
    """The model's output tensors by name: its own names, keys of a dict, else output_0, output_1..."""
    if isinstance(outputs, dict):
        return [
            (str(key), tensor)
            for key, value in outputs.items()
            for tensor in keras.tree.flatten(value)[:1]
        ]
    flat = keras.tree.flatten(outputs)
    known = getattr(model, "output_names", None) or []
    if len(known) != len(flat):
        known = [f"output_{position}" for position in range(len(flat))]
    return list(zip(known, flat, strict=True))
