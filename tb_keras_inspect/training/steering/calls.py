"""Calls of the train function that control holds: it may have them wait, undone or left out."""

import abc
from collections.abc import Sequence
from typing import Any

from tb_keras_inspect import frameworks
from tb_keras_inspect.frameworks.execution import Execution
from tb_keras_inspect.training.steering.actions import Actions
from tb_keras_inspect.training.steering.breakpoints import Breakpoints
from tb_keras_inspect.training.steering.fit import SteeredFit
from tb_keras_inspect.training.steering.nonfinite_check import NonfiniteCheck
from tb_keras_inspect.training.steering.pause_state import PauseState


class SteeredCalls(abc.ABC):
    """The calls of the train function of one fit.

    Args:
        fit: The fit.

    Attributes:
        breakpoints: The breakpoints.
    """

    def __init__(self, fit: SteeredFit):
        self._fit, self._settings = fit, fit.settings
        self._pause_state, self.breakpoints = PauseState(), Breakpoints()
        self._actions = Actions(fit, self._pause_state, self.breakpoints, self._settings)
        self._check = NonfiniteCheck(fit)
        self._slot = fit.session.slot
        self._make_execution = frameworks.current().executions(fit.model, fit.run)
        self._step = self._last_step = self._epoch = 0

    @property
    def checks_every_step(self) -> bool:
        """Whether each step has to be checked before it counts."""
        return self.breakpoints.checks_every_step

    def _begin_step(self, step: int, last_step: int, epoch: int) -> None:
        if epoch != self._epoch:
            self._check.begin_epoch()
        self._step, self._last_step, self._epoch = step, last_step, epoch

    @abc.abstractmethod
    def _handle_commands(self, execution: Execution) -> None:
        """Does what has to be done before the step runs."""

    @abc.abstractmethod
    def _pause_at_nonfinite(self, what: str, can_retry: bool) -> None:
        """Pauses before a step that was undone."""

    def _call(self, arguments: Sequence[Any]) -> Any:
        """In place of the train function."""
        execution = self._make_execution(arguments)
        self._handle_commands(execution)
        if self._actions.wants_skip:
            return self._left_out(execution)
        if self.checks_every_step:
            return self._run_checked(execution)
        return execution.run()

    def _left_out(self, execution: Execution) -> Any:
        """What a step returns whose batch is left out: the metrics as they are."""
        self._actions.wants_skip = False
        with execution.state_in_model():
            metrics = self._fit.model.get_metrics_result()
        return execution.result_with(metrics)

    def _run_checked(self, execution: Execution) -> Any:
        """Run a step that counts only if everything in it is finite."""
        while True:
            has_batch = execution.batch() is not None
            result, found = self._check.run(execution)
            if not found:
                return result
            self._pause_at_nonfinite(f"a value is not finite: {'; '.join(found)}", has_batch)
            self._handle_commands(execution)
            if self._actions.wants_skip:
                return self._left_out(execution)
            if not self._pause_state.retry:
                return self._check.result_of_undone(execution, result)
            self._pause_state.retry = False
            execution.rewind()
            if not self.checks_every_step:
                return execution.run()
