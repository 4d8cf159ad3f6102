"""One fit, from its beginning to its end: everything that recording it takes."""

import contextlib
import functools
import math
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import keras

from tb_keras_inspect.training.hooks.optimizers import accumulation_steps
from tb_keras_inspect.training.incidents.opening import incidents_for
from tb_keras_inspect.training.live.alert_sender import AlertSender
from tb_keras_inspect.training.live.fit_reports import FitReports, live_diagnosis_of
from tb_keras_inspect.training.live.live_diagnosis import LiveDiagnosis
from tb_keras_inspect.training.options.options import Options
from tb_keras_inspect.training.processes.group import join
from tb_keras_inspect.training.recorder import EPOCH, KINDS, SAMPLE, SNAPSHOT
from tb_keras_inspect.training.recording import PATIENCE, Session
from tb_keras_inspect.training.runs import fits
from tb_keras_inspect.training.runs.opening import open_recorder
from tb_keras_inspect.training.schedule import Schedule
from tb_keras_inspect.training.snapshot_schedule import Snapshots
from tb_keras_inspect.training.steering.controller import Controller
from tb_keras_inspect.training.steering.fit import SteeredFit
from tb_keras_inspect.training.step_chain import StepChain


class FitRecording:
    """Records one fit, diagnoses it, and lets commands control it.

    Args:
        model: The model in `fit`.
        root: The directory asked for; where it holds another run, a subdirectory is used.
        options: The callback's options.
        session: Records the model.
        params: What Keras says of the fit: `steps` in an epoch and `epochs`, None if not known.
        previous: The fit that the same callback recorded before, or None. If it was of the same
            session, its run goes on: schedule, budget, diagnosis, and if possible the event file.
        controller: Takes commands. None if the run takes none.
        alerts: Sends findings to the user's webhooks.
        warn: Shows the user a warning.
        oldest: Runs in `root` that were begun before are removed, in seconds since the epoch; None
            keeps all.

    Attributes:
        root: As given.
        model: As given.
        thread: Identifier of the thread on which the fit runs.
        log_dir: Where it records.
        break_seconds: Seconds since `previous` has ended, if the run goes on; infinity if not.
        next_step: The run's step number of the first batch of the next epoch.
        is_open: Whether it still records.

    Raises:
        OSError: if `root` cannot be written.
    """

    def __init__(
        self,
        model: keras.Model,
        root: str,
        options: Options,
        session: Session,
        params: Mapping[str, Any],
        previous: "FitRecording | None",
        controller: Controller | None,
        alerts: AlertSender,
        warn: Callable[[str], Any],
        oldest: float | None = None,
    ):
        self.model, self.root, self.thread = model, root, threading.get_ident()
        self._options, self._params, self._warn = options, params, warn
        self._processes = join(model, root)
        self._obstacle = self._processes.obstacle_to_control(controller is not None)
        self.session, self._controller = session, controller
        self.recorder: Any
        self.next_step: int
        self.recorder, self.next_step = open_recorder(
            model,
            root,
            self._processes,
            None if previous is None else previous.recorder,
            oldest,
            options.console is None,
            warn,
        )
        self.log_dir: str = self.recorder.log_dir
        self._identity = fits.identity(root)
        before = previous if previous is not None and previous.session is session else None
        before = before if before is not None and before.log_dir == self.log_dir else None
        self.is_open, self._ended = True, -math.inf
        self.break_seconds = time.monotonic() - before._ended if before is not None else math.inf
        self._epoch, self._epoch_step, self._last_batch = 0, 0, -1
        session.open(self.recorder, params.get("steps"), self._processes.count, before is not None)
        incidents = incidents_for(model, options, self.recorder, self._processes, warn)
        self._make_chain = functools.partial(
            StepChain, model, options, session, self.recorder, incidents, self._processes, warn
        )
        self.schedule: Schedule
        self._snapshots: Snapshots
        self.live_diagnosis: LiveDiagnosis
        if before is not None:
            self.schedule, self._snapshots = before.schedule, before._snapshots
            self.live_diagnosis = before.live_diagnosis
        else:
            self.schedule = Schedule(options.every, options.budget.overhead, options.max_bytes)
            self._snapshots = Snapshots(options.maps_every, options.max_bytes)
            last = None if previous is None else previous.live_diagnosis
            self.live_diagnosis = live_diagnosis_of(options, last, self._processes.is_alone)
        can_stop = self._processes.is_alone or self._processes.together
        self._reports = FitReports(model, self.live_diagnosis, alerts, self.log_dir, warn, can_stop)
        self._subscribe()

    def _subscribe(self) -> None:
        if self.live_diagnosis.is_needed or self._controller is not None:
            self.session.subscribe(self.live_diagnosis.on_sample)
        self._chain = self._make_chain()
        self._chain.begin(self._controller, self._steered)

    def _steered(self) -> SteeredFit:
        return SteeredFit(
            self.model,
            self.log_dir,
            self.recorder,
            self.session,
            self.schedule,
            self.live_diagnosis,
            self._chain.settings,
            self._chain.log,
            self._chain.guard.run,
            self._chain.guard.rewind,
            self._chain.measure,
            self._sample_now,
            self._warn,
            self._options.max_bytes,
            self._params.get("epochs"),
            self._params.get("steps"),
            self._obstacle,
            self._processes,
        )

    @property
    def wants_first_snapshot(self) -> bool:
        """Whether the next batch begins with the first snapshot of the fit."""
        return self.session.wants_first_snapshot

    def epoch_begins(self, epoch: int) -> None:
        """Notes where an epoch begins on the run's step axis."""
        self._epoch = epoch
        self._epoch_step = self.next_step
        self._last_batch = -1
        self._chain.begin_epoch()

    def begins(self, epoch: int) -> None:
        """The first epoch begins.

        Args:
            epoch: Its number, from 0; a fit that is resumed begins with another one.
        """
        self._begin_schedules(epoch)
        if self.session.wants_first_snapshot:
            self.session.snapshot(self.next_step)

    def _begin_schedules(self, epoch: int) -> None:
        steps, epochs = self._params.get("steps"), self._params.get("epochs")
        left = (epochs - epoch) if epochs else None
        self._snapshots.begin_fit(epoch, epochs)
        total = steps * left if steps and left else None
        updates_every = accumulation_steps(getattr(self.model, "optimizer", None))
        self.schedule.begin_fit(self.next_step, total, updates_every, steps)

    def batch_begins(self, batch: int) -> None:
        """Decides whether the step that is about to run is sampled."""
        self._last_batch = batch
        self._reports.findings()
        step, last_step = self._epoch_step + batch, self._step_after(batch) - 1
        self.schedule.timed(time.perf_counter(), step)
        if self.session.wants_first_snapshot:
            self.session.snapshot(step)
        wanted = self.schedule.wants(step) or self._chain.wants_sample
        if self._processes.takes_samples and wanted:
            self._sample(step, last_step)
        self._chain.before_batch(step, last_step, self._epoch)

    def _sample_now(self) -> None:
        """Samples the step that is about to run, whatever the schedule says."""
        self.schedule.pause(time.perf_counter())
        armed = self._arm(self._step_after(self._last_batch) - 1)
        if not self._processes.agree(armed, 0).is_ready:
            self.session.disarm()

    def _arm(self, last_step: int) -> bool:
        measured = self._chain.before_sample(last_step)
        facts = {"epoch": self._epoch, **self.schedule.facts, **measured}
        return self.session.arm(last_step, facts)

    def _sample(self, step: int, last_step: int) -> None:
        """Samples the step that is about to run, on all processes or on none."""
        epochs_left = (self._params.get("epochs") or self._epoch) - self._epoch
        expected = {what: self.recorder.expected(what) for what in KINDS}
        others = sum(size for what, (_, size) in expected.items() if what != SAMPLE)
        others += self._snapshots.reserved(self._epoch, *expected[SNAPSHOT])
        others += expected[EPOCH][1] / max(expected[EPOCH][0], 1) * epochs_left
        sizes = expected[SAMPLE][1], others
        armed = self._arm(last_step)
        planned = self.schedule.planned(step, *sizes)
        agreed = self._processes.agree(armed, planned, self.live_diagnosis.wants_stop)
        if agreed.is_ready:
            self.schedule.sampled(step, *sizes, agreed.interval)
        elif armed:
            self.session.disarm()
        if agreed.stops:
            self.model.stop_training = True
        self._report_problems()

    def epoch_ends(self, epoch: int, logs: Mapping[str, Any]) -> None:
        """Records Keras's logs of an epoch and, when it is due, a snapshot."""
        self.session.disarm()
        last_step, wanted = self._end_epoch(epoch, logs)
        agreed = self._processes.agree(True, int(wanted), self.live_diagnosis.wants_stop)
        if agreed.interval:
            self.session.snapshot(last_step)
        if agreed.stops:
            self.model.stop_training = True
        self._report_problems()
        self._reports.findings()

    def _end_epoch(
        self, epoch: int, logs: Mapping[str, Any], may_wait: bool = False
    ) -> tuple[int, bool]:
        """Records Keras's logs; returns the epoch's last step, and whether a snapshot is due."""
        self.schedule.pause(time.perf_counter())
        if self._last_batch >= 0:
            self.next_step = self._step_after(self._last_batch)
            fits.note(self.model, self._identity, self.log_dir, self.next_step)
        last_step = max(self.next_step - 1, 0)
        self.session.epoch_ended(last_step, epoch, logs, may_wait)
        return last_step, self._snapshots.wants(epoch, *self.recorder.expected(SNAPSHOT))

    def pause(self) -> None:
        """Excludes what follows, such as validation, from the measured training time."""
        self.schedule.pause(time.perf_counter())

    def ends(self) -> None:
        """The fit has come to its end."""
        self._ended = time.monotonic()
        self.close(has_ended=True)

    def close(self, has_ended: bool = False) -> None:
        """Writes what is waiting and closes the event file. Safe to call twice.

        Args:
            has_ended: Whether the fit has come to its end: else it was interrupted.
        """
        self._chain.end()
        if not self.is_open:
            return
        fits.closed(self.recorder)
        self.is_open = False
        self.session.disarm()
        evaluate_last = functools.partial(
            self.live_diagnosis.evaluate_last, self.next_step - 1, has_ended
        )
        is_recorded = self.recorder.put(evaluate_last, PATIENCE)
        complete = self.recorder.close()
        if complete and not is_recorded:  # no room in the queue: it is reported all the same
            evaluate_last()
        self._report_end()
        if not complete and self.recorder.failure is None:
            self._warn(
                f"some of the last samples are missing: {self.recorder.path} is slow to write"
            )

    def _report_end(self) -> None:
        self._report_problems()
        self._reports.last()

    def give_up(self, error: Exception) -> bool:
        """Stops recording after a failure.

        Returns:
            Whether training can go on; several processes would wait for each other forever.
        """
        if not self.is_open:
            return False
        self.is_open = False
        if self._processes.count > 1:
            return False
        with contextlib.suppress(Exception):
            self.session.disarm()
        fits.closed(self.recorder)
        self.recorder.close()
        self._warn(
            f"nothing is recorded any more: the callback failed with {type(error).__name__}: {error}. "
            "What was written before can be viewed; training goes on"
        )
        return True

    def _step_after(self, batch: int) -> int:
        """The run's step number after the call of the train function that begins at `batch`."""
        per_call = getattr(self.model, "steps_per_execution", None) or 1
        end = batch + int(per_call)
        steps = self._params.get("steps")
        return self._epoch_step + (min(end, steps) if steps else end)

    def _report_problems(self) -> None:
        self.session.check()
        for problem in self.session.problems:
            self._warn(problem)
        self.session.problems.clear()
        self._chain.report()
