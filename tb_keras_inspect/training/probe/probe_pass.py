"""The probe pass: what fixed samples look like to the model, without changing the training run."""

import logging
import threading
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import keras
import numpy as np

from tb_keras_inspect import frameworks
from tb_keras_inspect.catalog.kinds import Kind
from tb_keras_inspect.catalog.pictures import ALL, GRADIENTS, MAX_CHANNELS, MAX_PIXELS
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.training.hooks.inference import losses_kept, random_state_kept
from tb_keras_inspect.training.model import names
from tb_keras_inspect.training.probe import encoding
from tb_keras_inspect.training.probe import samples as probe_samples
from tb_keras_inspect.training.probe.forward import Forward, Subject
from tb_keras_inspect.training.probe.pictures import activation_functions, map_encoding
from tb_keras_inspect.training.probe.pictures.map_sizes import (
    MAX_BYTES,
    Caps,
)
from tb_keras_inspect.training.probe.samples import ProbeSamples
from tb_keras_inspect.training.probe.scores import Scores

__all__ = ["ProbePass", "ProbeSamples", "ProbeValues"]

logger = logging.getLogger(__name__)

MAX_WAITING = 2  # snapshots that keep whole outputs until they are encoded


class ProbeValues:
    """One snapshot, still on its device.

    Attributes:
        step: The step that the snapshot belongs to.
    """

    def __init__(self, step: int, reduce: Callable[[], encoding.Snapshot]):
        self.step = step
        self._reduce: Callable[[], encoding.Snapshot] | None = reduce
        self._snapshot = encoding.Snapshot()

    def snapshot(self) -> encoding.Snapshot:
        """What is shown of it, on the host. Releases the tensors."""
        if self._reduce is not None:
            self._snapshot, self._reduce = self._reduce(), None
        return self._snapshot


