"""Receives commands and writes the heartbeat, on a thread of its own."""

import atexit
import logging
import os
import threading
import time
import weakref
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from typing import Any

from tb_keras_inspect.catalog import commands
from tb_keras_inspect.steering.channel import ENDED, TrainingChannel
from tb_keras_inspect.steering.messages import Request
from tb_keras_inspect.steering.replay_guard import VALID_SECONDS, ReplayGuard

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.4  # between checks for commands
PAUSED_POLL_SECONDS = 0.05  # the same while training is paused
HEARTBEAT_SECONDS = 2.0  # between writes of a state that has not changed
RECEIVE_SECONDS = 0.1  # after which no other file is read at this check
MAX_WAITING = 100  # commands not yet carried out
MAX_ANSWERS = 500  # answers that are kept
MAX_REFUSALS = 100  # answers to what was not signed
MAX_PICTURES = 16  # answers whose picture is kept
MAX_WARNINGS = 20  # in the log of the training program
DONE, REFUSED, SUPERSEDED = "done", "refused", "superseded"
_open_servers: "weakref.WeakSet[CommandServer]" = weakref.WeakSet()


class CommandServer:
    """Receives commands for the training thread and sends its answers.

    Signature, age, name and arguments of a command are checked here; what needs the model is checked
    when the command is carried out. What is not signed displaces nothing that is remembered.

    Args:
        channel: The control files.
        token: The fit's token.
        state: Returns the contents of the state file.
        is_running: Returns whether the fit is still running; called from time to time.
        poll_seconds: Time between checks for commands. Defaults to 0.4.

    Attributes:
        path: The folder of the control files.
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
        self._guard = ReplayGuard()
        self._waiting: dict[str, Request] = {}
        self._refused: OrderedDict[str, None] = OrderedDict()  # what was not signed
        self._answered: deque[str] = deque()
        self._pictures: deque[str] = deque()
        self._warnings = 0
        self._owner = os.getpid()
        self._lock = threading.Lock()  # two threads write the files
        self._stop = threading.Event()
        self._closed = threading.Lock()  # held from the first `close` on
        self._beat = 0
        self._written_at = 0.0
        self.path = channel.path
        self.failure: Exception | None = None
        self.wake_up = threading.Event()
        self.poll_seconds = poll_seconds
        self._thread = threading.Thread(
            target=self._run, name="tb-keras-inspect-control", daemon=True
        )

    def start(self) -> None:
        """Start. The state file exists when this returns.

        Raises:
            OSError: If it cannot be written. Everything is closed then.
        """
        try:
            self._channel.write_state(self._full_state())
        except OSError:
            self._channel.close()
            raise
        _open_servers.add(self)
        self._thread.start()

    @property
    def waiting_count(self) -> int:
        """Number of commands that wait to be carried out."""
        return len(self._waiting)

    def take_commands(self) -> list[Request]:
        """Return the commands that wait, oldest first. They can no longer be withdrawn."""
        found = []
        for identity, request in list(self._waiting.items()):
            if self._channel.take(identity):
                found.append(request)
            self._waiting.pop(identity, None)
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
        self._write_answer(request, outcome, why, picture, **content)

    def _write_answer(
        self,
        request: Request,
        outcome: str,
        why: str,
        picture: bytes | None = None,
        is_signed: bool = True,
        **content: Any,
    ) -> None:
        logger.info("control: %s %s: %s %s", request.command, request.id, outcome, why)
        answer = {"id": request.id, "command": request.command, "outcome": outcome, "why": why}
        try:
            with self._lock:
                self._channel.answer(answer | content, picture)
                if is_signed:
                    self._delete_old(request.id, picture is not None)
        except Exception as error:
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
        pending = self._channel.pending()
        for identity in set(self._waiting).difference(pending):
            if self._channel.is_withdrawn(identity):  # for good, whoever puts the file back
                self._waiting.pop(identity, None)
        end = time.monotonic() + RECEIVE_SECONDS
        for identity in pending:
            if identity in self._waiting:
                continue
            if self._guard.remembers(identity) or identity in self._refused:
                self._channel.take(identity)  # sent again
            else:
                self._receive(identity)
            if time.monotonic() >= end:
                break

    def stop(self) -> None:
        """Stop receiving commands and writing the heartbeat."""
        self._stop.set()
        if self._thread is not threading.current_thread() and self._thread.is_alive():
            self._thread.join(5.0)

    def close(self) -> None:
        """Stop, refuse the commands that wait, and delete the token. Safe to call twice.

        Does nothing in a forked child: the files are its parent's.
        """
        if os.getpid() != self._owner:
            return
        self.stop()
        if not self._closed.acquire(blocking=False):
            return
        _open_servers.discard(self)
        if self.failure is None:
            try:
                self.receive()
                for request in self.take_commands():
                    self.answer(request, REFUSED, "The training run has ended")
                self._channel.write_state(self._full_state() | {"status": ENDED})
            except Exception as error:
                self._fail(error)
        try:
            self._channel.close()
        except Exception as error:
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
        except Exception as error:
            self._fail(error)
            return
        self.close()  # an exception ended the fit

    def _receive(self, identity: str) -> None:
        request = self._channel.read(identity)
        if request is None:
            request = Request(identity, "", {})
            self._refuse_unsigned(request, "This is no command of this version of tb-keras-inspect")
        elif not request.is_signed_with(self._token):
            self._refuse_unsigned(request, "The token is wrong")
        elif not self._guard.is_valid(request.challenge):
            why = f"It was signed more than {VALID_SECONDS:.0f} s ago, or for another fit"
            self._refuse_unsigned(request, why)
        else:
            self._guard.remember(identity)
            self._accept(request)

    def _accept(self, request: Request) -> None:
        if len(self._waiting) >= MAX_WAITING:
            self._refuse(request, f"{MAX_WAITING} commands are waiting already")
            return
        try:
            arguments = commands.checked(request.command, request.arguments)
        except commands.CommandError as error:
            self._refuse(request, str(error))
            return
        self._waiting[request.id] = Request(request.id, request.command, arguments)
        self.wake_up.set()

    def _refuse(self, request: Request, why: str, is_signed: bool = True) -> None:
        self._channel.take(request.id)
        named = Request(request.id, request.command[:80], {})
        self._write_answer(named, REFUSED, why, is_signed=is_signed)

    def _refuse_unsigned(self, request: Request, why: str) -> None:
        """Refuse what anyone can send who can write into the directory."""
        self._warnings += 1
        if self._warnings <= MAX_WARNINGS:
            more = "; more will not be reported" if self._warnings == MAX_WARNINGS else ""
            what = commands.short(request.command)
            logger.warning("control: %s was refused: %s%s", what, why, more)
        self._refuse(request, why, is_signed=False)
        self._refused[request.id] = None
        while len(self._refused) > MAX_REFUSALS:
            self._channel.delete_answer(self._refused.popitem(last=False)[0])

    def _full_state(self) -> dict[str, Any]:
        self._beat += 1
        self._written_at = time.monotonic()
        own = {"beat": self._beat, "time": time.time(), "challenge": self._guard.challenge()}
        return {**own, **self._state()}

    def _delete_old(self, identity: str, has_picture: bool) -> None:
        self._answered.append(identity)
        if has_picture:
            self._pictures.append(identity)
        while len(self._pictures) > MAX_PICTURES:
            self._channel.delete_answer(self._pictures.popleft(), picture_only=True)
        while len(self._answered) > MAX_ANSWERS:
            self._channel.delete_answer(self._answered.popleft())

    def _fail(self, error: Exception) -> None:
        logger.debug("the control files failed", exc_info=error)
        self.failure = self.failure or error
        self.wake_up.set()


def close_earlier(path: str) -> None:
    """Close what an interrupted fit of this process has left open, before it closes by itself.

    Args:
        path: The folder of the control files, which another fit is about to use.
    """
    for server in list(_open_servers):
        if server.path == path:
            server.close()


@atexit.register
def _close_all() -> None:
    """Close what Ctrl-C or another exception has left open. A signal that kills does not come here."""
    for server in list(_open_servers):
        server.close()
