"""The fit in a process that does what the first of several processes says."""

from typing import Any

from tb_keras_inspect.frameworks.execution import Execution
from tb_keras_inspect.training.steering.actions import NextStep
from tb_keras_inspect.training.steering.calls import SteeredCalls
from tb_keras_inspect.training.steering.fit import SteeredFit
from tb_keras_inspect.training.steering.processes.team import Team


class FollowingFit(SteeredCalls):
    """One fit, from its beginning to its end, in a process that receives no commands itself.

    Args:
        fit: The fit.
    """

    def __init__(self, fit: SteeredFit):
        super().__init__(fit)
        self._team = Team(fit.processes)
        self._has_news = self._checks = self._is_over = False

    @property
    def checks_every_step(self) -> bool:
        """Whether each step has to be checked before it counts."""
        return self._checks

    def before_batch(self, step: int, last_step: int, epoch: int) -> bool:
        """Prepare for a call of the train function. Return False if control has ended."""
        self._begin_step(step, last_step, epoch)
        news = None if self._is_over else self._team.meet(step, epoch, lambda: False)
        if news is None:
            self._settings.restore()
            return False
        self._has_news = news
        if news or self._checks:
            self._slot.hold_next_call(self._call)
        return True

    def end(self) -> None:
        """Restore the model."""
        self._slot.cancel_hold()
        self._settings.restore()

    def _pause_at_nonfinite(self, what: str, can_retry: bool) -> None:
        self._has_news = True

    def _handle_commands(self, execution: Execution) -> None:
        if not self._has_news:
            return
        self._has_news = False
        at = NextStep(self._step, self._epoch, execution, self._last_step)

        def perform(command: str, arguments: Any) -> None:
            if command == "snapshot_now":
                self._fit.session.snapshot(at.step)  # whether one was taken, the first one knows
            else:
                self._actions.perform(command, arguments, at)

        with execution.state_in_model():
            flags = self._team.follow(perform)
            if flags is not None and flags.get("sample"):
                self._fit.sample()
        if flags is None:
            self._is_over, self._checks = True, False
            return
        self._checks = flags.get("checks", False)
        self._actions.wants_skip = flags.get("skip", False)
        self._pause_state.retry = flags.get("retry", False)
