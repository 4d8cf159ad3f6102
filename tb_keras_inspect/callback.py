"""InspectCallback: options, schedule, life cycle. What touches tensors is in `capture`."""

import contextlib
import dataclasses
import math
import os
import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import keras

from tb_keras_inspect.training import option_checks as check
from tb_keras_inspect.training.failsafe import guarded
from tb_keras_inspect.training.hooks.hooks_check import missing_hooks, unwatched
from tb_keras_inspect.training.hooks.optimizers import accumulation_steps, inner_of
from tb_keras_inspect.training.live.live_diagnosis import Watch
from tb_keras_inspect.training.loop import TrainingLoop
from tb_keras_inspect.training.model.layer_filter import check_matches, layer_filter
from tb_keras_inspect.training.moved_options import explains_moved
from tb_keras_inspect.training.options import (
    BudgetOptions,
    ControlOptions,
    DiagnosisOptions,
    Options,
    PictureOptions,
    RecordOptions,
    control_options_of,
    options_of,
    picture_options_of,
)
from tb_keras_inspect.training.probe.options import layer_name
from tb_keras_inspect.training.probe.probe_pass import ProbeSamples
from tb_keras_inspect.training.processes.group import NoRecorder, join
from tb_keras_inspect.training.recorder import (
    EPOCH,
    KINDS,
    SAMPLE,
    SNAPSHOT,
    Recorder,
)
from tb_keras_inspect.training.recording import Session
from tb_keras_inspect.training.schedule import Schedule
from tb_keras_inspect.training.snapshot_schedule import Snapshots
from tb_keras_inspect.training.steering.controller import Controller
from tb_keras_inspect.training.steering.fit import SteeredFit
from tb_keras_inspect.training.step.settings import settings_for


class InspectWarning(UserWarning):
    """Something is not recorded any more; the text says what, why, and what still is."""


