"""Carries out the commands that wait, and answers and logs each."""

import functools
import logging
from collections.abc import Callable
from typing import Any, cast

from tb_keras_inspect.catalog import commands
from tb_keras_inspect.catalog.commands import COMMANDS, CommandError
from tb_keras_inspect.steering.messages import Request, new_id
from tb_keras_inspect.training.steering.actions import Actions, NextStep, Result
from tb_keras_inspect.training.steering.command_log import CommandLog
from tb_keras_inspect.training.steering.commands.server import (
    DONE,
    REFUSED,
    SUPERSEDED,
    CommandServer,
)
from tb_keras_inspect.training.steering.pause_state import PauseState
from tb_keras_inspect.training.steering.processes.team import Team

logger = logging.getLogger(__name__)


class CommandRunner:
    """Carries out the commands of one fit on the training thread.

    Args:
        server: Receives commands and sends answers.
        actions: What the commands do.
        pause_state: Whether training is paused.
        log: Records the commands in the run.
        on_change: Called after each command that may have changed something.
        team: The processes that carry out the commands.
    """

    def __init__(
        self,
        server: CommandServer,
        actions: Actions,
        pause_state: PauseState,
        log: CommandLog,
        on_change: Callable[[], None],
        team: Team,
    ):
        self._server, self._actions, self._pause_state = server, actions, pause_state
        self._log, self._on_change, self._team = log, on_change, team

    def run(self, at: NextStep) -> bool:
        """Carry out the commands that wait. Return whether there were any."""
        requests = self._server.take_commands()
        later = commands.superseded([request.command for request in requests])
        for request, by in zip(requests, later, strict=True):
            if by is not None:
                why = f"{requests[by].command} came before it took effect"
                self._finish(request, at, SUPERSEDED, why)
                continue
            try:
                result = self._perform(request, at)
            except CommandError as error:
                self._finish(request, at, REFUSED, str(error))
            except Exception as error:
                logger.debug("a command failed", exc_info=True)
                why = f"It failed with {type(error).__name__}: {error}"
                self._finish(request, at, REFUSED, why)
            else:
                self._finish(request, at, DONE, result=result)
        return bool(requests)

    def log_event(self, command: str, step: int, why: str, new: str) -> None:
        """Record something that no command asked for: a breakpoint, a pause, a timeout."""
        self._log.add(step, new_id(), command, {}, DONE, why, new=new)

    def _perform(self, request: Request, at: NextStep) -> Result:
        if COMMANDS[request.command].paused and not self._pause_state.is_paused:
            raise CommandError("Training is not paused: pause it first")
        command, arguments = request.command, request.arguments
        self._team.check(command)
        action = functools.partial(self._actions.perform, command, arguments, at)
        return cast("Result", self._team.perform(command, arguments, action))

    def _finish(
        self, request: Request, at: NextStep, outcome: str, why: str = "", result: Any = None
    ) -> None:
        result = result or Result()
        if not COMMANDS[request.command].inspects:
            self._log.add(
                at.step,
                request.id,
                request.command,
                request.arguments,
                outcome,
                why,
                result.old,
                result.new,
                result.given_up,
            )
            self._on_change()
        self._server.answer(
            request,
            outcome,
            why,
            picture=result.picture,
            step=at.step,
            old=result.old,
            new=result.new,
            detail=result.detail,
        )
