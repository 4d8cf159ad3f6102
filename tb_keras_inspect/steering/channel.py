"""The files through which commands reach a training, and answers come back.

In `<run>/keras_inspect_control/`: `token` (readable by its owner alone), `state.json` (written by the
training every two seconds), `commands/<id>.json`, `answers/<id>.json` and, of what was looked at,
`answers/<id>.bin`. Each file is put there in one move, and ids are each sender's own, so that several
senders cannot tear one another.
"""

import contextlib
import dataclasses
import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Mapping
from typing import Any

from tb_keras_inspect.files.locations import (
    below,
    is_remote,
    made,
    opened,
)
from tb_keras_inspect.files.remote_directory import RemoteDirectory
from tb_keras_inspect.files.safe_directory import Directory, UnsafeError

FOLDER = "keras_inspect_control"
TOKEN, STATE, COMMANDS, ANSWERS = "token", "state.json", "commands", "answers"
MAX_COMMAND_BYTES = 64 << 10
MAX_STATE_BYTES = 1 << 20
MAX_ANSWER_BYTES = 256 << 10
MAX_LOOK_BYTES = 16 << 20
VERSION = 1
_ID = re.compile(r"[0-9]{19}-[0-9a-f]{16}")


class NotSteerableError(RuntimeError):
    """There is no training here that takes commands; the text says why."""


def new_id() -> str:
    """An id of a command; ids sort by the time they were made."""
    return f"{time.time_ns():019d}-{secrets.token_hex(8)}"


def is_id(text: Any) -> bool:
    """Whether it can be the id of a command."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def new_token() -> str:
    """A token that cannot be guessed: 160 random bits."""
    return secrets.token_hex(20)


def signature(token: str, identity: str, command: str, arguments: Mapping[str, Any]) -> str:
    """What shows that a command's sender has the token, without telling it to who reads the file."""
    content = json.dumps([identity, command, arguments], sort_keys=True, allow_nan=False)
    key = token.encode("utf-8", "replace")
    return hmac.new(key, content.encode(), hashlib.sha256).hexdigest()


def same(left: str, right: str) -> bool:
    """Whether two secrets are the same, in a time that tells nothing of them."""
    return hmac.compare_digest(left.encode("utf-8", "replace"), right.encode("utf-8", "replace"))


@dataclasses.dataclass(frozen=True)
class Request:
    """A command as it was sent.

    Attributes:
        id: Its own.
        command: Its name.
        arguments: By name; as sent, not checked.
        signature: See `signature`.
    """

    id: str
    command: str
    arguments: dict[str, Any]
    signature: str

    def is_signed_with(self, token: str) -> bool:
        """Whether its sender has the token."""
        try:
            expected = signature(token, self.id, self.command, self.arguments)
        except ValueError:  # a NaN
            return False
        return same(expected, self.signature)


class Channel:
    """The control files of one run, from either end.

    Args:
        run_directory: The run's directory.
    """

    def __init__(self, run_directory: str):
        self.path = below(run_directory, FOLDER)
        kind = RemoteDirectory if is_remote(run_directory) else Directory
        self.wait_seconds = kind.min_poll_seconds  # between looks for an answer

    # The sender's end.

    def state(self) -> dict[str, Any]:
        """What the training last said of itself.

        Raises:
            NotSteerableError: when it says nothing.
        """
        try:
            with opened(self.path) as directory:
                state = _object(directory.read(STATE, MAX_STATE_BYTES))
        except FileNotFoundError:
            raise NotSteerableError(
                "This run takes no commands: it was not started with "
                "`InspectCallback(..., control=True)`"
            ) from None
        except OSError as error:
            raise NotSteerableError(f"Its control files cannot be read: {error}") from error
        if state is None or state.get("version") != VERSION:
            raise NotSteerableError("Its control files are of another version, or damaged")
        return state

    def token(self) -> str | None:
        """The token, where this process may read it."""
        try:
            with opened(self.path) as directory:
                return directory.read(TOKEN, 1000).decode("ascii", "replace").strip() or None
        except OSError:
            return None

    def send(self, token: str, identity: str, command: str, arguments: Mapping[str, Any]) -> None:
        """Sends a command; sending one again that has been sent does nothing.

        Raises:
            OSError: when the directory cannot be written.
        """
        signed = signature(token, identity, command, arguments)
        content = {"id": identity, "command": command, "arguments": arguments}
        data = json.dumps(content | {"signature": signed}, allow_nan=False).encode()
        if len(data) > MAX_COMMAND_BYTES:
            raise ValueError(f"A command has at most {MAX_COMMAND_BYTES} bytes")
        with opened(self.path) as directory, opened(COMMANDS, directory) as commands:
            if self.answer(identity) is None:
                commands.write(_file(identity), data, keep=True)

    def answer(self, identity: str) -> dict[str, Any] | None:
        """The training's answer, None while there is none."""
        try:
            return _object(self._read_answer(_file(identity), MAX_ANSWER_BYTES))
        except OSError:
            return None

    def look(self, identity: str) -> bytes | None:
        """What was looked at, a container; None where nothing was."""
        try:
            return self._read_answer(_file(identity, "bin"), MAX_LOOK_BYTES)
        except OSError:
            return None

    def withdraw(self, identity: str) -> bool:
        """Takes a command back that the training has not begun; whether that succeeded."""
        try:
            with opened(self.path) as directory, opened(COMMANDS, directory) as commands:
                return commands.remove(_file(identity))
        except OSError:
            return False

    def _read_answer(self, name: str, limit: int) -> bytes:
        with opened(self.path) as directory, opened(ANSWERS, directory) as answers:
            return answers.read(name, limit)


