"""Carries out commands."""

import dataclasses
from collections.abc import Callable
from typing import Any

from tb_keras_inspect.catalog.commands import CommandError
from tb_keras_inspect.frameworks.execution import Execution
from tb_keras_inspect.training.recorder import SNAPSHOT
from tb_keras_inspect.training.steering import batch_inspection, breakpoints, live_settings
from tb_keras_inspect.training.steering.checkpoint import save_checkpoint
from tb_keras_inspect.training.steering.dead_units import revive_dead
from tb_keras_inspect.training.steering.fit import SteeredFit
from tb_keras_inspect.training.steering.pause_state import PauseState


@dataclasses.dataclass(frozen=True)
class Result:
    """What a command did.

    Attributes:
        old: The setting before the command, as text. Empty if it changed none.
        new: The setting after the command, as text.
        detail: Further results that JSON can represent.
        picture: A serialized record for the client, or None.
        given_up: Steps that were given up, as training returned to a state before them.
    """

    old: str = ""
    new: str = ""
    detail: dict[str, Any] = dataclasses.field(default_factory=dict)
    picture: bytes | None = None
    given_up: range = range(0)


@dataclasses.dataclass(frozen=True)
class NextStep:
    """The step that is about to run.

    Attributes:
        step: Its number in the run.
        epoch: Its epoch, from 0.
        execution: The call of the train function that will run it.
        last_step: The last step of that call.
    """

    step: int
    epoch: int
    execution: Execution
    last_step: int


