"""The training's side: takes commands between steps, pauses, and stands guard over a step."""

import logging
import math
import time
from collections.abc import Sequence
from typing import Any

from tb_keras_inspect.catalog import commands
from tb_keras_inspect.catalog.commands import COMMANDS, CommandError
from tb_keras_inspect.files.locations import below
from tb_keras_inspect.frameworks.execution import Execution, make_execution
from tb_keras_inspect.steering import channel
from tb_keras_inspect.steering.channel import (
    FOLDER,
    TOKEN,
    Mailbox,
    Request,
)
from tb_keras_inspect.training.steering import live_settings
from tb_keras_inspect.training.steering.actions import Actions, Moment, Result
from tb_keras_inspect.training.steering.breakpoints import Breakpoints
from tb_keras_inspect.training.steering.command_log import Journal
from tb_keras_inspect.training.steering.command_server import (
    DONE,
    PAUSED_POLL_SECONDS,
    POLL_SECONDS,
    REFUSED,
    SUPERSEDED,
    FitWatch,
    Post,
)
from tb_keras_inspect.training.steering.fit import Fit
from tb_keras_inspect.training.steering.nonfinite_check import Guard
from tb_keras_inspect.training.steering.pause_state import Pace
from tb_keras_inspect.training.step.gate import Gate

logger = logging.getLogger(__name__)

REMIND_SECONDS = 60.0  # between lines on the console that it waits
RUNNING, PAUSED, ENDED = "running", "paused", "ended"


