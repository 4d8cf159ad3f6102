"""Records one model: takes samples, snapshots and the model record to the recorder."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import keras
from tensorboard.compat.proto import event_pb2

from tb_keras_inspect.catalog.kinds import Kind
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.records.summary import to_event, to_value
from tb_keras_inspect.training.model.connections import edges_of
from tb_keras_inspect.training.model.layer_filter import LayerFilter
from tb_keras_inspect.training.model.model_records import ModelRecords
from tb_keras_inspect.training.model.readiness import has_weights, structure
from tb_keras_inspect.training.probe.probe_pass import ProbePass, ProbeSamples
from tb_keras_inspect.training.problem_reports import ProblemReports
from tb_keras_inspect.training.processes.group import NoRecorder
from tb_keras_inspect.training.processes.replicas import combine_replicas
from tb_keras_inspect.training.recorder import EPOCH, OTHER, SAMPLE, SNAPSHOT, Recorder
from tb_keras_inspect.training.samples.dead_units import DeadUnits
from tb_keras_inspect.training.samples.decode_queue import DecodeQueue, PendingSample
from tb_keras_inspect.training.samples.example_inputs import ExampleInputs
from tb_keras_inspect.training.samples.examples import HeldBatches
from tb_keras_inspect.training.samples.sample import Sample, Subscriber
from tb_keras_inspect.training.samples.sample_decoder import SampleDecoder
from tb_keras_inspect.training.samples.sample_encoder import encode, epoch_sample
from tb_keras_inspect.training.step.example_losses import BatchExamples
from tb_keras_inspect.training.step.instrumented_step import InstrumentedStep
from tb_keras_inspect.training.step.settings import Settings
from tb_keras_inspect.training.step.train_function_slot import TrainFunctionSlot

logger = logging.getLogger(__name__)

PATIENCE = 5.0  # seconds to wait for room in the queue, for what must not be lost


class Session:
    """Records one model in one `fit`, or in several, one after the other.

    The instrumented step and the probe pass, which take long to build and compile, are kept from one
    fit to the next.

    Args:
        model: The model in `fit`.
        settings: What to record of a sampled step.
        wanted: Which layers to record.
        samples: The probe samples, None for no maps.
        options: The callback's options, for the model record.
        pictures: Options of `ProbePass`.
        hyperparameters: Name to value, for the model record.
        inputs: Chooses the examples whose inputs are recorded, None for none.

    Attributes:
        slot: The owner of the model's train function in this fit.
    """

    def __init__(
        self,
        model: keras.Model,
        settings: Settings,
        wanted: LayerFilter,
        samples: ProbeSamples | None,
        options: Mapping[str, Any],
        pictures: Mapping[str, Any] | None = None,
        hyperparameters: Mapping[str, Any] | None = None,
        inputs: ExampleInputs | None = None,
    ):
        self._model, self._settings = model, settings
        self._pictures = dict(pictures or {})
        self._samples = samples
        self._probe: ProbePass | None = None
        self._records = ModelRecords(model, options, hyperparameters or {})
        self._step = 0
        self._shown = False  # whether the run has a snapshot
        self._facts: Mapping[str, float] = {}
        self._reports = ProblemReports()
        self._structure = structure(model)
        head = samples.count if samples is not None and samples.needs_batch else 0
        self._instrumented = InstrumentedStep(model, settings, wanted, self._on_sample, head)
        self._held = HeldBatches(self._instrumented.backend, settings.keep_data, inputs)

    def open(
        self,
        recorder: Recorder | NoRecorder,
        steps_per_epoch: int | None,
        processes: int = 1,
        goes_on: bool = False,
    ) -> None:
        """A fit begins.

        Args:
            recorder: Where its events go.
            steps_per_epoch: None where not known.
            processes: How many processes record together.
            goes_on: Whether the run is that of the fit before, so that what was written then holds.
        """
        self.slot = TrainFunctionSlot(self._model)
        self._instrumented.begin_fit(self.slot, processes)
        self._recorder = recorder
        self._records.begin_fit(steps_per_epoch, goes_on)
        self._decoder = SampleDecoder(DeadUnits(steps_per_epoch), self._settings.scalars)
        self._decode_queue = DecodeQueue()
        self._newest: PendingSample | None = None
        self._unrecorded: PendingSample | None = None  # the recorder had no room for it
        self._subscribers: list[Subscriber] = []
        self._has_trained = False  # whether this fit has made a step
        self._shown = goes_on and self._shown
        self._held.begin(goes_on)

    def serves(self, model: keras.Model) -> bool:
        """Whether this session can record a model: it is the same one, and nothing has failed."""
        same = model is self._model and structure(model) == self._structure
        return same and not self._reports.has_any and self._instrumented.failure is None

    # Sampled steps.

    @property
    def _has_weights(self) -> bool:
        return has_weights(self._model, self._has_trained)

    def arm(self, step: int, facts: Mapping[str, float]) -> bool:
        """Makes the step that is about to run an instrumented one.

        Args:
            step: Its number in the run.
            facts: Numbers of it that the host knows, by the name of the statistic.

        Returns:
            Whether it will be.
        """
        ready, self._has_trained = self._has_weights, True  # by the time of the next question
        self._step, self._facts = step, dict(facts)
        return ready and self._recorder.failure is None and self._instrumented.arm()

    def disarm(self) -> None:
        """Leaves the model as it was."""
        self._instrumented.disarm()

    def _on_sample(self, vector: Any, head: Any, examples: BatchExamples | None) -> None:
        if self._samples is not None and self._samples.needs_batch and head is not None:
            with self._reports.of_the_probe_pass(self._turn_off_maps):
                self._samples = ProbeSamples.from_batch(head, self._samples.count)
        self._instrumented.samples = 0
        self._describe()
        step, facts, now = self._step, self._facts, time.time()
        decoder, record = self._decoder, self._records.newest
        held = None if examples is None else self._held.hold(examples)

        def decode() -> Sample | None:
            vectors = self._instrumented.backend.vectors_to_host(vector)
            layout = self._instrumented.layouts.of(vectors[0])
            if layout is None or record is None:
                return None
            layout, views = combine_replicas(layout, vectors)
            sample = decoder.decode(record, layout, views, step, now, facts)
            return sample if held is None else held.added_to(sample, record)

        if self._unrecorded is not None:
            self._decode_queue.remove(self._unrecorded)
        # A check on the training thread may ask for a sample that the recorder has no room for.
        self._newest = pending = self._decode_queue.add(decode)
        taken = self._put(pending.get, 0.0, SAMPLE)
        self._unrecorded = None if taken else pending

    # Samples, decoded.

    def subscribe(self, subscriber: Subscriber) -> None:
        """Has a function called with each sample of this fit, before the sample is written.

        Args:
            subscriber: Called on the recorder's thread, in the order of recording. One that raises
                is not called again.
        """
        self._subscribers.append(subscriber)

    def take_newest(self) -> PendingSample | None:
        """The sample taken last, for a check on the training thread; None if it was taken before."""
        newest, self._newest = self._newest, None
        return newest

    @property
    def model_record(self) -> pb.ModelRecord | None:
        """The model record that names the rows of the newest sample; None before the first one."""
        return self._records.newest

    def _put(
        self, get: Callable[[], Sample | None], seconds: float, what: str, may_wait: bool = False
    ) -> bool:
        """Has the recorder show a sample to this fit's subscribers and write it."""
        subscribers = self._subscribers  # of this fit: a late job must not reach the next one's

        def job() -> list[event_pb2.Event]:
            sample = get()
            if sample is None:
                return []
            events: list[event_pb2.Event] = []
            for subscriber in [*subscribers]:
                try:
                    events += subscriber(sample) or ()
                except Exception:
                    logger.debug("a subscriber failed", exc_info=True)
                    subscribers.remove(subscriber)
            return [encode(sample), *events]

        return self._recorder.put(job, seconds, what, may_wait)

    # Activation maps.

    @property
    def wants_first_snapshot(self) -> bool:
        """Whether the samples are there and nothing has been shown of them yet."""
        ready = self._samples is not None and not self._samples.needs_batch
        return ready and not self._shown and self._has_weights

    def snapshot(self, step: int) -> None:
        """Records what the probe samples look like inside the model now.

        Raises:
            ValueError: if samples that the user gave do not fit the model.
        """
        if self._samples is None or self._samples.needs_batch or not self._has_weights:
            return
        if self._recorder.failure is not None:
            return
        first, self._shown = not self._shown, True
        with self._reports.of_the_probe_pass(self._turn_off_maps):
            if not self._model.built:
                raise ValueError(f"the model {self._model.name!r} is never called as a whole")
            if self._probe is None:
                parts = self._instrumented.parts
                variables = list(zip(parts.variables, parts.variable_names, strict=True))
                sites = self._instrumented.layouts.all_sites()
                banks = [site.name for site in sites if site.shape and site.shape[0] is not None]
                self._probe = ProbePass(
                    self._model,
                    self._samples,
                    parts.layers,
                    variables=variables,
                    banks=banks,
                    **self._pictures,
                )
            probe, now = self._probe, time.time()
            values = probe.run(step)
            self._reports.of_pictures(probe.problems)
            probe.problems.clear()
            if self._records.edges is None:
                self._records.edges = edges_of(self._model, self._samples.inputs, probe.order)
            self._describe()
            fingerprint = self._records.fingerprint

            def job() -> Iterable[Any]:
                messages = []
                if first:
                    messages.append(to_value(Kind.PROBE, probe.encode_inputs(fingerprint)))
                for kind, content in probe.encode(values, fingerprint).items():
                    messages.append(to_value(kind, *content))
                return [to_event(step, now, messages)]

            self._recorder.put(job, PATIENCE, SNAPSHOT)

    # Epochs, and the model itself.

    def epoch_ended(
        self, step: int, epoch: int, logs: Mapping[str, Any], may_wait: bool = False
    ) -> None:
        """Records Keras's logs of an epoch, at its last step."""
        if not may_wait:  # else nothing was sampled since the fit before
            if not self._has_weights:
                return
            self._describe()
        known = self._records.fingerprint, dict(logs), epoch, step, time.time()
        self._put(lambda: epoch_sample(*known), PATIENCE, EPOCH, may_wait)

    def _describe(self) -> None:
        """Writes the model record, if it is not the one written last."""
        instrumented = self._instrumented
        changed = self._records.changed(
            instrumented.layouts, dict(instrumented.omissions), instrumented.trained, self._step
        )
        if changed is None:
            return
        step, record = changed
        sample = Sample(step, time.time(), {Kind.MODEL: record})
        if not self._put(lambda: sample, PATIENCE, OTHER):
            self._records.not_written()

    # What goes wrong.

    @property
    def problems(self) -> list[str]:
        """What has been turned off, and why, as text for the user. The callback empties it."""
        return self._reports.texts

    def check(self) -> None:
        """Adds to `problems` what has stopped since the last call."""
        self._reports.check(self._instrumented.failure, self._recorder)

    def _turn_off_maps(self) -> None:
        self._samples = None
