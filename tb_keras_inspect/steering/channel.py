"""The files that carry commands to a training run, and its answers back.

In `<run>/keras_inspect_control/`: `token` (readable by its owner alone), `state.json` (written by the
training process every two seconds), `commands/<id>.json`, `answers/<id>.json` and, for a command that
returns a picture, `answers/<id>.bin`. Each file appears in one step, and every sender makes ids of its
own, so that several senders cannot corrupt one another's files.
"""

import contextlib
import json
from collections.abc import Mapping
from typing import Any

from tb_keras_inspect.catalog.commands import short
from tb_keras_inspect.files.locations import below, is_remote, made, opened
from tb_keras_inspect.files.remote_directory import RemoteDirectory
from tb_keras_inspect.files.safe_directory import Directory, UnsafeError
from tb_keras_inspect.steering.messages import (
    VERSION,
    Request,
    is_id,
    parse_object,
    parse_request,
    sign,
)

FOLDER = "keras_inspect_control"
RUNNING, PAUSED, ENDED = "running", "paused", "ended"  # the `status` in the state
TOKEN, STATE, COMMANDS, ANSWERS = "token", "state.json", "commands", "answers"
MAX_COMMAND_BYTES = 64 << 10
MAX_STATE_BYTES = 1 << 20
MAX_ANSWER_BYTES = 256 << 10
MAX_PICTURE_BYTES = 16 << 20
MAX_LISTED = 10_000  # entries of `commands` that are looked at


class NotSteerableError(RuntimeError):
    """No training run here takes commands. The message says why."""


class Channel:
    """The control files of one run, for a sender of commands.

    Args:
        run_directory: The run's directory, a path or a URL.

    Attributes:
        poll_seconds: How long to wait before asking for an answer again.
    """

    def __init__(self, run_directory: str):
        self.path = below(run_directory, FOLDER)
        kind = RemoteDirectory if is_remote(run_directory) else Directory
        self.poll_seconds = kind.min_poll_seconds

    def state(self) -> dict[str, Any]:
        """Return the state that the training process last wrote.

        Raises:
            NotSteerableError: If there is none.
        """
        try:
            with opened(self.path) as directory:
                state = parse_object(directory.read(STATE, MAX_STATE_BYTES))
        except FileNotFoundError:
            raise NotSteerableError(
                "This run takes no commands: it was not started with "
                "`InspectCallback(..., control=True)`"
            ) from None
        except OSError as error:
            raise NotSteerableError(f"Cannot read the control files: {error}") from error
        if state is not None and state.get("version") != VERSION:
            raise NotSteerableError(
                f"The control files have version {short(state.get('version'))}, not {VERSION}: use the "
                "same version of tb-keras-inspect here as in the training program"
            )
        if state is None or not isinstance(state.get("challenge"), str):
            raise NotSteerableError("The control files are damaged: state.json is not as written")
        return state

    def token(self) -> str | None:
        """Return the run's token, or None if this process may not read it."""
        try:
            with opened(self.path) as directory:
                return directory.read(TOKEN, 1000).decode("ascii", "replace").strip() or None
        except OSError:
            return None

    def send(self, token: str, identity: str, command: str, arguments: Mapping[str, Any]) -> None:
        """Send a command. Sending the same id again has no effect.

        Raises:
            NotSteerableError: If no training run takes commands here.
            OSError: If the directory cannot be written.
            ValueError: If the command is too long.
        """
        challenge = self.state()["challenge"]
        signature = sign(token, challenge, identity, command, arguments)
        data = Request(identity, command, dict(arguments), challenge, signature).to_json()
        if len(data) > MAX_COMMAND_BYTES:
            raise ValueError(f"A command has at most {MAX_COMMAND_BYTES} bytes")
        with opened(self.path) as directory, directory.subdirectory(COMMANDS) as commands:
            if self.answer(identity) is None:
                commands.write(_file(identity), data, keep=True)

    def answer(self, identity: str) -> dict[str, Any] | None:
        """Return the answer to a command, or None while there is none.

        It has at least `outcome`, `why` and `detail`; what has not is no answer.
        """
        try:
            found = parse_object(self._read_answer(_file(identity), MAX_ANSWER_BYTES)) or {}
        except OSError:
            return None
        answer = {"why": "", "detail": {}, **found}
        types = {"id": str, "outcome": str, "why": str, "detail": dict}
        is_whole = all(isinstance(answer.get(key), type_) for key, type_ in types.items())
        return answer if is_whole and answer["id"] == identity else None

    def picture(self, identity: str) -> bytes | None:
        """Return the serialized record that came with an answer, or None if none did."""
        try:
            return self._read_answer(_file(identity, "bin"), MAX_PICTURE_BYTES)
        except OSError:
            return None

    def withdraw(self, identity: str) -> bool:
        """Take back a command that has not been started. Return whether that succeeded."""
        try:
            with opened(self.path) as directory, directory.subdirectory(COMMANDS) as commands:
                return commands.remove(_file(identity))
        except OSError:
            return False

    def _read_answer(self, name: str, limit: int) -> bytes:
        with opened(self.path) as directory, directory.subdirectory(ANSWERS) as answers:
            return answers.read(name, limit)


