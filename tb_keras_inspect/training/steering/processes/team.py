"""Several processes that train one model, and do what one of them says at the same steps."""

import json
import math
import time
from collections.abc import Callable, Mapping
from typing import Any

from tb_keras_inspect.catalog.commands import COMMANDS, By, CommandError
from tb_keras_inspect.training.processes.group import Processes

MEETING_SECONDS = 0.5  # between two meetings, about
MOST_STEPS = 1000  # from one meeting to the next
GROWTH = 4  # how many times as long a distance may be as the one before: step times change
HEAR_SECONDS = 0.5  # for which one waits for a message at a time
LOST = 20  # times that one cannot even wait for a message: the first process is gone


class Team:
    """What the processes of one fit say to one another about commands.

    Before some steps all of them meet: the first one says whether there is something to do, and when
    the next meeting is. If there is, the others wait for its messages: commands that all carry out,
    and, as the last one, that the step may run. It is the only one that receives commands, knows
    breakpoints and pauses. Messages wait in no collective operation, so that a pause may be long.

    Args:
        processes: The processes.
        next_stop: The step before which the first process has to pause, as far as it knows; infinity
            if there is none.
        clock: Returns the time in seconds.

    Attributes:
        meeting: The step before which they meet next, or at the next epoch if that comes first.
    """

    def __init__(
        self,
        processes: Processes,
        next_stop: Callable[[], float] = lambda: math.inf,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._processes, self._next_stop, self._clock = processes, next_stop, clock
        self.meeting, self._epoch, self._distance = 0, -1, 1
        self._met: tuple[int, float] | None = None  # the last meeting's step, and when it was

    @property
    def is_alone(self) -> bool:
        """Whether there is no other process."""
        return self._processes.count == 1

    @property
    def leads(self) -> bool:
        """Whether this is the first process."""
        return self._processes.index == 0

    # Every process calls these.

    def meet(
        self, step: int, epoch: int, has_news: Callable[[], bool], is_over: bool = False
    ) -> bool | None:
        """Whether there is something to do before a step; None if commands are no longer taken.

        Args:
            step: The step that is about to run.
            epoch: Its epoch.
            has_news: Whether there is, as the first process knows it.
            is_over: Whether the first process can take no more.
        """
        if step < self.meeting and epoch == self._epoch:
            return False
        self._epoch = epoch
        mine = [0, 0, 0]
        if self.leads:
            mine = [int(has_news()), int(is_over), self._next_meeting(step)]
        news, over, self.meeting = self._processes.total(mine)
        return None if over else bool(news)

    def failures(self, failed: bool) -> int:
        """In how many of the processes something has failed."""
        return self._processes.total([int(failed)])[0]

    # The first one calls these.

    def check(self, command: str) -> None:
        """Raises CommandError if several processes cannot carry out a command."""
        by = COMMANDS[command].by
        if self.is_alone or by in (By.FIRST, By.ALL):
            return
        if by is By.NONE:
            raise CommandError(f"{command} is not possible where several processes train one model")
        if not self._processes.are_separable:
            raise CommandError(
                f"{command} is not possible here: the processes share each computation with the model"
            )

    def perform(self, command: str, arguments: Mapping[str, Any], action: Callable[[], Any]) -> Any:
        """Carries out a command that is for all, here and in the others.

        Args:
            command: Its name.
            arguments: Its arguments.
            action: Carries it out here.

        Raises:
            CommandError: If it has failed in any process; the text says in how many.
        """
        if self.is_alone or COMMANDS[command].by is not By.ALL:
            return action()
        self._processes.tell(json.dumps({"do": [command, arguments]}))
        try:
            result = action()
        except Exception:
            self._check_failures(self.failures(True), command)
            raise
        self._check_failures(self.failures(False), command)
        return result

    def go(self, step: int, **flags: bool) -> None:
        """Lets all processes go on with a step.

        Args:
            step: The step.
            **flags: What the others have to know of it.
        """
        if not self.is_alone:
            self.meeting = self._next_meeting(step)
            self._processes.tell(json.dumps({"go": {"meeting": self.meeting, **flags}}))

    # The others call this.

    def follow(self, perform: Callable[[str, Any], Any]) -> Mapping[str, Any] | None:
        """Carries out what the first process says until it says that the step may run.

        Args:
            perform: Carries out a command with its arguments.

        Returns:
            The flags of the step; None if the first process cannot be reached any more.
        """
        lost = 0
        while lost < LOST:
            begun = time.monotonic()
            text = self._processes.hear(HEAR_SECONDS)
            if text is None:
                early = time.monotonic() - begun < HEAR_SECONDS / 2
                lost = lost + 1 if early else 0
                time.sleep(HEAR_SECONDS if early else 0.0)
                continue
            message = json.loads(text)
            if "go" in message:
                flags: Mapping[str, Any] = message["go"]
                self.meeting = int(flags["meeting"])
                return flags
            try:
                perform(*message["do"])
            except Exception:
                self.failures(True)
            else:
                self.failures(False)
        return None

    def _check_failures(self, failed: int, command: str) -> None:
        count = self._processes.count
        if 0 < failed < count:
            raise CommandError(
                f"{command} has failed in {failed} of {count} processes, and is done in the others: "
                "their models may differ now"
            )

    def _next_meeting(self, step: int) -> int:
        now, before = self._clock(), self._met
        self._met = step, now
        if before is not None and step > before[0]:
            each = max((now - before[1]) / (step - before[0]), 1e-6)
            most = min(self._distance * GROWTH, MOST_STEPS)
            self._distance = min(max(int(MEETING_SECONDS / each), 1), most)
        return max(int(min(step + self._distance, self._next_stop())), step + 1)
