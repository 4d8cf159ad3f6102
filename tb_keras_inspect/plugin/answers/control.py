"""Steering: finds the control files of a run, passes commands on and answers back.

Reads the directory of the run itself, not through TensorBoard's data provider. Steering works if
TensorBoard and the training process see the same directory.
"""

import dataclasses
import os
import threading
import time
from typing import Any

from tb_keras_inspect import records
from tb_keras_inspect.catalog import commands
from tb_keras_inspect.files.locations import below, is_remote
from tb_keras_inspect.plugin.answers.maps import probe_payload, stack_payload
from tb_keras_inspect.plugin.errors import BadRequestError, ForbiddenError, HttpError, NotFoundError
from tb_keras_inspect.plugin.params import Params
from tb_keras_inspect.plugin.payload import Payload, as_json
from tb_keras_inspect.steering import channel
from tb_keras_inspect.steering.exchange import silence
from tb_keras_inspect.steering.liveness import Liveness
from tb_keras_inspect.steering.messages import is_id, parse_object, secrets_equal
from tb_keras_inspect.store.run import RunData

ANSWER_SECONDS = 2.0  # how long a request waits for the answer of the training process
DISABLED = "Steering is off: start TensorBoard with --keras_inspect_control"


class ConflictError(HttpError):
    """The training process accepts no commands now."""

    code = 409


def controls_impl(run: RunData, params: Params) -> Payload:
    """The commands given while the run trained."""
    entries = [
        dataclasses.asdict(entry) | {"given_up": [entry.given_up.start, entry.given_up.stop]}
        for entry in run.controls
    ]
    return as_json({"run": run.name, "entries": entries})


