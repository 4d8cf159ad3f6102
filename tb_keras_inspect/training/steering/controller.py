"""Lets commands control training: takes them between steps, pauses, and undoes non-finite steps."""

from tb_keras_inspect.files.locations import below
from tb_keras_inspect.frameworks.execution import Execution
from tb_keras_inspect.steering.channel import FOLDER, TOKEN, TrainingChannel
from tb_keras_inspect.steering.messages import new_token
from tb_keras_inspect.training.samples.sample import Sample
from tb_keras_inspect.training.steering.actions import NextStep
from tb_keras_inspect.training.steering.calls import SteeredCalls
from tb_keras_inspect.training.steering.commands.runner import CommandRunner
from tb_keras_inspect.training.steering.commands.server import CommandServer, close_earlier
from tb_keras_inspect.training.steering.fit import SteeredFit
from tb_keras_inspect.training.steering.fit_monitor import FitMonitor
from tb_keras_inspect.training.steering.pause_loop import PauseLoop, say
from tb_keras_inspect.training.steering.processes.follower import FollowingFit
from tb_keras_inspect.training.steering.processes.team import Team
from tb_keras_inspect.training.steering.status import Status


class Controller:
    """Controls the fits of one callback.

    Args:
        timeout: Seconds without a command after which a paused fit resumes. None for never.
    """

    def __init__(self, timeout: float | None):
        self._timeout = timeout
        self._token = new_token()
        self._current: _ControlledFit | FollowingFit | None = None

    @property
    def waiting_count(self) -> int:
        """Number of commands that have arrived and wait to be carried out."""
        current = self._current
        return current.server.waiting_count if isinstance(current, _ControlledFit) else 0

    def reached_in(self, sample: Sample) -> str:
        """The breakpoints that the newest sample has reached, as text. On the recorder's thread."""
        current = self._current
        return current.breakpoints.reached_in(sample) if current else ""

    def begin(self, fit: SteeredFit) -> None:
        """Take commands for a fit that begins."""
        self.end()
        if fit.processes.index > 0 and not fit.obstacle:
            follower = FollowingFit(fit)
            self._current = None if fit.processes.total([0])[0] else follower
            return
        obstacle = fit.obstacle
        if not obstacle:
            try:
                self._current = _ControlledFit(fit, self._token, self._timeout)
            except OSError as error:
                obstacle = str(error)
            fit.processes.total([int(bool(obstacle))])  # the others take no commands then either
        if obstacle:
            fit.warn(f"this training run takes no commands: {obstacle}. It is recorded as usual")
            return
        where = below(fit.log_dir, FOLDER, TOKEN)
        say(f"takes commands. Token for the tab: {self._token} (also in {where})")

    def before_batch(self, step: int, last_step: int, epoch: int) -> None:
        """Prepare for a call of the train function.

        Args:
            step: Number of its first step in the run.
            last_step: Number of its last step.
            epoch: Its epoch, from 0.
        """
        if self._current is not None and not self._current.before_batch(step, last_step, epoch):
            self._current = None

    def end(self) -> None:
        """End: the fit has ended, or another one begins after an exception ended it."""
        current, self._current = self._current, None
        if current is not None:
            current.end()


class _ControlledFit(SteeredCalls):
    """One fit, from its beginning to its end."""

    def __init__(self, fit: SteeredFit, token: str, timeout: float | None):
        super().__init__(fit)
        self._status = Status(fit, self._pause_state, self.breakpoints, self._settings)
        self._monitor = FitMonitor()
        self._team = Team(fit.processes, self._next_stop)
        self._has_news = False  # what several processes have agreed on
        close_earlier(below(fit.log_dir, FOLDER))
        channel = TrainingChannel(fit.log_dir, token)
        self.server = CommandServer(channel, token, self._status.as_dict, self._is_running)
        self._runner = CommandRunner(
            self.server,
            self._actions,
            self._pause_state,
            fit.log,
            self._on_change,
            self._team,
        )
        self._pauses = PauseLoop(
            fit, self.server, self._runner, self._pause_state, self._status, timeout
        )
        self._subscribe()
        self.server.start()

    def _subscribe(self) -> None:
        self._fit.session.subscribe(self.breakpoints.on_sample)
        self._fit.live_diagnosis.listeners.append(self.breakpoints.on_finding)

    def before_batch(self, step: int, last_step: int, epoch: int) -> bool:
        """Prepare for a call of the train function. Return False if control has failed."""
        self._begin_step(step, last_step, epoch)
        self._status.step, self._status.epoch = step, epoch
        has_failed = self.server.failure is not None
        if self._team.is_alone:
            is_over, self._has_news = has_failed, not has_failed and self._has_work()
        else:
            news = self._team.meet(step, epoch, self._has_work, has_failed)
            is_over, self._has_news = news is None, bool(news)
        if is_over:
            self._fit.warn(
                "this training run takes no more commands: its control files failed with "
                f"{self.server.failure}. Training continues with the current settings"
            )
            self.server.close()
            return False
        if self._has_news or self.checks_every_step:
            self._slot.hold_next_call(self._call)
        return True

    def end(self) -> None:
        """Restore the model and close the control files."""
        self._status.has_ended = True
        self._pause_state.resume()
        self._slot.cancel_hold()
        self._settings.restore()
        self.server.close()

    def _is_running(self) -> bool:
        self._status.has_ended = self._status.has_ended or not self._monitor.is_running()
        return not self._status.has_ended

    def _has_work(self) -> bool:
        return bool(
            self.server.waiting_count
            or self._pause_state.reason_to_pause(self._step, self._epoch)
            or self.breakpoints.is_reached(self._step)
        )

    def _next_stop(self) -> float:
        return min(self._pause_state.next_stop, self.breakpoints.next_stop)

    def _on_change(self) -> None:
        self._status.read_settings()
        self.server.write_state()

    # In place of the train function.

    def _handle_commands(self, execution: Execution) -> None:
        """Carry out the commands that wait, and more of them while training is paused."""
        if not self._has_news and not self._pause_state.is_paused:
            return
        self._has_news = False
        at = NextStep(self._step, self._epoch, execution, self._last_step)
        try:
            with execution.state_in_model():
                self._runner.run(at)
                self._pause_if_due()
                if self._pause_state.is_paused:
                    self._pauses.wait(at)
                self._go(at.step)
        except BaseException:  # as of Ctrl-C in a pause
            self._team.go(at.step)
            raise

    def _go(self, step: int) -> None:
        wants_sample, self._actions.wants_sample = self._actions.wants_sample, False
        self._team.go(
            step,
            checks=self.checks_every_step,
            sample=wants_sample,
            skip=self._actions.wants_skip,
            retry=self._pause_state.retry,
        )
        if wants_sample:
            self._fit.sample()

    def _pause_if_due(self) -> None:
        for item, reached in self.breakpoints.pop_reached(self._step):
            self._pause_at_breakpoint(": ".join(filter(None, [str(item), reached])))
        reason = self._pause_state.reason_to_pause(self._step, self._epoch)
        if reason:
            self._runner.log_event("pause", self._step, reason, new="paused")
            self._pause_state.pause(reason)

    def _pause_at_nonfinite(self, what: str, can_retry: bool) -> None:
        self._pause_at_breakpoint(what, can_retry)

    def _pause_at_breakpoint(self, what: str, can_retry: bool = False) -> None:
        self._runner.log_event("breakpoint", self._step, what, new="paused")
        self._pause_state.pause(f"a breakpoint was reached: {what}", can_retry)