class InspectCallback(keras.callbacks.Callback):
    """Records what happens inside the model while it trains, for TensorBoard.

    On sampled steps the model's own training step is replaced by an instrumented twin of itself,
    which also returns statistics of its gradients, weights, updates and activations. Training is not
    changed: no second pass runs, no variable is added, and the weights come out bit-identical. View
    the result with `tensorboard --logdir`, tab "Keras Inspect", or read it with `load_run`.

    Args:
        log_dir: Directory of this run, as in `keras.callbacks.TensorBoard`. Each run needs its own.
        every: Sample every n-th training step; `"auto"` keeps the cost of sampling under
            `budget.overhead` but samples at least 200 steps of a fit. Defaults to `"auto"`.
        tier: How much is recorded: `"economy"` (no histograms, no units, no `cosine` of gradients),
            `"standard"`, or `"full"` (all elements of all tensors, where `"standard"` reads part of
            large ones). Defaults to
            `"standard"`.
        layers: Which layers to record: a regular expression, or a list of layer names and layers.
            Defaults to None: all.
        probe: The samples whose pictures are recorded: a number (so many of the first sampled batch,
            which for a model without weights may be the second), an array, a dict or list of arrays,
            or a dataset; at most 16. Defaults to None: 4 of the first batch.
        maps_every: Record how the model sees the probe samples at the end of every n-th epoch, at
            most 100 times a fit; 0 for never. Defaults to 1.
        console: Severity from which a finding of the diagnosis is printed when it first appears:
            "note", "warning" or "error"; None to print nothing. Defaults to "warning": rules are
            written to stay silent on healthy runs, and a problem reported at once saves the rest of
            the run.
        stop_on: Problems (e.g. "non_finite") or severities ("error") that end the training run, with
            the evidence printed. Defaults to none.
        control: Whether the run takes commands (pause, step, inspect, change, resume) from the tab or
            from `tb_keras_inspect.connect`: True, False, or a `ControlOptions`. Defaults to False.
        record: What to record, a `RecordOptions`.
        pictures: Which pictures of the probe samples to record, a `PictureOptions`, or a list of its
            `kinds`.
        budget: What recording may cost, a `BudgetOptions`.
        diagnosis: How the diagnosis works while the model trains, a `DiagnosisOptions`.

    Each object of options may also be given as a mapping: `record={"histograms": False}`.

    Raises:
        ValueError: for an option that cannot be right.
        OSError: from `fit`, before the first step, if `log_dir` cannot be written.

    Example:

    ```python
    import keras
    import numpy as np
    from tb_keras_inspect import InspectCallback

    model = keras.Sequential([keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    x, y = np.random.normal(size=(256, 4)), np.random.normal(size=(256, 1))
    model.fit(x, y, callbacks=[keras.callbacks.TensorBoard("logs/a"), InspectCallback("logs/a")])
    ```
    """

    @explains_moved
    def __init__(
        self,
        log_dir: str | os.PathLike[str],
        every: int | str = "auto",
        *,
        tier: str = "standard",
        layers: Any = None,
        probe: Any = None,
        maps_every: int = 1,
        console: str | None = "warning",
        stop_on: str | Iterable[str] = (),
        control: bool | ControlOptions | Mapping[str, Any] = False,
        record: RecordOptions | Mapping[str, Any] | None = None,
        pictures: PictureOptions | Mapping[str, Any] | Iterable[str] | None = None,
        budget: BudgetOptions | Mapping[str, Any] | None = None,
        diagnosis: DiagnosisOptions | Mapping[str, Any] | None = None,
    ):
        super().__init__()
        self.log_dir = check.checked_log_dir(log_dir)
        self._options = options = Options(
            every=check.checked_every(every),
            tier=tier,
            layers=layers,
            probe=probe,
            maps_every=check.checked_whole("maps_every", maps_every, least=0),
            console=check.checked_console(console),
            stop_on=check.checked_stop_on(stop_on),
            control=control_options_of(control),
            record=options_of(RecordOptions, "record", record),
            pictures=picture_options_of(pictures),
            budget=options_of(BudgetOptions, "budget", budget),
            diagnosis=options_of(DiagnosisOptions, "diagnosis", diagnosis),
        )
        self._settings = settings_for(tier, **dataclasses.asdict(options.record))
        self._wanted = layer_filter(layers)
        self._watch = Watch(
            options.console,
            options.diagnosis.on_finding,
            options.stop_on,
            options.diagnosis.thresholds,
        )
        self._controller = Controller(options.control.timeout) if options.control else None
        self._inspected: keras.Model | None = None
        self._session: Session | None = None  # only inside `fit`
        self._kept: Session | None = None  # for the next one
        self._recorder: Recorder | None = None
        self._next_step = 0  # the run's step number of the next training batch

    def loop(
        self, model: keras.Model, steps_per_epoch: int | None = None, epochs: int | None = None
    ) -> TrainingLoop:
        """For a loop of your own around `train_on_batch`, where there is no `fit`.

        Args:
            model: A compiled model.
            steps_per_epoch: Batches of an epoch, where known.
            epochs: Number of epochs, where known.

        Raises:
            ValueError: if the model is not compiled.

        Example:

        ```python
        with InspectCallback("logs/a", every=10).loop(model) as loop:
            for epoch in range(3):
                for x, y in batches:
                    loop.before_batch()
                    logs = model.train_on_batch(x, y, return_dict=True)
                loop.after_epoch(logs)
        ```
        """
        return TrainingLoop(self, model, steps_per_epoch, epochs)

    def set_model(self, model: keras.Model) -> None:
        """Keeps the model under a name of its own: reading `self.model` costs a sync on JAX."""
        super().set_model(model)
        self._inspected = model

    def on_train_begin(self, logs: Any = None) -> None:
        """Opens the event file; raises where it cannot be written."""
        self._close()
        kept, self._kept = self._kept, None
        if missing := missing_hooks(self._inspected):
            _warn(unwatched(missing))
            return
        session = kept if kept and kept.serves(self._inspected) else self._new_session()
        self._processes = join(self._inspected, self.log_dir)
        self._recorder = Recorder(self.log_dir) if self._processes.writes else NoRecorder()
        self._watch.begin(alone=self._processes.count == 1)
        if self._watch.is_needed or self._controller:
            self._recorder.on_written = self._watch.saw
        session.open(self._recorder, self.params.get("steps"), self._processes.count)
        if self._processes.problem:
            _warn(self._processes.problem)
        if self._processes.writes and self._recorder.log_dir != self.log_dir:
            _warn(
                f"another process records into {self.log_dir} at the same time. This training is "
                f"recorded in {self._recorder.log_dir}, as a run of its own; nothing is lost or mixed. "
                "Give each training a directory of its own"
            )
        self._session, options = session, self._options
        self._kept = session
        self._schedule = Schedule(options.every, options.budget.overhead, options.max_bytes)
        self._snapshots = Snapshots(options.maps_every, options.max_bytes)
        self._fit_begun = False
        self._epoch = 0
        if self._controller:
            self._controller.begin(self._steered())

    def _steered(self) -> SteeredFit:
        several = self._processes.count > 1 or self._processes.problem or not self._processes.writes
        return SteeredFit(
            self._inspected,
            self._recorder.log_dir,  # the true one
            self._recorder,
            self._session,
            self._schedule,
            self._watch,
            self._sample_now,
            _warn,
            self._options.max_bytes,
            self.params.get("epochs"),
            self.params.get("steps"),
            "several processes train one model" if several else "",
        )

    def _new_session(self) -> Session:
        model, options = self._inspected, self._options
        check_matches(options.layers, self._wanted, model)
        samples = ProbeSamples.from_user(options.probe, model) if options.maps_every else None
        pictures = {
            "kinds": options.pictures.kinds_in(options.tier),
            "max_channels": options.pictures.max_channels,
            "max_pixels": options.pictures.max_pixels,
            "grad_cam_layer": layer_name(options.pictures.grad_cam_layer, model),
        }
        recorded = options.for_model_record()
        return Session(model, self._settings, self._wanted, samples, recorded, pictures)

    @guarded
    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Notes where the epoch begins on the run's step axis."""
        if self._session is None:
            return
        self._epoch = epoch
        if not self._fit_begun:
            self._begin_fit(epoch)
        self._epoch_step = self._next_step
        self._last_batch = -1

    def _begin_fit(self, epoch: int) -> None:
        # Not earlier: BackupAndRestore, in its own on_train_begin, may just have restored both.
        self._fit_begun = True
        # A new optimizer counts from 0 again; an interrupted or unwatched fit went on counting.
        self._next_step = max(self._next_step, _iterations(self._inspected))
        steps, epochs = self.params.get("steps"), self.params.get("epochs")
        left = (epochs - epoch) if epochs else None
        self._snapshots.begin_fit(epoch, epochs)
        total = steps * left if steps and left else None
        updates_every = accumulation_steps(getattr(self._inspected, "optimizer", None))
        self._schedule.begin_fit(self._next_step, total, updates_every)
        if self._session.wants_first_snapshot:
            self._session.snapshot(self._next_step)

    @guarded
    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Decides whether the step that is about to run is sampled.

        There is no `on_train_batch_end`: overriding it makes JAX wait for each step.
        """
        session = self._session
        if session is None:
            return
        self._last_batch = batch
        self._tell_findings(self._watch.tell)
        step = self._epoch_step + batch
        self._schedule.timed(time.perf_counter(), step)
        if session.wants_first_snapshot:
            _ = self.model  # on JAX: brings the model's variables up to date, once
            session.snapshot(step)
        if self._processes.takes_samples and self._schedule.wants(step):
            self._sample(session, step, self._executed(batch) - 1)
        if self._controller:
            self._controller.before_batch(step, self._executed(batch) - 1, self._epoch)

    def _sample_now(self) -> None:
        """Has the step that is about to run sampled, besides those that the schedule wants."""
        self._schedule.pause()
        self._session.arm(self._executed(self._last_batch) - 1, self._facts())

    def _sample(self, session: Session, step: int, last_step: int) -> None:
        """Has the step that is about to run sampled, on all processes or on none."""
        schedule, sizes = self._schedule, self._sizes()
        armed = session.arm(last_step, self._facts())
        ready, interval = self._processes.agree(armed, schedule.planned(step, *sizes))
        if ready:
            schedule.sampled(step, *sizes, interval)
        elif armed:
            session.disarm()
        self._tell(session)

    @guarded
    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Records Keras's logs of the epoch and, when it is their turn, activation maps."""
        session = self._session
        if session is None:
            return
        self._schedule.pause()
        session.disarm()
        self._next_step = (
            self._executed(self._last_batch) if self._last_batch >= 0 else self._next_step
        )
        last_step = max(self._next_step - 1, 0)
        session.epoch_ended(last_step, epoch, logs or {})
        wanted = self._snapshots.wants(epoch, *self._recorder.expected(SNAPSHOT))
        if self._processes.chiefs(wanted):
            session.snapshot(last_step)
        self._tell(session)
        self._tell_findings(self._watch.tell)

    @guarded
    def on_test_begin(self, logs: Any = None) -> None:
        """Validation is no training time."""
        if self._session is not None:
            self._schedule.pause()

    @guarded
    def on_train_end(self, logs: Any = None) -> None:
        """Writes what is waiting and closes the event file."""
        self._close()

    def _sizes(self) -> tuple[float, float]:
        """Bytes of the samples in the log, and of all else that it has and will have."""
        expected = {what: self._recorder.expected(what) for what in KINDS}
        count, size = expected[EPOCH]
        epochs_left = (self.params.get("epochs") or self._epoch) - self._epoch
        to_come = size / max(count, 1) * epochs_left
        to_come += self._snapshots.reserved(self._epoch, *expected[SNAPSHOT])
        samples = expected[SAMPLE][1]
        return samples, sum(size for _, size in expected.values()) - samples + to_come

    def _facts(self) -> dict[str, float]:
        """Numbers of the step that is about to run, NaN where not known yet."""
        plain, extra = self._schedule.step_seconds, self._schedule.sample_seconds
        return {
            "epoch": self._epoch,
            "interval": self._schedule.interval,
            "step_seconds": plain or math.nan,
            "sample_seconds": math.nan if extra is None else extra,
        }

    def _executed(self, batch: int) -> int:
        """The run's step number after the training function that begins at `batch`."""
        per_call = getattr(self._inspected, "steps_per_execution", None) or 1
        end = batch + int(per_call)
        steps = self.params.get("steps")
        return self._epoch_step + (min(end, steps) if steps else end)

    def _close(self) -> None:
        if self._controller:
            self._controller.end()
        session, self._session = self._session, None
        if session is None:
            return
        session.disarm()
        complete = self._recorder.close()
        self._tell(session)
        if complete:
            self._tell_findings(self._watch.finish)
        if not complete and self._recorder.failure is None:
            _warn(f"some of the last samples are missing: {self._recorder.path} is slow to write")

    def _give_up(self, error: Exception) -> bool:
        """Goes on without recording, where that is possible: called when a method has failed."""
        session, self._session = self._session, None
        if session is None or self._processes.count > 1:
            return False
        with contextlib.suppress(Exception):
            session.disarm()
        self._recorder.close()
        _warn(
            f"nothing is recorded any more: the callback failed with {type(error).__name__}: {error}. "
            "What was written before can be viewed; training goes on"
        )
        return True

    def _tell_findings(self, tell: Callable[[Any], list[str]]) -> None:
        for problem in tell(self._inspected):
            _warn(problem)

    @staticmethod
    def _tell(session: Session) -> None:
        session.check()
        for problem in session.problems:
            _warn(problem)
        session.problems.clear()


def _warn(text: str) -> None:
    warnings.warn(f"InspectCallback: {text}.", InspectWarning, stacklevel=3)


def _iterations(model: Any) -> int:
    """Training steps, each of one batch, that the model's optimizer has seen."""
    try:
        optimizer = inner_of(model.optimizer)
        # Not `iterations`, which counts updates: one for several batches with accumulation.
        return int(optimizer._iterations) if optimizer.built else 0
    except (AttributeError, TypeError, ValueError):  # none, or one that only resembles an optimizer
        return 0