class Steering:
    """The runs of one logdir that accept commands. Thread-safe.

    Args:
        logdir: The logdir given to TensorBoard; empty if there are several.
        enabled: Whether TensorBoard was started with `--keras_inspect_control`.
    """

    def __init__(self, logdir: str, enabled: bool):
        self._logdir, self.enabled = logdir or "", enabled
        self._lock = threading.Lock()
        self._lives: dict[str, Liveness] = {}

    def state(self, run: str) -> Payload:
        """The state that the training process reports. `alive` is null if not known yet."""
        state: dict[str, Any] | None = None
        why = "" if self.enabled else DISABLED
        alive: bool | None = False
        try:
            state = self._channel(run).state()
            alive = self._alive(run, state)
            if alive is False and state.get("status") != channel.ENDED:
                why = why or silence(state)
            del state["version"], state["challenge"]  # for those who send commands
        except (channel.NotSteerableError, HttpError) as error:
            why = why or str(error)
        return as_json(
            {"run": run, "enabled": self.enabled, "alive": alive, "why": why, "state": state}
        )

    def send(self, run: str, token: str, body: bytes) -> Payload:
        """Passes a command on and waits briefly for the answer.

        Raises:
            HttpError: if it cannot be passed on.
        """
        identity, command, arguments = _command(body)
        end = self._checked(run, token)
        if end.answer(identity) is None:
            self._check_alive(run, end)
            try:
                end.send(token, identity, command, arguments)
            except OSError as error:
                raise ConflictError(f"The command cannot be passed on: {error}") from error
        return self._answer(run, end, identity, ANSWER_SECONDS)

    def answer(self, run: str, token: str, identity: str) -> Payload:
        """The answer to a command, if there is one yet."""
        return self._answer(run, self._checked(run, token), _id(identity), 0.0)

    def withdraw(self, run: str, token: str, identity: str) -> Payload:
        """Withdraws a waiting command."""
        end, identity = self._checked(run, token), _id(identity)
        # Only the sender knows the id of a command; it cannot be guessed.
        return as_json({"id": identity, "withdrawn": end.withdraw(identity)})

    def look(self, run: str, token: str, identity: str) -> Payload:
        """The result of an inspection: the container of `probe` or of `maps`."""
        end, identity = self._checked(run, token), _id(identity)
        answer, data = end.answer(identity), end.picture(identity)
        if answer is None or data is None:
            raise NotFoundError("There is no such picture, or it is gone")
        detail = answer.get("detail")
        if isinstance(detail, dict) and detail.get("form") == "probe":
            return probe_payload(run, records.decode_probe(data))
        return stack_payload(
            {"run": run, "step": None, "requested_step": None}, records.decode_map(data)
        )

    def _answer(self, run: str, end: channel.Channel, identity: str, seconds: float) -> Payload:
        until = time.monotonic() + seconds
        while (answer := end.answer(identity)) is None and time.monotonic() < until:
            time.sleep(end.poll_seconds)
        if answer is None:
            state = end.state()
            gone = state.get("status") == channel.ENDED or self._alive(run, state) is False
            if gone and end.withdraw(identity):
                answer = {
                    "id": identity,
                    "outcome": "refused",
                    "why": "The training process is gone",
                }
        return as_json(answer or {"id": identity, "outcome": "waiting"})

    def _checked(self, run: str, token: str) -> channel.Channel:
        """The channel, for clients with the token."""
        if not self.enabled:
            raise ForbiddenError(DISABLED)
        end = self._channel(run)
        expected = end.token()
        # If this process cannot read the token, only the training process checks it.
        if expected is not None and not secrets_equal(expected, token):
            raise ForbiddenError("The token is wrong")
        return end

    def _check_alive(self, run: str, end: channel.Channel) -> None:
        while True:
            try:
                state = end.state()
            except channel.NotSteerableError as error:
                raise ConflictError(str(error)) from error
            if state.get("status") == channel.ENDED:
                raise ConflictError("Training has ended: no commands are accepted")
            alive = self._alive(run, state)
            if alive:
                return
            if alive is False:
                raise ConflictError(silence(state))
            time.sleep(end.poll_seconds)

    def _alive(self, run: str, state: dict[str, Any]) -> bool | None:
        if state.get("status") == channel.ENDED:
            return False
        with self._lock:
            return self._lives.setdefault(run, Liveness()).update(state)

    def _channel(self, run: str) -> channel.Channel:
        if not self._logdir:
            raise ConflictError(
                "Steering needs a single directory: start TensorBoard with --logdir"
            )
        if is_remote(self._logdir):
            return channel.Channel(_remote_run(self._logdir, run))
        root = os.path.realpath(self._logdir)
        path = os.path.realpath(os.path.join(root, run))
        # A link out of the logdir could redirect commands anywhere.
        if os.path.commonpath([root, path]) != root:
            raise ForbiddenError("The run is outside the logdir, behind a link")
        return channel.Channel(path)


def _remote_run(logdir: str, run: str) -> str:
    """The URL of the run. No name leads out of the logdir."""
    if run == ".":
        return logdir
    parts = run.split("/")
    if "\\" in run or not all(parts) or {".", ".."} & set(parts):
        raise ForbiddenError("The name of the run leads out of the logdir")
    return below(logdir, *parts)


def _id(identity: str) -> str:
    if not is_id(identity):
        raise BadRequestError(f"This is not the id of a command: {identity[:80]!r}")
    return identity


def _command(body: bytes) -> tuple[str, str, dict[str, Any]]:
    found = parse_object(body)
    if found is None or set(found) - {"id", "command", "arguments"}:
        raise BadRequestError(
            'The body must be {"id": ..., "command": ..., "arguments": {...}} in JSON. '
            f"Received: {body[:80]!r}"
        )
    try:
        arguments = commands.checked(found.get("command"), found.get("arguments", {}))
    except commands.CommandError as error:
        raise BadRequestError(str(error)) from error
    identity = found.get("id")
    if not isinstance(identity, str):
        raise BadRequestError("The body needs an 'id' of the command")
    return _id(identity), found["command"], arguments
