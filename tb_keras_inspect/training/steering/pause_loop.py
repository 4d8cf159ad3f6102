"""Keeps training paused until a command resumes it."""

import time

from tb_keras_inspect.training.failsafe import print_safely
from tb_keras_inspect.training.steering.actions import NextStep
from tb_keras_inspect.training.steering.commands.runner import CommandRunner
from tb_keras_inspect.training.steering.commands.server import (
    PAUSED_POLL_SECONDS,
    POLL_SECONDS,
    CommandServer,
)
from tb_keras_inspect.training.steering.fit import SteeredFit
from tb_keras_inspect.training.steering.pause_state import PauseState
from tb_keras_inspect.training.steering.status import Status

REMINDER_SECONDS = 60.0  # between reminders on the console
WAIT_SECONDS = 1.0  # between checks where nothing arrives


class PauseLoop:
    """The pauses of one fit.

    Args:
        fit: The fit.
        server: Receives commands.
        runner: Carries them out.
        pause_state: Whether training is paused.
        status: Says whether the training thread is waiting.
        timeout: Seconds without a command after which training resumes. None for never.
    """

    def __init__(
        self,
        fit: SteeredFit,
        server: CommandServer,
        runner: CommandRunner,
        pause_state: PauseState,
        status: Status,
        timeout: float | None,
    ):
        self._fit, self._server, self._runner = fit, server, runner
        self._pause_state, self._status, self._timeout = pause_state, status, timeout

    def wait(self, at: NextStep) -> None:
        """Carry out commands until training is no longer paused."""
        self._set_waiting(True)
        how = f"tb_keras_inspect.connect({self._fit.log_dir!r}).resume()"
        reason = self._pause_state.reason
        say(f"paused before step {at.step}: {reason}. Resume in the tab, or with {how}")
        reminded = last_command = time.monotonic()
        while self._pause_state.is_paused:
            self._server.wake_up.wait(WAIT_SECONDS)
            self._server.wake_up.clear()
            now = time.monotonic()
            if self._runner.run(at):
                last_command = now
            if self._server.failure is not None:
                self._pause_state.resume()
            elif self._timeout is not None and now - last_command >= self._timeout:
                self._time_out(at.step)
            elif now - reminded >= REMINDER_SECONDS:
                minutes = round((now - self._pause_state.paused_at) / 60)
                say(f"paused before step {at.step} for {minutes} min. Resume with {how}")
                reminded = now
        self._set_waiting(False)

    def _set_waiting(self, waiting: bool) -> None:
        self._status.is_waiting = waiting
        self._server.poll_seconds = PAUSED_POLL_SECONDS if waiting else POLL_SECONDS
        self._fit.schedule.pause()
        self._server.write_state()

    def _time_out(self, step: int) -> None:
        why = f"no command for {self._timeout:g} s (control timeout)"
        self._runner.log_event("resume", step, why, new="running")
        say(f"resumes: {why}")
        self._pause_state.resume()


def say(text: str) -> None:
    """Print a line on the console. A progress bar leaves its own line open: begin a new one."""
    print_safely(f"\nInspectCallback: {text}.")
