"""Runs each step of a fit such that it can be taken back, and does so where it breaks."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

import keras

from tb_keras_inspect import frameworks
from tb_keras_inspect.catalog.commands import CommandError
from tb_keras_inspect.frameworks.execution import Execution, Run
from tb_keras_inspect.steering.messages import new_id
from tb_keras_inspect.training.failsafe import print_safely, words
from tb_keras_inspect.training.hooks.inference import saved_random_state
from tb_keras_inspect.training.model.readiness import has_weights
from tb_keras_inspect.training.options.recovery_options import REWIND, STOP, RecoveryOptions
from tb_keras_inspect.training.recovery.judgement import Broken, Judgement
from tb_keras_inspect.training.recovery.snapshots import Snapshot, Snapshots
from tb_keras_inspect.training.steering.command_log import CommandLog
from tb_keras_inspect.training.steering.commands.server import DONE
from tb_keras_inspect.training.steering.live_settings import VARIABLE, LiveSettings
from tb_keras_inspect.training.step.train_function_slot import TrainFunctionSlot

logger = logging.getLogger(__name__)

HOW = "InspectCallback(recovery={'snapshot_every': 100}) keeps one every 100 steps"


class StepGuard:
    """Guards the steps of one fit.

    Args:
        model: The model in `fit`.
        options: What to do with a step that breaks.
        slot: The owner of its train function.
        settings: Changes the learning rate.
        log: Records what was done.
        is_quiet: Whether nothing is to be printed.
        warn: Shows the user a warning.
        run: Calls the train function, during a hold of the slot. Defaults to None: the slot does.
    """

    def __init__(
        self,
        model: keras.Model,
        options: RecoveryOptions,
        slot: TrainFunctionSlot,
        settings: LiveSettings,
        log: CommandLog,
        is_quiet: bool,
        warn: Callable[[str], Any],
        run: Run | None = None,
    ):
        self._run = slot.run if run is None else run
        self._model, self._options, self._slot = model, options, slot
        self._settings, self._log, self._is_quiet, self._warn = settings, log, is_quiet, warn
        self._make_execution = frameworks.current().executions(model, self._run)
        self._judgement = Judgement(model, options)
        self._snapshots: Snapshots | None = None
        if options.interval is not None:
            limit = options.max_megabytes * 1e6
            self._snapshots = Snapshots(frameworks.current(), options.interval, limit)
        self._step = self._last_step = self._acted = 0
        self._has_trained = self._has_failed = False
        self._last_logs: Any = None  # of the last step that was not taken back

    @property
    def is_on(self) -> bool:
        """Whether steps are checked, or snapshots taken."""
        is_wanted = self._options.checks_steps or self._snapshots is not None
        return is_wanted and not self._has_failed

    def before_batch(self, step: int, last_step: int, is_needed: bool = False) -> None:
        """Prepares for a call of the train function.

        Args:
            step: Its first step.
            last_step: Its last one.
            is_needed: Whether `run` is to be called also where nothing is guarded.
        """
        self._step, self._last_step = step, last_step
        if self.is_on or is_needed:
            self._slot.hold_next_call(self.run)

    def begin_epoch(self) -> None:
        """Forgets the logs of the last epoch."""
        self._last_logs = None

    def end(self) -> None:
        """The fit has ended."""
        self._slot.cancel_hold()
        self._settings.restore()

    def run(self, arguments: Sequence[Any]) -> Any:
        """Calls the train function; during a hold of its slot."""
        ready = self.is_on and has_weights(self._model, self._has_trained)
        self._has_trained = True
        if not ready:
            return self._run(arguments)
        execution, take_back = self._make_execution(arguments), None
        try:
            self._take_snapshot(execution)
            if self._options.checks_steps:
                take_back = self._taker_back(execution)
                self._judgement.begin(execution)
        except Exception as error:  # no memory for it
            self._failed(error)
            take_back = None
        result = execution.run()
        if take_back is None:
            return result
        try:
            broken = self._judgement.judge(execution, result)
        except Exception as error:
            self._failed(error)
            return result
        if broken is None:
            self._last_logs = execution.logs_of(result)
            return result
        take_back()
        logs = execution.logs_of(result) if self._last_logs is None else self._last_logs
        self._go_on(broken, execution)
        return execution.result_with(logs)

    def _taker_back(self, execution: Execution) -> Callable[[], None]:
        state, restore_random = execution.copy_state(), saved_random_state()
        known = {id(variable) for variable in self._model.metrics_variables}

        def take_back() -> None:
            execution.restore(state)
            restore_random()
            for metric in self._model.metrics:  # TensorFlow makes some in the first step
                if known.isdisjoint(map(id, metric.variables)):
                    metric.reset_state()

        return take_back

    def rewind(self, step: int, count: int) -> int:
        """Gives the model the newest state that is kept and at least some steps old.

        To be called in `state_in_model`. The learning rate stays, if it is no schedule.

        Args:
            step: The step that is about to run.
            count: Number of steps before it.

        Returns:
            The step before which the model had that state.

        Raises:
            CommandError: If none is kept.
        """
        snapshot = self._snapshots.at(step - count) if self._snapshots is not None else None
        if snapshot is None:
            kept = self._snapshots.steps if self._snapshots is not None else []
            if not kept:
                raise CommandError(f"There is no snapshot to return to. {HOW}")
            most = step - kept[0]
            so = f"`count` can be at most {most}" if most else "there is none before it yet"
            raise CommandError(
                f"No snapshot is {count} steps old: the oldest is of step {kept[0]}, and step {step} "
                f"is next, so {so}. Snapshots: {', '.join(map(str, kept))}"
            )
        self._return_to(snapshot)
        return snapshot.step

    def _take_snapshot(self, execution: Execution) -> None:
        if self._snapshots is None or self._snapshots.too_large:
            return
        self._snapshots.take_if_due(self._step, execution)
        if self._snapshots.too_large:
            self._warn(
                f"no snapshots are kept: {self._snapshots.too_large}. A step for which training would "
                "return to one ends it"
            )

    def _return_to(self, snapshot: Snapshot) -> None:
        assert self._snapshots is not None
        rate, source = self._settings.learning_rate()
        self._snapshots.return_to(snapshot, self._step)
        if source == VARIABLE:  # it is among what was restored
            self._settings.set_learning_rate(rate)

    def _go_on(self, broken: Broken, execution: Execution) -> None:
        """Goes on or ends training, and says so."""
        self._acted += 1
        command, done, obstacle = "stop", "the step is taken back, and ", ""
        snapshot, first = None, self._step  # of those that are given up
        if broken.policy == REWIND and self._snapshots is not None:
            snapshot = self._snapshots.last_good()
            obstacle = "" if snapshot else ", as there is no snapshot"
        if self._acted > self._options.tries and broken.policy != STOP:
            obstacle = f" after `tries={self._options.tries}` others"
        if broken.policy == STOP or obstacle:
            self._model.stop_training = True
            done += f"training ends{obstacle}"
        else:
            command = "skip_batch" if snapshot is None else "rewind"
            with execution.state_in_model():
                if snapshot is None:
                    done += "its batch left out"
                else:
                    self._return_to(snapshot)
                    first = snapshot.step
                    done += f"training goes on with the state before step {snapshot.step}"
                done += self._scaled_rate()
        said = f"{broken.why}: {done}"
        given_up = range(first, self._last_step + 1)
        self._log.add(
            self._step, new_id(), command, {}, DONE, broken.why, new=said, given_up=given_up
        )
        if not self._is_quiet:
            print_safely(f"\nInspectCallback: step {self._step}: {said}.\n")

    def _scaled_rate(self) -> str:
        """Changes the learning rate, if it is to be; what was done, as the end of a sentence."""
        factor = self._options.learning_rate_factor
        if factor == 1:
            return ""
        try:
            rate = self._settings.learning_rate()[0] * factor
            self._settings.set_learning_rate(rate)
        except CommandError as error:
            return f"; the learning rate is not changed: {error}"
        return f"; the learning rate is now {rate:g}"

    def _failed(self, error: Exception) -> None:
        logger.debug("a step could not be guarded", exc_info=error)
        self._has_failed = True
        self._warn(
            f"steps that break are not taken back any more: {words(error)}. Everything else is "
            "recorded, and training goes on"
        )