class ProbePass:
    """Runs the probe samples through a model and keeps what it shows.

    The model is called with `training=False` inside `keras.StatelessScope`, compiled at the first
    run (on PyTorch, and where the model runs eagerly, not at all): no variable, random state or
    BatchNormalization statistic changes. A layer that writes to a variable of its backend behind
    Keras's back is beyond that. One forward pass serves all kinds but gradients, which take a second
    one.

    Which channels of an array are shown is decided at the first run and stays, so that a channel is
    in the same place in all snapshots.

    Args:
        model: A built model.
        samples: The samples, taken.
        site_names: `id(layer)` to path, of the layers that are shown.
        max_channels: Most channels of one array.
        max_pixels: Most pixels of one picture; of larger ones cells of pixels are averaged.
        max_bytes: Most bytes of one snapshot's layer outputs, attention and weights.
        kinds: What is shown. Defaults to all kinds; the model's outputs always are.
        variables: The variables that are drawn, and their names. Defaults to None: all trainable.
        grad_cam_layer: Name of the layer that Grad-CAM is of. Defaults to None: the last convolution.
        banks: Site names of outputs whose axis 0 is not the batch, as far as training has shown.

    Attributes:
        problems: Kind to the error that turned it off; the caller empties it.

    Raises:
        ValueError: if the samples are still to be taken, or the model is not built.
    """

    def __init__(
        self,
        model: keras.Model,
        samples: ProbeSamples,
        site_names: Mapping[int, str],
        max_channels: int = MAX_CHANNELS,
        max_pixels: int = MAX_PIXELS,
        max_bytes: int = MAX_BYTES,
        kinds: frozenset[Kind] = ALL,
        variables: Sequence[tuple[Any, str]] | None = None,
        grad_cam_layer: str | None = None,
        banks: Iterable[str] = (),
    ):
        if samples.needs_batch:
            raise ValueError("The probe samples are still to be taken from the first batch")
        if not model.built:
            raise ValueError(f"The model {model.name!r} is not built: it has no weights yet")
        self._model, self._samples = model, samples
        if variables is None:
            drawn = list(model.trainable_variables)
            variables = list(zip(drawn, names.variable_names(drawn, model), strict=True))
        backend = frameworks.current()
        self._subject = subject = Subject(
            model,
            samples.count,
            dict(site_names),
            frozenset(banks),
            list(variables),
            [],
            frozenset(kinds),
            Caps(max_channels, max_pixels, max_bytes),
            backend,
            backend.traces_steps(model),
        )
        subject.used.extend(activation_functions.used_in(subject.named_layers()))
        self._forward = Forward(subject)
        self._function: Callable[[Any], dict[str, Any]] | None = None
        self._scores = Scores(subject, grad_cam_layer) if kinds & GRADIENTS else None
        self._waiting: weakref.WeakSet[ProbeValues] = weakref.WeakSet()
        self._lock = threading.Lock()  # the recorder's thread may choose channels too
        self.problems: dict[str, Exception] = {}

    def run(self, step: int) -> ProbeValues:
        """Takes a snapshot.

        It holds at most `MAX_WHOLE_BYTES` of whole outputs and four times `max_bytes` of reduced
        ones, until `encode` has made messages of it.

        Raises:
            ValueError: if samples that the user gave do not fit the model.
        """
        tensors = self._tensors()
        while not self._is_settled(tensors):
            tensors = self._tensors()
        gradients = self._gradients(tensors)
        values = ProbeValues(step, lambda: self._snapshot(tensors, gradients))
        # Where the recorder lags behind, this thread reduces, so that whole outputs do not pile up.
        if len(self._waiting) >= MAX_WAITING:
            values.snapshot()
        self._waiting.add(values)
        return values

    def encode(self, values: ProbeValues, model_fingerprint: int) -> encoding.Messages:
        """A snapshot's messages; may run on another thread.

        Returns:
            By kind: a table, or an index and what it names.
        """
        forward = self._forward
        omissions = forward.omissions | (self._scores.omissions if self._scores else {})
        return encoding.encode(
            model_fingerprint,
            values.snapshot(),
            self._subject.kinds,
            omissions,
            forward.functions,
            forward.reasons,
        )

    @property
    def order(self) -> list[str]:
        """Names of the layers in the order in which the forward pass called them."""
        return [seen.output.layer for seen in self._forward.seen.values()]

    def encode_inputs(self, model_fingerprint: int) -> pb.ProbeRecord:
        """The samples themselves and their labels."""
        inputs = probe_samples.named(self._model, self._samples.inputs)
        return map_encoding.encode_inputs(model_fingerprint, inputs, self._samples.labels)

    def _tensors(self) -> dict[str, Any]:
        """Runs the forward pass."""
        subject = self._subject
        if self._function is None:
            subject.backend.load_state(self._model)
            self._forward.prepare()
            make = subject.backend.compiled if subject.traced else subject.backend.eager
            self._function = make(self._forward.run, self._model)
        try:
            with random_state_kept(), losses_kept(self._model):
                return self._function(self._samples.inputs)
        except Exception as error:
            self._function = None
            reason = self._samples.given and probe_samples.misfit(self._model, self._samples.inputs)
            if reason:
                raise ValueError(reason) from error
            raise

    def _gradients(self, tensors: dict[str, Any]) -> dict[str, Any]:
        """Runs the differentiated pass; a failure turns off it alone."""
        if self._scores is None:
            return {}
        try:
            with random_state_kept(), losses_kept(self._model):
                seen, ids = self._forward.seen, tensors["ids"]
                return self._scores.run(self._samples.inputs, seen, ids)
        except Exception as error:
            logger.debug("the differentiated pass failed", exc_info=True)
            self._scores = None
            self.problems["saliency and Grad-CAM"] = error
            return {}

    def _is_settled(self, tensors: dict[str, Any]) -> bool:
        """Whether all is there that is shown; if not, the arrays decide what is still open."""
        if not tensors:
            return False
        sites, arrays = self._forward.sites, tensors["arrays"]
        undecided = {k: s for k, s in sites.items() if s.on_device and s.channels is None}
        for key, site in undecided.items():
            site.choose(*map(self._subject.backend.to_host, arrays["/".join(key)]))
        if undecided:
            self._function = None  # the channels are constants of the next trace
        return not undecided

    def _snapshot(self, tensors: dict[str, Any], gradients: dict[str, Any]) -> encoding.Snapshot:
        to_host = self._subject.backend.to_host
        snapshot = encoding.Snapshot()
        with self._lock:
            for key, site in self._forward.sites.items():
                output = tensors["arrays"]["/".join(key)]
                on_host = tuple(map(to_host, output)) if site.on_device else to_host(output)
                if site.kind is Kind.KERNELS and not site.on_device:
                    on_host = self._forward.arranged(site.name, on_host, np)
                self._add(snapshot, site.kind, *site.layer_map(on_host))
        for key, kept in tensors["small"].items():
            kind, _, name = key.partition("/")
            arrays = {part: to_host(tensor) for part, tensor in kept.items()}
            if kind == Kind.PREDICTION.value:
                snapshot.predictions[name] = arrays["values"]
            else:
                snapshot.functions[name] = arrays
        # What was computed came out in an order of its own.
        forward = self._forward
        snapshot.functions = {n: snapshot.functions[n] for n in forward.functions}
        snapshot.predictions = {n: snapshot.predictions[n] for n in forward.outputs}
        if self._scores is not None and gradients:
            host = {name: to_host(tensor) for name, tensor in gradients.items()}
            snapshot.pictures |= self._scores.pictures(host)
        return snapshot

    def _add(
        self,
        snapshot: encoding.Snapshot,
        kind: Kind,
        item: map_encoding.LayerMap,
        beside: np.ndarray | None,
    ) -> None:
        if kind is Kind.MAPS and beside is not None:
            snapshot.observations[item.name] = beside
        if kind is Kind.KERNELS:
            item = self._forward.kernel_map(item, beside)
        snapshot.pictures.setdefault(kind, []).append(item)