class Actions:
    """The commands of one fit: command `name` is the method `_name`.

    All run on the training thread, where the model's variables can be read and assigned.

    Args:
        fit: The fit.
        pause_state: Whether training is paused.
        points: The breakpoints.
        settings: The settings that can be changed.

    Attributes:
        wants_sample: Whether the step that is about to run is to be recorded.
        wants_skip: Whether it is to be left out.
    """

    def __init__(
        self,
        fit: SteeredFit,
        pause_state: PauseState,
        points: breakpoints.Breakpoints,
        settings: live_settings.LiveSettings,
    ):
        self._fit = fit
        self._pause_state, self._breakpoints, self._settings = pause_state, points, settings
        self.wants_sample = self.wants_skip = False

    def perform(self, command: str, arguments: dict[str, Any], at: NextStep) -> Result:
        """Carry out a command.

        Args:
            command: Its name.
            arguments: Its arguments, checked.
            at: The step that is about to run.

        Raises:
            CommandError: If the command cannot be carried out. Nothing has changed then.
        """
        method: Callable[..., Result] = getattr(self, f"_{command}")
        return method(at, **arguments)

    # Running and pausing.

    def _pause(self, at: NextStep) -> Result:
        self._pause_state.pause("a command")
        return Result(new="paused")

    def _resume(self, at: NextStep, retry: bool) -> Result:
        if retry and not self._pause_state.can_retry:
            raise CommandError("No step was undone that could be repeated")
        self._pause_state.resume(retry)
        return Result(new="running")

    def _step(self, at: NextStep, count: int) -> Result:
        # `steps_per_execution` steps run together.
        end = max(at.step + count, at.last_step + 1)
        self._pause_state.run_until(step=end)
        return Result(new=f"running until step {end}", detail={"until_step": end})

    def _run_to_epoch_end(self, at: NextStep) -> Result:
        self._pause_state.run_until(epoch=at.epoch + 1)
        return Result(new=f"running until the end of epoch {at.epoch}")

    def _stop(self, at: NextStep) -> Result:
        self._fit.model.stop_training = True
        self._pause_state.resume()
        return Result(new=f"ends after step {at.last_step}")

    def _skip_batch(self, at: NextStep) -> Result:
        _batch(at)  # taken from the data
        self.wants_skip = True
        self._pause_state.can_retry = False
        return Result(new=f"step {at.step} is left out")

    def _rewind(self, at: NextStep, count: int) -> Result:
        step = self._fit.rewind(at.step, count)
        self.wants_sample = True
        new, given_up = f"the state before step {step}", range(step, at.step)
        return Result(f"step {at.step}", new, {"step": step}, given_up=given_up)

    # Recording.

    def _sample_now(self, at: NextStep) -> Result:
        self.wants_sample = True
        return Result(detail={"step": at.last_step})

    def _measure(self, at: NextStep, what: str) -> Result:
        self._fit.measure(what)
        return Result(new=f"{what} is measured at the next step")

    def _snapshot_now(self, at: NextStep) -> Result:
        taken_of = self._fit.recorder.taken_of
        before = taken_of[SNAPSHOT]
        self._fit.session.snapshot(at.step)
        if taken_of[SNAPSHOT] == before:
            raise CommandError(
                "There are no probe samples yet: they are taken from the first batch that is sampled, "
                "unless pictures are switched off or have failed"
            )
        return Result(detail={"step": at.step})

    def _set_sampling_interval(self, at: NextStep, every: int | str) -> Result:
        old = self._fit.schedule.change(every)
        return Result(str(old), str(every))

    # Settings.

    def _set_learning_rate(self, at: NextStep, value: float) -> Result:
        old, old_source = self._settings.learning_rate()
        self._settings.set_learning_rate(value)
        self.wants_sample = True  # so that the effect is recorded from the first step on
        new, source = self._settings.learning_rate()
        before = f"{old:g} (schedule)" if old_source == live_settings.SCHEDULE else f"{old:g}"
        after = (
            f"{new:g} (overrides the schedule)" if source == live_settings.OVERRIDE else f"{new:g}"
        )
        return Result(before, after, {"learning_rate": new, "source": source})

    def _scale_learning_rate(self, at: NextStep, factor: float) -> Result:
        value = self._settings.learning_rate()[0] * factor
        if not 0 <= value < float("inf"):
            raise CommandError(f"The learning rate would be {value:g}")
        return self._set_learning_rate(at, value)

    def _use_schedule(self, at: NextStep) -> Result:
        old = self._settings.learning_rate()[0]
        self._settings.use_schedule()
        self.wants_sample = True
        new, source = self._settings.learning_rate()
        detail = {"learning_rate": new, "source": source}
        return Result(f"{old:g}", f"{new:g} (schedule)", detail)

    def _set_clipping(self, at: NextStep, kind: str, value: float | None) -> Result:
        old = _clipping_text(self._settings.clipping())
        self._settings.set_clipping(kind, value)
        self.wants_sample = True
        new = self._settings.clipping()
        return Result(old, _clipping_text(new), {"clipping": new})

    def _freeze(self, at: NextStep, layers: list[str]) -> Result:
        return self._change_frozen(self._settings.freeze, layers)

    def _unfreeze(self, at: NextStep, layers: list[str]) -> Result:
        return self._change_frozen(self._settings.unfreeze, layers)

    def _change_frozen(self, change: Callable[[list[str]], None], layers: list[str]) -> Result:
        old = self._settings.frozen()
        change(layers)
        self.wants_sample = True
        new = self._settings.frozen()
        old_text, new_text = (f"frozen: {', '.join(names) or 'none'}" for names in (old, new))
        return Result(old_text, new_text, {"frozen": new})

    def _revive(self, at: NextStep, layer: str) -> Result:
        found = revive_dead(self._fit.model, self._fit.live_diagnosis.run, layer, at.step)
        self.wants_sample = True
        new = f"{found.count} units of {layer} have new weights"
        if found.left:
            new += f"; the weights of {', '.join(found.left)} are as they were"
        detail = {"units": found.count, "following": [*found.following], "left": [*found.left]}
        return Result(f"{found.count} dead units", new, detail)

    def _save_checkpoint(self, at: NextStep) -> Result:
        file, size = save_checkpoint(self._fit.model, self._fit.log_dir, at.step)
        return Result(new=file, detail={"file": file, "bytes": size})

    # Breakpoints.

    def _break_on_finding(self, at: NextStep, **arguments: Any) -> Result:
        return self._add(at, breakpoints.FINDING, arguments)

    def _break_on_statistic(self, at: NextStep, **arguments: Any) -> Result:
        return self._add(at, breakpoints.STATISTIC, arguments)

    def _break_at_step(self, at: NextStep, **arguments: Any) -> Result:
        return self._add(at, breakpoints.STEP, arguments)

    def _break_on_nonfinite(self, at: NextStep) -> Result:
        return self._add(at, breakpoints.NONFINITE, {})

    def _add(self, at: NextStep, kind: str, arguments: dict[str, Any]) -> Result:
        item = self._breakpoints.add(kind, arguments, at.step)
        return Result(new=f"pause at {item}", detail={"breakpoint": item.number})

    def _remove_breakpoint(self, at: NextStep, **arguments: Any) -> Result:
        item = self._breakpoints.remove(arguments["breakpoint"])
        return Result(old=f"pause at {item}", detail={"breakpoint": item.number})

    # Inspecting.

    def _look_at_batch(self, at: NextStep) -> Result:
        return _inspected(batch_inspection.inspect_batch(self._fit.model, _batch(at)))

    def _look_at_activations(self, at: NextStep, layer: str) -> Result:
        found = batch_inspection.inspect_activations(self._fit.model, _batch(at), layer)
        return _inspected(found)

    def _look_at_gradient(self, at: NextStep, variable: str) -> Result:
        found = batch_inspection.inspect_gradient(self._fit.model, _batch(at), variable)
        return _inspected(found)


def _batch(at: NextStep) -> Any:
    batch = at.execution.batch()
    if batch is None:
        raise CommandError(
            "The batch is not available: it is distributed over several devices, has a type that "
            "cannot be passed on, or the data has ended"
        )
    return batch


def _inspected(found: batch_inspection.Inspection) -> Result:
    return Result(detail={**found.detail, "form": found.form}, picture=found.picture)


def _clipping_text(clipping: dict[str, Any]) -> str:
    if clipping["value"] is None:
        return str(clipping["kind"])
    return f"{clipping['kind']} {clipping['value']:g}"
