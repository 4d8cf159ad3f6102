"""What can be done to a training run: a method for each command."""

import time
from collections.abc import Iterable
from typing import Any

from tb_keras_inspect import records
from tb_keras_inspect.steering.channel import PAUSED, Channel, NotSteerableError
from tb_keras_inspect.steering.exchange import Exchange, check_running, silence
from tb_keras_inspect.steering.liveness import Liveness
from tb_keras_inspect.steering.results import Batch, Done, Picture
from tb_keras_inspect.steering.results import RefusedError as RefusedError


class Control:
    """Controls the training run in one directory. Created by `connect`.

    Each method waits for the answer of the training process, which comes before its next step. They
    raise as `command` does.

    Args:
        channel: The run's control files.
        token: The run's token.
        timeout: Seconds to wait for an answer. A command that has none by then is withdrawn.
            Defaults to 60.
    """

    def __init__(self, channel: Channel, token: str, timeout: float = 60.0):
        self._exchange = Exchange(channel, token, timeout)

    @property
    def timeout(self) -> float:
        """Seconds to wait for an answer."""
        return self._exchange.timeout

    @timeout.setter
    def timeout(self, seconds: float) -> None:
        self._exchange.timeout = seconds

    @property
    def state(self) -> dict[str, Any]:
        """The state that the training process last wrote: `status`, `step`, `learning_rate`, ..."""
        return self._exchange.state()

    def pause(self) -> Done:
        """Pause before the next step."""
        return self.command("pause")

    def resume(self, retry: bool = False) -> Done:
        """Resume training.

        Args:
            retry: Repeat the step that a breakpoint undid. Defaults to False: skip it.
        """
        return self.command("resume", retry=retry)

    def step(self, count: int = 1) -> Done:
        """Run some steps, then pause.

        Returns at once; call `wait_until_paused` to wait for the pause.

        Args:
            count: Number of steps. Defaults to 1.
        """
        return self.command("step", count=count)

    def run_to_epoch_end(self) -> Done:
        """Resume training, and pause before the first step of the next epoch."""
        return self.command("run_to_epoch_end")

    def stop(self) -> Done:
        """End training after the next step, as `model.stop_training = True` does."""
        return self.command("stop")

    def wait_until_paused(self, timeout: float | None = None) -> dict[str, Any]:
        """Wait until training is paused.

        Args:
            timeout: Seconds to wait. Defaults to None: without limit.

        Returns:
            The state, as `state` has it.

        Raises:
            TimeoutError: If training is not paused in time.
            NotSteerableError: If the training run ends first.
        """
        end = None if timeout is None else time.monotonic() + timeout
        liveness = Liveness()
        while True:
            state = self.state
            if state.get("status") == PAUSED:
                return state
            check_running(state)
            if liveness.update(state) is False:
                raise NotSteerableError(silence(state))
            if end is not None and time.monotonic() >= end:
                raise TimeoutError(f"Training is not paused after {timeout:g} s")
            self._exchange.pause()

    def skip_batch(self) -> Done:
        """Leave out the batch of the next step: no update, and the next batch instead."""
        return self.command("skip_batch")

    def rewind(self, count: int = 1) -> Done:
        """Give the model the state that it had before, and go on with the next batch.

        That of the newest snapshot that is at least `count` steps old; `detail["step"]` is the step
        before which it was taken. Needs `InspectCallback(recovery={"snapshot_every": n})`.

        Args:
            count: Number of steps. Defaults to 1.
        """
        return self.command("rewind", count=count)

    def sample_now(self) -> Done:
        """Record the next step."""
        return self.command("sample_now")

    def snapshot_now(self) -> Done:
        """Record now what the probe samples look like inside the model."""
        return self.command("snapshot_now")

    def set_sampling_interval(self, every: int | str) -> Done:
        """Change which steps are recorded.

        Args:
            every: Record every n-th step; `"auto"` chooses n, as `InspectCallback` does.
        """
        return self.command("set_sampling_interval", every=every)

    def set_learning_rate(self, value: float) -> Done:
        """Set the learning rate. It overrides a schedule until `use_schedule` is called."""
        return self.command("set_learning_rate", value=value)

    def scale_learning_rate(self, factor: float) -> Done:
        """Multiply the learning rate by a factor."""
        return self.command("scale_learning_rate", factor=factor)

    def use_schedule(self) -> Done:
        """Return to the learning rate schedule that `set_learning_rate` overrides."""
        return self.command("use_schedule")

    def set_clipping(self, kind: str, value: float | None = None) -> Done:
        """Change how gradients are clipped.

        Args:
            kind: `"clipnorm"`, `"global_clipnorm"` or `"clipvalue"`, as in a Keras optimizer, or
                `"off"`.
            value: The limit. Not needed for `"off"`.
        """
        return self.command("set_clipping", kind=kind, value=value)

    def freeze(self, layers: str | Iterable[str]) -> Done:
        """Stop updating the weights of some layers.

        Args:
            layers: Name of a layer, or several names.
        """
        return self.command("freeze", layers=_as_list(layers))

    def unfreeze(self, layers: str | Iterable[str]) -> Done:
        """Update the weights of frozen layers again."""
        return self.command("unfreeze", layers=_as_list(layers))

    def revive(self, layer: str) -> Done:
        """Give the dead units of a layer new weights, and set the weights that lead out of them to 0.

        Args:
            layer: Name of the layer, of a kind `Dense` or `Conv`.
        """
        return self.command("revive", layer=layer)

    def measure(self, what: str) -> Done:
        """Measure the next step, and record what is found with a sample after it.

        Args:
            what: `"critical_rate"` or `"gradient_noise"`.
        """
        return self.command("measure", what=what)

    def save_checkpoint(self) -> Done:
        """Save the model. `detail["file"]` is its path relative to the run's directory."""
        return self.command("save_checkpoint")

    def break_on_finding(self, problem: str) -> Done:
        """Pause once, when the diagnosis finds a problem.

        Args:
            problem: Name of the problem, such as `"dying_relu"`.
        """
        return self.command("break_on_finding", problem=problem)

    def break_on_statistic(
        self, table: str, name: str, statistic: str, side: str, value: float
    ) -> Done:
        """Pause once, when a recorded number crosses a value.

        Samples are checked in the background: when steps are fast, training pauses some steps later.

        Args:
            table: Table of the statistic, such as `"gradient"`.
            name: Row of the table: a weight or a layer.
            statistic: Column of the table, such as `"l2"`.
            side: `"above"` or `"below"`.
            value: The value to cross.
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
        """Pause once, before a step."""
        return self.command("break_at_step", step=step)

    def break_on_nonfinite(self) -> Done:
        """Pause at every step that produces a NaN or an infinity, and undo that step.

        See docs/control.md for what is checked and what it costs.
        """
        return self.command("break_on_nonfinite")

    def remove_breakpoint(self, number: int) -> Done:
        """Remove a breakpoint. `state["breakpoints"]` lists their numbers."""
        return self.command("remove_breakpoint", breakpoint=number)

    def batch(self) -> Batch:
        """Return the batch that a paused training run is about to train on."""
        answer, picture = self._exchange.ask_for_picture("look_at_batch", {})
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
        """Return a layer's output for the batch of a paused training run."""
        return self._picture("look_at_activations", layer=layer)

    def gradient(self, variable: str) -> Picture:
        """Return the gradient of that batch's loss with respect to a weight."""
        return self._picture("look_at_gradient", variable=variable)

    def command(self, name: str, /, **arguments: Any) -> Done:
        """Send a command by name and wait for its answer.

        Args:
            name: Name of the command.
            **arguments: Its arguments.

        Returns:
            What the command did.

        Raises:
            CommandError: If the command does not exist or an argument is invalid.
            RefusedError: If the training process refuses it, or a later command supersedes it.
            NotSteerableError: If no training run takes commands here.
            TimeoutError: If there is no answer in time. The command will not be carried out.
        """
        answer = self._exchange.ask(name, arguments)
        step = answer.get("step", -1)
        return Done(name, step, answer.get("old", ""), answer.get("new", ""), answer["detail"])

    def _picture(self, name: str, /, **arguments: Any) -> Picture:
        answer, picture = self._exchange.ask_for_picture(name, arguments)
        detail = {key: _number(value) for key, value in answer["detail"].items()}
        return Picture(records.decode_map(picture), detail)


def _as_list(layers: str | Iterable[str]) -> list[str]:
    return [layers] if isinstance(layers, str) else list(layers)


def _number(value: Any) -> Any:
    return float(value) if value in ("NaN", "Infinity", "-Infinity") else value
