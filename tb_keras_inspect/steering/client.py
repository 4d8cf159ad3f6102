"""Steering a running training from Python: `tb_keras_inspect.connect("logs/a").pause()`."""

import dataclasses
import os
import time
from collections.abc import Iterable
from typing import Any

from tb_keras_inspect import records
from tb_keras_inspect.catalog import commands
from tb_keras_inspect.steering.channel import Channel, NotSteerableError, new_id
from tb_keras_inspect.steering.liveness import Liveness


class RefusedError(RuntimeError):
    """The training has refused a command; the text says why."""


@dataclasses.dataclass(frozen=True)
class Done:
    """A command that was carried out.

    Attributes:
        command: Its name.
        step: The step that was about to run.
        old, new: What was changed, before and after, in words.
        detail: More.
    """

    command: str
    step: int
    old: str
    new: str
    detail: dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Batch:
    """The batch that a paused training is about to train on.

    Attributes:
        inputs: Pictures of the samples shown, one for each input of the model.
        labels: float32[S, L] of the samples shown, None where they are not numbers.
        samples: S numbers of samples in the batch: those of largest loss, the largest first.
        losses: The loss of each sample of the batch; None where they cannot be computed.
        why_no_losses: Why not.
        batch_size: Number of samples in the batch.
    """

    inputs: tuple[records.DecodedMap, ...]
    labels: Any
    samples: list[int]
    losses: list[float] | None
    why_no_losses: str
    batch_size: int


@dataclasses.dataclass(frozen=True)
class Picture:
    """A layer's output, or a gradient.

    Attributes:
        map: As activation maps and weights are recorded; `map.values` are float32[S, C, H, W].
        detail: More: of a gradient `l2`, `mean`, `max_abs`, `nonfinite_count`; of an output `samples`.
    """

    map: records.DecodedMap
    detail: dict[str, Any]


