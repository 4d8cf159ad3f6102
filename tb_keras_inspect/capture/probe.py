"""The probe pass: what fixed samples look like to each layer, without touching the training."""

import threading
import weakref
from collections.abc import Callable, Mapping
from typing import Any

import keras

from tb_keras_inspect.capture import maps, maps_record, probe_backend, probe_samples
from tb_keras_inspect.capture.backends import current as current_backend
from tb_keras_inspect.capture.maps_plan import MAX_BYTES, MAX_CHANNELS, MAX_PIXELS, Caps
from tb_keras_inspect.capture.probe_outputs import OutputObserver
from tb_keras_inspect.capture.probe_samples import ProbeSamples
from tb_keras_inspect.capture.probe_sites import Site, sites_of
from tb_keras_inspect.capture.probe_state import losses_kept, random_state_kept
from tb_keras_inspect.records import inspect_pb2 as pb

__all__ = ["ProbePass", "ProbeSamples", "ProbeValues"]

MAX_WAITING = 2  # snapshots that keep whole outputs until they are encoded


class ProbeValues:
    """One snapshot's layer outputs, still on their device.

    Attributes:
        step: The step that the snapshot belongs to.
    """

    def __init__(self, step: int, reduce: Callable[[], list[maps_record.LayerMap]]):
        self.step = step
        self._reduce: Callable[[], list[maps_record.LayerMap]] | None = reduce
        self._maps: list[maps_record.LayerMap] = []

    def maps(self) -> list[maps_record.LayerMap]:
        """What is shown of them, on the host; the outputs are let go of."""
        if self._reduce is not None:
            self._maps, self._reduce = self._reduce(), None
        return self._maps


class ProbePass:
    """Runs the probe samples through a model and keeps every layer's output.

    The model is called with `training=False` inside `keras.StatelessScope`, compiled at the first
    run (on PyTorch, and where the model runs eagerly, not at all): no variable, random state or
    BatchNormalization statistic changes. A layer that writes to a variable of its backend behind
    Keras's back is beyond that.

    Which channels of a layer are shown is decided at the first run and stays, so that a channel is
    in the same place in all snapshots.

    Args:
        model: A built model.
        samples: The samples, taken.
        site_names: `id(layer)` to path, of the layers that are shown.
        max_channels: Most channels of one layer.
        max_pixels: Most pixels of one map; of larger ones cells of pixels are averaged.
        max_bytes: Most bytes of one snapshot.

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
    ):
        if samples.needs_batch:
            raise ValueError("The probe samples are still to be taken from the first batch")
        if not model.built:
            raise ValueError(f"The model {model.name!r} is not built: it has no weights yet")
        self._model, self._samples, self._names = model, samples, dict(site_names)
        self._caps = Caps(max_channels, max_pixels, max_bytes)
        self._backend, self._framework = current_backend(), probe_backend.current()
        self._traced = self._backend.traces_steps(model)
        self._function: Callable[[Any], dict[str, Any]] | None = None
        self._sites: dict[str, Site] | None = None
        self._omissions: dict[str, str] = {}
        self._waiting: weakref.WeakSet[ProbeValues] = weakref.WeakSet()
        self._lock = threading.Lock()  # the recorder's thread may choose channels too

    def run(self, step: int) -> ProbeValues:
        """Takes a snapshot.

        It holds at most `MAX_WHOLE_BYTES` of whole outputs and four times `max_bytes` of reduced
        ones, until `encode` has made messages of it.

        Raises:
            ValueError: if samples that the user gave do not fit the model.
        """
        outputs = self._outputs()
        while not self._is_settled(outputs):
            outputs = self._outputs()
        values = ProbeValues(step, lambda: self._layer_maps(outputs))
        # Where the recorder lags behind, this thread reduces, so that whole outputs do not pile up.
        if len(self._waiting) >= MAX_WAITING:
            values.maps()
        self._waiting.add(values)
        return values

    def encode(self, values: ProbeValues, model_fingerprint: int) -> list[Any]:
        """A snapshot's messages; may run on another thread.

        Returns:
            A `MapIndex` and, in its order, one `MapRecord` for each site.
        """
        omissions = [
            pb.Omission(name=name, what="maps", reason=reason)
            for name, reason in self._omissions.items()
        ]
        return maps_record.encode_maps(model_fingerprint, values.maps(), omissions)

    def encode_inputs(self, model_fingerprint: int) -> pb.ProbeRecord:
        """The samples themselves and their labels."""
        inputs = probe_samples.named(self._model, self._samples.inputs)
        return maps_record.encode_inputs(model_fingerprint, inputs, self._samples.labels)

    def _outputs(self) -> dict[str, Any]:
        """Runs the forward pass: site name to what `_taken` made of its tensor."""
        if self._function is None:
            make = self._framework.compiled if self._traced else self._framework.eager
            self._function = make(self._forward, self._model)
        try:
            with random_state_kept(), losses_kept(self._model):
                return self._function(self._samples.inputs)
        except Exception as error:
            self._function = None
            reason = self._samples.given and probe_samples.misfit(self._model, self._samples.inputs)
            if reason:
                raise ValueError(reason) from error
            raise

    def _forward(self, inputs: Any) -> dict[str, Any]:
        """Calls the model.

        Traced, all tensors are at hand when it is over, and what to keep is planned then. Otherwise
        each is reduced or copied as it comes, and the first call is for the planning alone.
        """
        views: dict[str, maps.View] = {}
        tensors: dict[str, Any] = {}

        def take(name: str, view: maps.View, tensor: Any) -> None:
            views[name] = view
            if self._traced:
                tensors[name] = tensor
            elif self._sites is not None and name in self._sites:
                tensors[name] = self._taken(self._sites[name], tensor)

        observer = OutputObserver(self._backend, self._names, take)
        with observer.listening():
            _call(self._model, inputs)
        if self._sites is None:
            sites, too_much = sites_of(views, self._caps)
            self._omissions = {**observer.omissions, **too_much}
            self._sites = {site.name: site for site in sites}
            if not self._traced:
                return {}
        if self._traced:
            tensors = {name: self._taken(site, tensors[name]) for name, site in self._sites.items()}
        return tensors

    def _taken(self, site: Site, tensor: Any) -> Any:
        with self._backend.no_gradient():
            if site.on_device:
                return site.on_device_output(self._backend.detach(tensor))
            return self._framework.kept(tensor)

    def _is_settled(self, outputs: dict[str, Any]) -> bool:
        """Whether the outputs are those of all sites; if not, they decide what is still open."""
        if len(outputs) < len(self._sites):
            return False
        undecided = [s for s in self._sites.values() if s.on_device and s.channels is None]
        for site in undecided:
            site.choose(*map(self._framework.to_host, outputs[site.name]))
        if undecided:
            self._function = None  # the channels are constants of the next trace
        return not undecided

    def _layer_maps(self, outputs: dict[str, Any]) -> list[maps_record.LayerMap]:
        to_host = self._framework.to_host
        with self._lock:
            return [
                site.layer_map(
                    tuple(map(to_host, outputs[name])) if site.on_device else to_host(outputs[name])
                )
                for name, site in self._sites.items()
            ]


def _call(model: keras.Model, inputs: Any) -> None:
    takes_training = getattr(model, "_call_has_training_arg", True)
    model(inputs, **({"training": False} if takes_training else {}))
