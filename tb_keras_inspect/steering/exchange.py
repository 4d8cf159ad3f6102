"""Sends a command and waits for its answer."""

import time
from typing import Any

from tb_keras_inspect.catalog import commands
from tb_keras_inspect.catalog.commands import short
from tb_keras_inspect.steering.channel import ENDED, Channel, NotSteerableError
from tb_keras_inspect.steering.liveness import Liveness
from tb_keras_inspect.steering.messages import new_id
from tb_keras_inspect.steering.results import RefusedError


class Exchange:
    """Commands to one training run.

    Args:
        channel: The run's control files.
        token: The run's token.
        timeout: Seconds to wait for an answer.
    """

    def __init__(self, channel: Channel, token: str, timeout: float):
        self._channel, self._token, self.timeout = channel, token, timeout

    def state(self) -> dict[str, Any]:
        """Return the state that the training process last wrote."""
        return self._channel.state()

    def ask(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Send a command and return its answer. Raises as `Control.command` does."""
        identity = self.send(name, arguments)
        answer = self.wait_for_answer(identity)
        if answer["outcome"] != "done":
            raise RefusedError(f"{name} was {answer['outcome']}: {answer['why']}")
        return answer

    def send(self, name: str, arguments: dict[str, Any]) -> str:
        """Send a command and return its id."""
        arguments = commands.checked(name, arguments)
        self.check_alive()
        identity = new_id()
        self._channel.send(self._token, identity, name, arguments)
        return identity

    def ask_for_picture(self, name: str, arguments: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Send a command that returns a picture; return its answer and the serialized record."""
        answer = self.ask(name, arguments)
        picture = self._channel.picture(answer["id"])
        if picture is None:
            raise RefusedError("The picture has been deleted: newer ones have been asked for")
        return answer, picture

    def wait_for_answer(self, identity: str) -> dict[str, Any]:
        """Wait for the answer to a command that was sent.

        Raises:
            NotSteerableError: If the training process dies or ends meanwhile.
            TimeoutError: If there is no answer in time. The command is withdrawn.
        """
        end, liveness = time.monotonic() + self.timeout, Liveness()
        while (answer := self._channel.answer(identity)) is None:
            state = self.state()
            has_ended = state.get("status") == ENDED
            is_silent = liveness.update(state) is False
            is_late = time.monotonic() >= end
            if has_ended or is_silent or is_late:
                withdrawn = self._channel.withdraw(identity)
                if (answer := self._channel.answer(identity)) is not None:
                    break
                if has_ended:
                    check_running(state)
                if is_silent and (withdrawn or is_late):
                    raise NotSteerableError(silence(state))
                if withdrawn:
                    raise TimeoutError(
                        f"No answer in {self.timeout:g} s; the command was withdrawn"
                    )
                if is_late:
                    end = time.monotonic() + self.timeout  # it is being carried out
            self.pause()
        return answer

    def pause(self) -> None:
        """Sleep until it makes sense to read the files again."""
        time.sleep(self._channel.poll_seconds)

    def check_alive(self) -> None:
        """Check that the training process responds, which may take some seconds.

        Raises:
            NotSteerableError: If it has ended or is silent, or takes no commands.
        """
        liveness = Liveness()
        while True:
            state = self.state()
            check_running(state)
            alive = liveness.update(state)
            if alive:
                return
            if alive is False:
                raise NotSteerableError(silence(state))
            self.pause()


def check_running(state: dict[str, Any]) -> None:
    """Raise NotSteerableError if a training run has ended."""
    if state.get("status") == ENDED:
        raise NotSteerableError("The training run has ended and takes no more commands")


def silence(state: dict[str, Any]) -> str:
    """Return a message that a training process has stopped writing its state."""
    step = short(state.get("step"))
    return (
        f"The training process has not responded since step {step}: it was killed, or is suspended. "
        "If it was killed, its `token` and `state.json` are left over; the next fit there deletes them"
    )
