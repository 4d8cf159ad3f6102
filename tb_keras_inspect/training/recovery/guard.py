"""Runs each step of a fit such that it can be taken back, and does so where it breaks."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

import keras

from tb_keras_inspect import frameworks
from tb_keras_inspect.catalog.commands import CommandError
from tb_keras_inspect.frameworks.execution import Execution
from tb_keras_inspect.steering.messages import new_id
from tb_keras_inspect.training.failsafe import print_safely, words
from tb_keras_inspect.training.hooks.inference import saved_random_state
from tb_keras_inspect.training.model.readiness import has_weights
from tb_keras_inspect.training.recovery.judgement import Broken, Judgement
from tb_keras_inspect.training.recovery_options import STOP, RecoveryOptions
from tb_keras_inspect.training.steering.command_log import CommandLog
from tb_keras_inspect.training.steering.commands.server import DONE
from tb_keras_inspect.training.steering.live_settings import LiveSettings
from tb_keras_inspect.training.step.train_function_slot import TrainFunctionSlot

logger = logging.getLogger(__name__)


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
    ):
        self._model, self._options, self._slot = model, options, slot
        self._settings, self._log, self._is_quiet, self._warn = settings, log, is_quiet, warn
        self._make_execution = frameworks.current().executions(model, slot.run)
        self._judgement = Judgement(model, options)
        self._step = self._acted = 0
        self._has_trained = self._has_failed = False
        self._last_logs: Any = None  # of the last step that was not taken back

    def before_batch(self, step: int) -> None:
        """Prepares for the call of the train function that begins with a step."""
        self._step = step
        if not self._has_failed:
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
        ready = has_weights(self._model, self._has_trained) and not self._has_failed
        self._has_trained = True
        if not ready:
            return self._slot.run(arguments)
        execution = self._make_execution(arguments)
        try:
            take_back = self._taker_back(execution)
            self._judgement.begin(execution)
        except Exception as error:  # no memory for it
            self._failed(error)
            return execution.run()
        result = execution.run()
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

    def _go_on(self, broken: Broken, execution: Execution) -> None:
        """Goes on or ends training, and says so."""
        self._acted += 1
        is_last = self._acted > self._options.tries
        if broken.policy == STOP or is_last:
            self._model.stop_training = True
            command, done = "stop", "the step is taken back, and training ends"
            if broken.policy != STOP:
                done += f" after `tries={self._options.tries}` others"
        else:
            command = "skip_batch"
            done = f"the step is taken back, and its batch left out{self._scaled_rate(execution)}"
        said = f"{broken.why}: {done}"
        self._log.add(self._step, new_id(), command, {}, DONE, broken.why, new=said)
        if not self._is_quiet:
            print_safely(f"\nInspectCallback: step {self._step}: {said}.\n")

    def _scaled_rate(self, execution: Execution) -> str:
        """Changes the learning rate, if it is to be; what was done, as the end of a sentence."""
        factor = self._options.learning_rate_factor
        if factor == 1:
            return ""
        try:
            with execution.state_in_model():
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