class TrainingChannel:
    """The control files of one run, for the training process.

    Created when a fit begins. Files that earlier fits left behind are deleted.

    Args:
        run_directory: The run's directory, which exists.
        token: The fit's token.

    Raises:
        OSError: If the files cannot be created.
    """

    def __init__(self, run_directory: str, token: str):
        self.path = below(run_directory, FOLDER)
        with contextlib.ExitStack() as opened_so_far:
            self._folder = opened_so_far.enter_context(made(self.path))
            self._commands, self._answers = (
                opened_so_far.enter_context(self._folder.subdirectory(name, create=True))
                for name in (COMMANDS, ANSWERS)
            )
            self.min_poll_seconds = self._folder.min_poll_seconds
            self._delete_leftovers()
            self._folder.write(TOKEN, f"{token}\n".encode(), mode=0o600)
            opened_so_far.pop_all()

    def _delete_leftovers(self) -> None:
        for directory in (self._commands, self._answers):
            for name in directory.names():
                directory.remove(name)
        for name in self._folder.names():
            if name in (TOKEN, STATE) or name.startswith("."):  # cut off while it was written
                self._folder.remove(name)

    def write_state(self, state: Mapping[str, Any]) -> None:
        """Write the state of the training run."""
        self._folder.write(STATE, json.dumps({"version": VERSION, **state}).encode())

    def pending(self) -> list[str]:
        """Return the ids of the commands that wait, oldest first. Other files are deleted.

        A directory that is full of other things is not searched to its end.
        """
        ids = []
        for name in self._commands.files(MAX_LISTED):
            identity = name.removesuffix(".json")
            if is_id(identity) and name == _file(identity):
                ids.append(identity)
            elif not name.startswith("."):  # a file that is still being written
                self._commands.remove(name)
        return ids

    def is_withdrawn(self, identity: str) -> bool:
        """Return whether a command's file is gone."""
        return not self._commands.has(_file(identity))

    def read(self, identity: str) -> Request | None:
        """Return a command, or None if its file holds none."""
        with contextlib.suppress(OSError):
            return parse_request(identity, self._commands.read(_file(identity), MAX_COMMAND_BYTES))
        return None

    def take(self, identity: str) -> bool:
        """Delete a command's file. Return False if its sender has withdrawn it."""
        return self._commands.remove(_file(identity))

    def answer(self, answer: Mapping[str, Any], picture: bytes | None = None) -> None:
        """Write the answer to a command, its picture first so that both are there together.

        Raises:
            OSError: If the files cannot be written.
            ValueError: If the picture is too large.
        """
        if picture is not None:
            if len(picture) > MAX_PICTURE_BYTES:
                raise ValueError(f"{len(picture)} bytes are more than {MAX_PICTURE_BYTES}")
            self._answers.write(_file(answer["id"], "bin"), picture, mode=0o600)
        self._answers.write(_file(answer["id"]), json.dumps(answer).encode())

    def delete_answer(self, identity: str, picture_only: bool = False) -> None:
        """Delete an answer, or only the picture that came with it."""
        self._answers.remove(_file(identity, "bin"))
        if not picture_only:
            self._answers.remove(_file(identity))

    def close(self) -> None:
        """Delete the token and the commands that wait."""
        try:
            self._folder.remove(TOKEN)
            for name in self._commands.names():
                self._commands.remove(name)
        finally:
            for directory in (self._commands, self._answers, self._folder):
                directory.close()


def _file(identity: str, extension: str = "json") -> str:
    if not is_id(identity):
        raise UnsafeError(f"{identity[:40]!r} is not the id of a command")
    return f"{identity}.{extension}"