class Driver:
    """Steers the fits of one callback.

    Args:
        timeout: Seconds that a training stays paused with no command; None for ever.
    """

    def __init__(self, timeout: float | None):
        self._timeout = timeout
        self._token = channel.new_token()
        self._post: Post | None = None

    def begin(self, fit: Fit) -> None:
        """A fit begins."""
        self.end()
        if fit.obstacle:
            fit.warn(f"this training takes no commands: {fit.obstacle}. It is recorded as usual")
            return
        self._fit, self._step, self._epoch = fit, 0, 0
        self._pace, self._breakpoints = Pace(), Breakpoints()
        self._effects = live_settings.Effects(fit.model)
        self._actions = Actions(
            fit.model,
            fit.log_dir,
            fit.session,
            fit.recorder,
            fit.schedule,
            self._pace,
            self._breakpoints,
            self._effects,
        )
        self._journal = Journal(fit.recorder)
        self._guard = Guard(fit.recorder, self._breakpoints, fit.sample, fit.max_bytes)
        self._gate = Gate(fit.model, self._enter)
        self._make_execution = make_execution(fit.model)
        self._settings: dict[str, Any] = {}
        self._has_ended = self._stands = False
        self._read_settings()
        self._listen()
        self._open()

    def _listen(self) -> None:
        """Breakpoints hear of what is written and of what is found."""
        before, saw = self._fit.recorder.on_written, self._breakpoints.saw

        def on_written(events: Sequence[Any]) -> None:
            if before is not None:
                before(events)
            saw(events)

        self._fit.recorder.on_written = on_written
        self._fit.watch.listener = self._breakpoints.found

    def _open(self) -> None:
        fit, watch = self._fit, FitWatch()

        def is_alive() -> bool:
            self._has_ended = self._has_ended or not watch.is_alive()
            return not self._has_ended

        try:
            mailbox = Mailbox(fit.log_dir, self._token)
            self._post = Post(mailbox, self._token, self._state, is_alive)
            self._post.start()
        except OSError as error:
            self._post = None
            fit.warn(f"this training takes no commands: {error}. It is recorded as usual")
            return
        where = below(fit.log_dir, FOLDER, TOKEN)
        _say(f"takes commands. Token for the tab: {self._token} (also in {where})")

    def before_batch(self, step: int, last_step: int, epoch: int) -> None:
        """A step is about to run.

        Args:
            step: Its number in the run.
            last_step: The last one of its execution.
            epoch: Its epoch, from 0.
        """
        post = self._post
        if post is None:
            return
        if epoch != self._epoch:
            self._guard.begin_epoch()
        self._step, self._last_step, self._epoch = step, last_step, epoch
        if post.failure is not None:
            self._give_up()
        elif post.has_mail or self._stops() or self._breakpoints.armed:
            self._gate.install()

    def end(self) -> None:
        """The fit has ended, or another one begins where it was ended by an exception."""
        post, self._post = self._post, None
        if post is None:
            return
        self._has_ended = True
        self._pace.resume()
        self._gate.remove()
        self._effects.undo()
        post.close()

    def _stops(self) -> bool:
        due = self._pace.is_due(self._step, self._epoch)
        return bool(due) or self._breakpoints.stops_at(self._step)

    def _give_up(self) -> None:
        post, self._post = self._post, None
        self._fit.warn(
            f"this training takes no commands any more: its control files failed with {post.failure}. "
            "It goes on, with what was changed"
        )
        post.close()

    # Inside the call of the training function.

    def _enter(self, arguments: Sequence[Any]) -> Any:
        execution = self._make_execution(arguments)
        self._stand(execution)
        if self._post is not None and self._breakpoints.armed:
            return self._guarded(execution)
        return execution.run()

    def _stand(self, execution: Execution) -> None:
        """Carries out what waits, and stands still while the training is paused."""
        post = self._post
        if post is None or not (post.has_mail or self._stops() or self._pace.is_paused):
            return
        moment = Moment(self._step, self._epoch, execution, self._last_step)
        before = self._effects.retraces
        with execution.state_in_model():
            self._carry_out(moment)
            self._reach_breakpoints()
            if self._pace.is_paused:
                self._wait(moment)
        if self._effects.retraces != before or self._actions.wants_sample:
            # A re-trace has put another function in the place of one that was to be sampled.
            self._actions.wants_sample = False
            self._fit.sample()

    def _reach_breakpoints(self) -> None:
        for item, reached in self._breakpoints.taken(self._step):
            self._reached(": ".join(filter(None, [str(item), reached])))
        due = self._pace.is_due(self._step, self._epoch)
        if due:
            self._journal.add(self._step, channel.new_id(), "pause", {}, DONE, due, new="paused")
            self._pace.pause(due)

    def _reached(self, why: str, may_retry: bool = False) -> None:
        self._journal.add(self._step, channel.new_id(), "breakpoint", {}, DONE, why, new="paused")
        self._pace.pause(f"a breakpoint was reached: {why}", may_retry)

    def _wait(self, moment: Moment) -> None:
        """Paused: waits for commands, whoever is there to give them."""
        post = self._post
        if post is None:
            self._pace.resume()
            return
        self._stands, post.poll_seconds = True, PAUSED_POLL_SECONDS
        self._fit.schedule.pause()
        post.publish()
        how = f"tb_keras_inspect.connect({self._fit.log_dir!r}).resume()"
        _say(f"paused before step {self._step}: {self._pace.why}. Resume in the tab, or with {how}")
        reminded = heard = time.monotonic()
        while self._pace.is_paused:
            post.arrived.wait(1.0)
            post.arrived.clear()
            now = time.monotonic()
            if self._carry_out(moment):
                heard = now
            if post.failure is not None:
                self._pace.resume()
            elif self._timeout is not None and now - heard >= self._timeout:
                self._time_out()
            elif now - reminded >= REMIND_SECONDS:
                minutes = round((now - self._pace.since) / 60)
                _say(f"paused before step {self._step} for {minutes} min. Resume with {how}")
                reminded = now
        self._stands, post.poll_seconds = False, POLL_SECONDS
        self._fit.schedule.pause()
        post.publish()

    def _time_out(self) -> None:
        why = f"no command for {self._timeout:g} s (control_timeout)"
        self._journal.add(self._step, channel.new_id(), "resume", {}, DONE, why, new="running")
        _say(f"goes on: {why}")
        self._pace.resume()

    # Commands.

    def _carry_out(self, moment: Moment) -> bool:
        """Carries out the commands that wait; whether there were any."""
        requests = self._post.taken() if self._post is not None else []
        later = commands.overtaken([request.command for request in requests])
        for request, by in zip(requests, later, strict=True):
            if by is not None:
                why = f"{requests[by].command} came before it took effect"
                self._finish(request, SUPERSEDED, why)
                continue
            try:
                result = self._perform(request, moment)
            except CommandError as error:
                self._finish(request, REFUSED, str(error))
            except Exception as error:
                logger.debug("a command failed", exc_info=True)
                self._finish(request, REFUSED, f"It failed with {type(error).__name__}: {error}")
            else:
                self._finish(request, DONE, result=result)
        return bool(requests)

    def _perform(self, request: Request, moment: Moment) -> Result:
        if COMMANDS[request.command].paused and not self._pace.is_paused:
            raise CommandError("The training is not paused: pause it first")
        return self._actions.perform(request.command, request.arguments, moment)

    def _finish(
        self, request: Request, outcome: str, why: str = "", result: Result | None = None
    ) -> None:
        result = result or Result()
        if not COMMANDS[request.command].look:
            self._journal.add(
                self._step,
                request.id,
                request.command,
                request.arguments,
                outcome,
                why,
                result.old,
                result.new,
            )
            self._read_settings()
            self._post.publish()
        self._post.answer(
            request,
            outcome,
            why,
            look=result.picture,
            step=self._step,
            old=result.old,
            new=result.new,
            detail=result.detail,
        )

    # A step that counts only if all of it is finite.

    def _guarded(self, execution: Execution) -> Any:
        while True:
            copy = execution.copy_state()
            held = execution.batch() is not None
            result, found = self._guard.run(execution, self._last_step)
            if not found:
                return result
            execution.restore(copy)
            self._reached(f"a value is not finite: {'; '.join(found)}", may_retry=held)
            self._stand(execution)
            if not self._pace.retry:
                return self._guard.skipped(execution, result)
            self._pace.retry = False
            execution.rewind()
            if not self._breakpoints.armed:
                return execution.run()

    # What the state file says.

    def _read_settings(self) -> None:
        """Reads what can only be read between steps."""
        try:
            value, source = self._effects.learning_rate()
            self._settings = {
                "learning_rate": value if math.isfinite(value) else None,
                "learning_rate_source": source,
                "clipping": self._effects.clipping(),
            }
        except Exception:  # no optimizer of Keras, or one that only resembles it
            logger.debug("the optimizer cannot be read", exc_info=True)
            self._settings = {}

    def _status(self) -> str:
        if self._has_ended:
            return ENDED
        return PAUSED if self._stands and self._pace.is_paused else RUNNING

    def _state(self) -> dict[str, Any]:
        return {
            "status": self._status(),
            "step": self._step,
            "epoch": self._epoch,
            "epochs": self._fit.epochs,
            "steps_per_epoch": self._fit.steps_per_epoch,
            "why": self._pace.why,
            "may_retry": self._pace.may_retry,
            "every": self._fit.schedule.every,
            "interval": self._fit.schedule.interval,
            "frozen": self._effects.frozen(),
            "breakpoints": self._breakpoints.as_list(),
            **self._settings,
        }


def _say(text: str) -> None:
    # A progress bar leaves its line open: begin on a line of our own.
    print(f"\nInspectCallback: {text}.", flush=True)