class Control:
    """Steers the training that runs in one directory. Made by `connect`.

    Each command waits for its answer, which comes before the training's next step.

    Args:
        channel: The run's control files.
        token: The training's token.
        timeout: Seconds to wait for an answer; a command that has none by then is taken back.
    """

    def __init__(self, channel: Channel, token: str, timeout: float = 60.0):
        self._channel, self._token, self.timeout = channel, token, timeout

    @property
    def state(self) -> dict[str, Any]:
        """What the training last said of itself: `status`, `step`, `learning_rate` and more."""
        return self._channel.state()

    def pause(self) -> Done:
        """Pauses before the next step."""
        return self.command("pause")

    def resume(self, retry: bool = False) -> Done:
        """Goes on. A step that a breakpoint has taken back is skipped, or with `retry` done again."""
        return self.command("resume", retry=retry)

    def step(self, count: int = 1) -> Done:
        """Runs some steps, then pauses. Returns at once: `wait_until_paused` waits for it."""
        return self.command("step", count=count)

    def run_to_epoch_end(self) -> Done:
        """Runs on, and pauses before the first step of the next epoch."""
        return self.command("run_to_epoch_end")

    def stop(self) -> Done:
        """Ends the training after the next step, as `model.stop_training` does."""
        return self.command("stop")

    def wait_until_paused(self, timeout: float | None = None) -> dict[str, Any]:
        """Waits until the training is paused; returns its state.

        Raises:
            TimeoutError: when it is not in the given number of seconds.
            NotSteerableError: when the training ends before.
        """
        end = None if timeout is None else time.monotonic() + timeout
        liveness = Liveness()
        while True:
            state = self.state
            if state["status"] == "paused":
                return state
            if state["status"] == "ended":
                raise NotSteerableError("The training has ended")
            if liveness.saw(state) is False:
                raise NotSteerableError(_silent(state))
            if end is not None and time.monotonic() >= end:
                raise TimeoutError(f"The training is not paused after {timeout:g} s")
            time.sleep(self._channel.wait_seconds)

    def sample_now(self) -> Done:
        """Records the next step."""
        return self.command("sample_now")

    def snapshot_now(self) -> Done:
        """Records what the probe samples look like inside the model now."""
        return self.command("snapshot_now")

    def set_sampling_interval(self, every: int | str) -> Done:
        """Records every n-th step from now on, or as often as "auto" does."""
        return self.command("set_sampling_interval", every=every)

    def set_learning_rate(self, value: float) -> Done:
        """Sets the learning rate; a schedule is overridden until `use_schedule`."""
        return self.command("set_learning_rate", value=value)

    def scale_learning_rate(self, factor: float) -> Done:
        """Multiplies the learning rate."""
        return self.command("scale_learning_rate", factor=factor)

    def use_schedule(self) -> Done:
        """Ends the override of a schedule."""
        return self.command("use_schedule")

    def set_clipping(self, kind: str, value: float | None = None) -> Done:
        """Limits gradients: "clipnorm", "global_clipnorm" or "clipvalue" and a value, or "off"."""
        return self.command("set_clipping", kind=kind, value=value)

    def freeze(self, layers: str | Iterable[str]) -> Done:
        """Has the optimizer leave out the weights of layers."""
        return self.command("freeze", layers=_as_list(layers))

    def unfreeze(self, layers: str | Iterable[str]) -> Done:
        """Has it take them again."""
        return self.command("unfreeze", layers=_as_list(layers))

    def save_checkpoint(self) -> Done:
        """Saves the model; `detail["file"]` is where, in the run's directory."""
        return self.command("save_checkpoint")

    def break_on_finding(self, problem: str) -> Done:
        """Pauses when the diagnosis finds a problem; once."""
        return self.command("break_on_finding", problem=problem)

    def break_on_statistic(
        self, table: str, name: str, statistic: str, side: str, value: float
    ) -> Done:
        """Pauses when a recorded number is "above" or "below" a value; once.

        It is seen when the sample has been written, some steps later where steps are fast.
        """
        return self.command(
            "break_on_statistic",
            table=table,
            name=name,
            statistic=statistic,
            side=side,
            value=value,
        )

    def break_at_step(self, step: int) -> Done:
        """Pauses before a step."""
        return self.command("break_at_step", step=step)

    def break_on_nonfinite(self) -> Done:
        """Pauses at each step with a NaN or an infinity, which is taken back: see docs/control.md."""
        return self.command("break_on_nonfinite")

    def remove_breakpoint(self, number: int) -> Done:
        """Removes a breakpoint; `state["breakpoints"]` has the numbers."""
        return self.command("remove_breakpoint", breakpoint=number)

    def batch(self) -> Batch:
        """The batch that is in, while the training is paused."""
        answer, picture = self._look("look_at_batch")
        probe, detail = records.decode_probe(picture), answer["detail"]
        losses = detail["losses"]
        return Batch(
            probe.inputs,
            probe.labels,
            detail["samples"],
            None if losses is None else [float(value) for value in losses],
            detail["why_no_losses"],
            detail["batch_size"],
        )

    def activations(self, layer: str) -> Picture:
        """A layer's output for the batch that is in, while the training is paused."""
        return self._picture("look_at_activations", layer=layer)

    def gradient(self, variable: str) -> Picture:
        """The gradient of that batch's loss by a weight, while the training is paused."""
        return self._picture("look_at_gradient", variable=variable)

    def command(self, name: str, /, **arguments: Any) -> Done:
        """Sends a command and waits for its answer.

        Raises:
            CommandError: for a command or an argument that cannot be right.
            RefusedError: when the training refuses it, or another command overtakes it.
            NotSteerableError: when there is no training that takes commands.
            TimeoutError: when it has no answer in time; it will not be carried out then.
        """
        answer = self._ask(name, arguments)
        step = answer.get("step", -1)
        return Done(name, step, answer.get("old", ""), answer.get("new", ""), answer["detail"])

    def _picture(self, name: str, /, **arguments: Any) -> Picture:
        answer, picture = self._look(name, **arguments)
        detail = {key: _number(value) for key, value in answer["detail"].items()}
        return Picture(records.decode_map(picture), detail)

    def _look(self, name: str, /, **arguments: Any) -> tuple[dict[str, Any], bytes]:
        answer = self._ask(name, arguments)
        picture = self._channel.look(answer["id"])
        if picture is None:
            raise RefusedError("What was looked at is gone already")
        return answer, picture

    def _ask(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        arguments = commands.checked(name, arguments)
        self._check_alive()
        identity = new_id()
        self._channel.send(self._token, identity, name, arguments)
        answer = self._wait(identity)
        if answer["outcome"] != "done":
            raise RefusedError(f"{name} was {answer['outcome']}: {answer['why']}")
        return answer

    def _wait(self, identity: str) -> dict[str, Any]:
        end, liveness = time.monotonic() + self.timeout, Liveness()
        while (answer := self._channel.answer(identity)) is None:
            silent = liveness.saw(self._channel.state()) is False
            if silent or time.monotonic() >= end:
                if self._channel.withdraw(identity):
                    if silent:
                        raise NotSteerableError(_silent(self._channel.state()))
                    raise TimeoutError(
                        f"No answer in {self.timeout:g} s; the command is taken back"
                    )
                end = time.monotonic() + self.timeout  # it is being carried out
            time.sleep(self._channel.wait_seconds)
        return answer

    def _check_alive(self) -> None:
        liveness = Liveness()
        while True:
            state = self._channel.state()
            if state.get("status") == "ended":
                raise NotSteerableError("The training has ended: nothing takes commands")
            alive = liveness.saw(state)
            if alive:
                return
            if alive is False:
                raise NotSteerableError(_silent(state))
            time.sleep(self._channel.wait_seconds)


def connect(
    run_directory: str | os.PathLike[str], token: str | None = None, timeout: float = 60.0
) -> Control:
    """Steers a training that runs with `InspectCallback(run_directory, control=True)`.

    Args:
        run_directory: The run's directory.
        token: The training's token. Defaults to None: it is read from the directory, which only the
            user who trains may.
        timeout: Seconds to wait for each answer.

    Raises:
        NotSteerableError: when there is no such training, or its token cannot be read.

    Example:

    ```python
    import tb_keras_inspect

    training = tb_keras_inspect.connect("logs/a")
    training.pause()
    training.set_learning_rate(1e-4)
    training.resume()
    ```
    """
    channel = Channel(os.fspath(run_directory))
    state = channel.state()
    if state.get("status") == "ended":
        raise NotSteerableError("The training has ended: nothing takes commands")
    token = token or channel.token()
    if token is None:
        raise NotSteerableError(
            "The training's token cannot be read here: give it as `token`. It is on the console of "
            "the training"
        )
    return Control(channel, token, timeout)


def _silent(state: dict[str, Any]) -> str:
    step = state.get("step")
    return f"The training says nothing any more, since step {step}: its process is dead or stopped"


def _as_list(layers: str | Iterable[str]) -> list[str]:
    return [layers] if isinstance(layers, str) else list(layers)


def _number(value: Any) -> Any:
    return float(value) if value in ("NaN", "Infinity", "-Infinity") else value
