"""The training's side of the channel, on a thread of its own: heartbeat, and commands as they come."""

import collections
import logging
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from tb_keras_inspect.catalog import commands
from tb_keras_inspect.steering.channel import Mailbox, Request

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.4  # between looks for commands
PAUSED_POLL_SECONDS = 0.05  # while nothing else is to be done
BEAT_SECONDS = 2.0  # between writes of the state where nothing has changed
MAX_WAITING = 100  # commands not yet carried out
MAX_ANSWERS = 500  # kept
MAX_LOOKS = 16  # kept, the larger part of an answer
DONE, REFUSED, SUPERSEDED = "done", "refused", "superseded"


class Post:
    """Takes commands in and answers out.

    A command is checked here as far as that needs nothing of the model: signature, name, arguments.

    Args:
        mailbox: The files.
        token: The fit's token.
        state: Called for what the state file says.
        is_alive: Called now and then: whether the fit still runs. An exception ends one without a word
            to its callbacks.

    Attributes:
        failure: What went wrong with the files, or None; nothing comes in or goes out any more.
        arrived: Is set when a command has come in, and on a failure.
        poll_seconds: Between looks for commands.
    """

    def __init__(
        self,
        mailbox: Mailbox,
        token: str,
        state: Callable[[], Mapping[str, Any]],
        is_alive: Callable[[], bool],
    ):
        self._mailbox, self._token = mailbox, token
        self._state, self._is_alive = state, is_alive
        self._waiting: collections.deque[Request] = collections.deque()
        self._seen: collections.OrderedDict[str, None] = collections.OrderedDict()
        self._answered: collections.deque[str] = collections.deque()
        self._looks: collections.deque[str] = collections.deque()
        self._lock = threading.Lock()  # the files are written from two threads
        self._ends = threading.Event()
        self._closed = threading.Lock()  # held from the first `close` on
        self._beat = 0
        self._written, self._written_at = "", 0.0
        self.failure: OSError | None = None
        self.arrived = threading.Event()
        self.poll_seconds = POLL_SECONDS
        self._thread = threading.Thread(
            target=self._run, name="tb-keras-inspect-control", daemon=True
        )

    def start(self) -> None:
        """Begins; the state file is there when this returns."""
        self._mailbox.write_state(self._full_state())
        self._thread.start()

    @property
    def has_mail(self) -> bool:
        """Whether commands wait."""
        return bool(self._waiting)

    def taken(self) -> list[Request]:
        """The commands that wait, the oldest first, which are not withdrawn any more from now on."""
        found = []
        while self._waiting:
            request = self._waiting.popleft()
            if self._mailbox.claim(request.id):
                found.append(request)
        return found

    def answer(
        self,
        request: Request,
        outcome: str,
        why: str = "",
        look: bytes | None = None,
        **content: Any,
    ) -> None:
        """Answers a command."""
        logger.info("control: %s %s: %s %s", request.command, request.id, outcome, why)
        answer = {"id": request.id, "command": request.command, "outcome": outcome, "why": why}
        try:
            with self._lock:
                self._mailbox.answer(answer | content, look)
                self._forget_old(request.id, look is not None)
        except OSError as error:
            self._fail(error)

    def publish(self) -> None:
        """The state has changed: writes it now."""
        try:
            with self._lock:
                self._mailbox.write_state(self._full_state())
        except OSError as error:
            self._fail(error)

    def close(self) -> None:
        """Ends; what waits is refused, and the state as it is now stays behind. Safe to call twice."""
        self._ends.set()
        if not self._closed.acquire(blocking=False):
            return
        if self._thread is not threading.current_thread() and self._thread.is_alive():
            self._thread.join(5.0)
        if self.failure is None:
            try:
                self._take_in()
                for request in self.taken():
                    self.answer(request, REFUSED, "The training has ended")
                self._mailbox.write_state(self._full_state())
            except OSError as error:
                self._fail(error)
        try:
            self._mailbox.close()
        except OSError as error:
            self._fail(error)

    def _run(self) -> None:
        try:
            while not self._ends.wait(max(self.poll_seconds, self._mailbox.min_poll_seconds)):
                self._take_in()
                if time.monotonic() - self._written_at >= BEAT_SECONDS:
                    if not self._is_alive():
                        break
                    self.publish()
                if self.failure is not None:
                    return
            else:
                return
        except OSError as error:
            self._fail(error)
            return
        self.close()  # the fit was ended by an exception

    def _take_in(self) -> None:
        for identity in self._mailbox.waiting():
            if identity not in self._seen:
                self._seen[identity] = None
                self._receive(identity)
            elif identity in self._answered:
                self._mailbox.claim(identity)  # sent again: the answer is there
        while len(self._seen) > 10 * MAX_ANSWERS:
            self._seen.popitem(last=False)

    def _receive(self, identity: str) -> None:
        request = self._mailbox.read(identity)
        if request is None:
            self._mailbox.claim(identity)
            self._refuse(Request(identity, "", {}, ""), "It is not a command")
        elif not request.is_signed_with(self._token):
            self._mailbox.claim(identity)
            logger.warning(
                "control: %s with a wrong token was refused", commands.short(request.command)
            )
            self._refuse(request, "The token is wrong")
        elif len(self._waiting) >= MAX_WAITING:
            self._mailbox.claim(identity)
            self._refuse(request, f"{MAX_WAITING} commands wait already")
        else:
            self._accept(request)

    def _accept(self, request: Request) -> None:
        try:
            arguments = commands.checked(request.command, request.arguments)
        except commands.CommandError as error:
            self._mailbox.claim(request.id)
            self._refuse(request, str(error))
            return
        self._waiting.append(Request(request.id, request.command, arguments, ""))
        self.arrived.set()

    def _refuse(self, request: Request, why: str) -> None:
        short = Request(request.id, request.command[:80], {}, "")
        self.answer(short, REFUSED, why)

    def _full_state(self) -> dict[str, Any]:
        self._beat += 1
        self._written_at = time.monotonic()
        return {"beat": self._beat, "time": time.time(), **self._state()}

    def _forget_old(self, identity: str, looked: bool) -> None:
        self._answered.append(identity)
        if looked:
            self._looks.append(identity)
        while len(self._looks) > MAX_LOOKS:
            self._mailbox.forget(self._looks.popleft(), look_only=True)
        while len(self._answered) > MAX_ANSWERS:
            self._mailbox.forget(self._answered.popleft())

    def _fail(self, error: OSError) -> None:
        logger.debug("the control channel failed", exc_info=error)
        self.failure = self.failure or error
        self.arrived.set()


class FitWatch:
    """Tells whether the `fit` that is under way on this thread still is, from another thread.

    By the frame of the innermost `fit`: holding it would keep all that it holds alive, so it is known
    by its identity and its code.
    """

    def __init__(self):
        self._thread = threading.get_ident()
        self._frame: tuple[int, Any] | None = None
        frame = sys._getframe()
        while frame is not None:
            if frame.f_code.co_name == "fit":
                self._frame = id(frame), frame.f_code
                break
            frame = frame.f_back

    def is_alive(self) -> bool:
        """Whether it is; True where there never was one (a loop of the user's own)."""
        if self._frame is None:
            return True
        frame = sys._current_frames().get(self._thread)
        while frame is not None:
            if (id(frame), frame.f_code) == self._frame:
                return True
            frame = frame.f_back
        return False