class Mailbox:
    """The training's end: made when a fit begins, and cleared of what is there from earlier ones.

    Args:
        run_directory: The run's directory, which exists.
        token: The fit's token.

    Raises:
        OSError: when it cannot be made.
    """

    def __init__(self, run_directory: str, token: str):
        self.path = below(run_directory, FOLDER)
        self._folder = made(self.path)
        self._commands = made(COMMANDS, self._folder)
        self._answers = made(ANSWERS, self._folder)
        self.min_poll_seconds = self._folder.min_poll_seconds
        for directory in (self._commands, self._answers):
            for name in directory.names():
                directory.remove(name)
        self._folder.remove(TOKEN)  # its permissions may be others
        self._folder.write(TOKEN, f"{token}\n".encode(), mode=0o600)

    def write_state(self, state: Mapping[str, Any]) -> None:
        """Says how the training is."""
        self._folder.write(STATE, json.dumps({"version": VERSION, **state}).encode())

    def waiting(self) -> list[str]:
        """Ids of the commands that are there, the oldest first; what is no command is removed."""
        ids = []
        for name in sorted(self._commands.names()):
            identity = name.removesuffix(".json")
            if is_id(identity) and name == _file(identity):
                ids.append(identity)
            elif not name.startswith("."):  # one that is being written
                self._commands.remove(name)
        return ids

    def read(self, identity: str) -> Request | None:
        """A command, None where it is none."""
        with contextlib.suppress(OSError):
            return _request(identity, self._commands.read(_file(identity), MAX_COMMAND_BYTES))
        return None

    def claim(self, identity: str) -> bool:
        """Takes a command out; False where its sender has taken it back."""
        return self._commands.remove(_file(identity))

    def answer(self, answer: Mapping[str, Any], look: bytes | None = None) -> None:
        """Answers a command; what was looked at first, so that it is there with the answer."""
        if look is not None:
            if len(look) > MAX_LOOK_BYTES:
                raise ValueError(f"{len(look)} bytes are more than {MAX_LOOK_BYTES}")
            self._answers.write(_file(answer["id"], "bin"), look, mode=0o600)
        self._answers.write(_file(answer["id"]), json.dumps(answer).encode())

    def forget(self, identity: str, look_only: bool = False) -> None:
        """Removes an answer, or what was looked at alone."""
        self._answers.remove(_file(identity, "bin"))
        if not look_only:
            self._answers.remove(_file(identity))

    def close(self) -> None:
        """Removes the token and what is waiting."""
        self._folder.remove(TOKEN)
        for name in self._commands.names():
            self._commands.remove(name)
        for directory in (self._commands, self._answers, self._folder):
            directory.close()


def _file(identity: str, extension: str = "json") -> str:
    if not is_id(identity):
        raise UnsafeError(f"{identity[:40]!r} is no id of a command")
    return f"{identity}.{extension}"


def _object(data: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(data, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _request(identity: str, data: bytes) -> Request | None:
    found = _object(data) or {}
    command, arguments = found.get("command"), found.get("arguments")
    signed = found.get("signature")
    if found.get("id") != identity or not isinstance(command, str):
        return None
    if not isinstance(arguments, dict) or not isinstance(signed, str):
        return None
    return Request(identity, command, arguments, signed)
