"""Receives commands and writes the heartbeat, on a thread of its own."""

import collections
import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from tb_keras_inspect.catalog import commands
from tb_keras_inspect.steering.channel import TrainingChannel
from tb_keras_inspect.steering.messages import Request

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.4  # between checks for commands
PAUSED_POLL_SECONDS = 0.05  # the same while training is paused
HEARTBEAT_SECONDS = 2.0  # between writes of a state that has not changed
MAX_WAITING = 100  # commands not yet carried out
MAX_ANSWERS = 500  # answers that are kept
MAX_PICTURES = 16  # answers whose picture is kept
DONE, REFUSED, SUPERSEDED = "done", "refused", "superseded"


class CommandServer:
    """Receives commands for the training thread and sends its answers.

    Signature, name and arguments of a command are checked here; what needs the model is checked when
    the command is carried out.

    Args:
        channel: The control files.
        token: The fit's token.
        state: Returns the contents of the state file.
        is_running: Returns whether the fit is still running; called from time to time.
        poll_seconds: Time between checks for commands. Defaults to 0.4.

    Attributes:
        failure: The error that the control files failed with, or None. After it nothing is received or
            sent.
        wake_up: Event that is set when a command has arrived, and on a failure.
        poll_seconds: Time between checks for commands.
    """

    def __init__(
        self,
        channel: TrainingChannel,
        token: str,
        state: Callable[[], Mapping[str, Any]],
        is_running: Callable[[], bool],
        poll_seconds: float = POLL_SECONDS,
    ):
        self._channel, self._token = channel, token
        self._state, self._is_running = state, is_running
        self._waiting: collections.deque[Request] = collections.deque()
        self._seen: collections.OrderedDict[str, None] = collections.OrderedDict()
        self._answered: collections.deque[str] = collections.deque()
        self._pictures: collections.deque[str] = collections.deque()
        self._lock = threading.Lock()  # two threads write the files
        self._stop = threading.Event()
        self._closed = threading.Lock()  # held from the first `close` on
        self._beat = 0
        self._written_at = 0.0
        self.failure: OSError | None = None
        self.wake_up = threading.Event()
        self.poll_seconds = poll_seconds
        self._thread = threading.Thread(
            target=self._run, name="tb-keras-inspect-control", daemon=True
        )

    def start(self) -> None:
        """Start. The state file exists when this returns."""
        self._channel.write_state(self._full_state())
        self._thread.start()

    @property
    def waiting_count(self) -> int:
        """Number of commands that wait to be carried out."""
        return len(self._waiting)

    def take_commands(self) -> list[Request]:
        """Return the commands that wait, oldest first. They can no longer be withdrawn."""
        found = []
        while self._waiting:
            request = self._waiting.popleft()
            if self._channel.take(request.id):
                found.append(request)
        return found

    def answer(
        self,
        request: Request,
        outcome: str,
        why: str = "",
        picture: bytes | None = None,
        **content: Any,
    ) -> None:
        """Answer a command."""
        logger.info("control: %s %s: %s %s", request.command, request.id, outcome, why)
        answer = {"id": request.id, "command": request.command, "outcome": outcome, "why": why}
        try:
            with self._lock:
                self._channel.answer(answer | content, picture)
                self._delete_old(request.id, picture is not None)
        except OSError as error:
            self._fail(error)

    def write_state(self) -> None:
        """Write the state file now."""
        try:
            with self._lock:
                self._channel.write_state(self._full_state())
        except OSError as error:
            self._fail(error)

    def receive(self) -> None:
        """Read the commands that have arrived.

        Raises:
            OSError: If the control files cannot be read.
        """
        for identity in self._channel.pending():
            if identity not in self._seen:
                self._seen[identity] = None
                self._receive(identity)
            elif identity in self._answered:
                self._channel.take(identity)  # sent again although there is an answer
        while len(self._seen) > 10 * MAX_ANSWERS:
            self._seen.popitem(last=False)

    def stop(self) -> None:
        """Stop receiving commands and writing the heartbeat."""
        self._stop.set()
        if self._thread is not threading.current_thread() and self._thread.is_alive():
            self._thread.join(5.0)

    def close(self) -> None:
        """Stop, refuse the commands that wait, and delete the token. Safe to call twice."""
        self._stop.set()
        if not self._closed.acquire(blocking=False):
            return
        self.stop()
        if self.failure is None:
            try:
                self.receive()
                for request in self.take_commands():
                    self.answer(request, REFUSED, "The training run has ended")
                self._channel.write_state(self._full_state())
            except OSError as error:
                self._fail(error)
        try:
            self._channel.close()
        except OSError as error:
            self._fail(error)

    def _run(self) -> None:
        try:
            while not self._stop.wait(max(self.poll_seconds, self._channel.min_poll_seconds)):
                self.receive()
                if time.monotonic() - self._written_at >= HEARTBEAT_SECONDS:
                    if not self._is_running():
                        break
                    self.write_state()
                if self.failure is not None:
                    return
            else:
                return
        except OSError as error:
            self._fail(error)
            return
        self.close()  # an exception ended the fit

    def _receive(self, identity: str) -> None:
        request = self._channel.read(identity)
        if request is None:
            self._refuse(Request(identity, "", {}, ""), "This is not a command")
        elif not request.is_signed_with(self._token):
            logger.warning("control: %s was refused: wrong token", commands.short(request.command))
            self._refuse(request, "The token is wrong")
        elif len(self._waiting) >= MAX_WAITING:
            self._refuse(request, f"{MAX_WAITING} commands are waiting already")
        else:
            self._accept(request)

    def _accept(self, request: Request) -> None:
        try:
            arguments = commands.checked(request.command, request.arguments)
        except commands.CommandError as error:
            self._refuse(request, str(error))
            return
        self._waiting.append(Request(request.id, request.command, arguments, ""))
        self.wake_up.set()

    def _refuse(self, request: Request, why: str) -> None:
        self._channel.take(request.id)
        self.answer(Request(request.id, request.command[:80], {}, ""), REFUSED, why)

    def _full_state(self) -> dict[str, Any]:
        self._beat += 1
        self._written_at = time.monotonic()
        return {"beat": self._beat, "time": time.time(), **self._state()}

    def _delete_old(self, identity: str, has_picture: bool) -> None:
        self._answered.append(identity)
        if has_picture:
            self._pictures.append(identity)
        while len(self._pictures) > MAX_PICTURES:
            self._channel.delete_answer(self._pictures.popleft(), picture_only=True)
        while len(self._answered) > MAX_ANSWERS:
            self._channel.delete_answer(self._answered.popleft())

    def _fail(self, error: OSError) -> None:
        logger.debug("the control files failed", exc_info=error)
        self.failure = self.failure or error
        self.wake_up.set()
