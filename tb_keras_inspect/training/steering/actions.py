"""Carries out commands."""

import dataclasses
import os
import tempfile
from collections.abc import Callable
from typing import Any

from tb_keras_inspect.catalog.commands import CommandError
from tb_keras_inspect.files.locations import below, is_remote, made
from tb_keras_inspect.frameworks.execution import Execution
from tb_keras_inspect.steering.channel import FOLDER
from tb_keras_inspect.training.recorder import SNAPSHOT, Recorder
from tb_keras_inspect.training.recording import Session
from tb_keras_inspect.training.schedule import Schedule
from tb_keras_inspect.training.steering import batch_inspection, breakpoints, live_settings
from tb_keras_inspect.training.steering.pause_state import Pace

CHECKPOINTS = "checkpoints"


@dataclasses.dataclass(frozen=True)
class Result:
    """What a command has done.

    Attributes:
        old, new: What was changed, before and after, in words.
        detail: More, as JSON can hold it.
        picture: What was looked at.
    """

    old: str = ""
    new: str = ""
    detail: dict[str, Any] = dataclasses.field(default_factory=dict)
    picture: bytes | None = None


@dataclasses.dataclass
class Moment:
    """Where the training is.

    Attributes:
        step: The step that is about to run.
        epoch: Its epoch.
        execution: The call that makes it.
        last_step: The last step of that call.
    """

    step: int
    epoch: int
    execution: Execution
    last_step: int


class Actions:
    """The commands of one fit, by name.

    All run on the training's thread, where the model's variables can be read and assigned.

    Args:
        model: The model in `fit`.
        log_dir: The run's directory.
        session: What records it.
        recorder: Where that goes.
        schedule: Which steps are recorded.
        pace: Whether it runs.
        points: The breakpoints.
        changes: What can be changed.

    Attributes:
        wants_sample: Whether the step that is about to run is to be recorded.
    """

    def __init__(
        self,
        model: Any,
        log_dir: str,
        session: Session,
        recorder: Recorder,
        schedule: Schedule,
        pace: Pace,
        points: breakpoints.Breakpoints,
        changes: live_settings.Effects,
    ):
        self._model, self._log_dir = model, log_dir
        self._session, self._recorder, self._schedule = session, recorder, schedule
        self._pace, self._points, self._effects = pace, points, changes
        self.wants_sample = False

    def perform(self, command: str, arguments: dict[str, Any], moment: Moment) -> Result:
        """Carries out a command.

        Raises:
            CommandError: when it cannot be; nothing has changed then.
        """
        method: Callable[..., Result] = getattr(self, f"_{command}")
        return method(moment, **arguments)

    # Running and pausing.

    def _pause(self, moment: Moment) -> Result:
        self._pace.pause("a command")
        return Result(new="paused")

    def _resume(self, moment: Moment, retry: bool) -> Result:
        if retry and not self._pace.may_retry:
            raise CommandError("No step was taken back that could be done again")
        self._pace.resume(retry)
        return Result(new="running")

    def _step(self, moment: Moment, count: int) -> Result:
        # `steps_per_execution` steps go together.
        end = max(moment.step + count, moment.last_step + 1)
        self._pace.run_until(step=end)
        return Result(new=f"running until step {end}", detail={"until_step": end})

    def _run_to_epoch_end(self, moment: Moment) -> Result:
        self._pace.run_until(epoch=moment.epoch + 1)
        return Result(new=f"running until epoch {moment.epoch} has ended")

    def _stop(self, moment: Moment) -> Result:
        self._model.stop_training = True
        self._pace.resume()
        return Result(new=f"ends after step {moment.last_step}")

    # Recording.

    def _sample_now(self, moment: Moment) -> Result:
        self.wants_sample = True
        return Result(detail={"step": moment.last_step})

    def _snapshot_now(self, moment: Moment) -> Result:
        before = self._recorder.taken_of[SNAPSHOT]
        self._session.snapshot(moment.step)
        if self._recorder.taken_of[SNAPSHOT] == before:
            raise CommandError(
                "There is nothing to show yet: probe samples are taken from the first batch that is "
                "sampled, unless they are switched off (`maps_every=0`) or have failed"
            )
        return Result(detail={"step": moment.step})

    def _set_sampling_interval(self, moment: Moment, every: int | str) -> Result:
        old = self._schedule.change(every)
        return Result(str(old), str(every))

    # Changing.

    def _set_learning_rate(self, moment: Moment, value: float) -> Result:
        (old, source), _ = self._effects.learning_rate(), self._effects.set_learning_rate(value)
        self.wants_sample = True  # what comes of it is recorded from its first step on
        new, now = self._effects.learning_rate()
        was = f"{old:g} (of the schedule)" if source == live_settings.SCHEDULE else f"{old:g}"
        text = f"{new:g} (overrides the schedule)" if now == live_settings.OVERRIDE else f"{new:g}"
        return Result(was, text, {"learning_rate": new, "source": now})

    def _scale_learning_rate(self, moment: Moment, factor: float) -> Result:
        value = self._effects.learning_rate()[0] * factor
        if not 0 <= value < float("inf"):
            raise CommandError(f"The learning rate would be {value:g}")
        return self._set_learning_rate(moment, value)

    def _use_schedule(self, moment: Moment) -> Result:
        old = self._effects.learning_rate()[0]
        self._effects.use_schedule()
        new, source = self._effects.learning_rate()
        text = f"{new:g} (of the schedule)"
        return Result(f"{old:g}", text, {"learning_rate": new, "source": source})

    def _set_clipping(self, moment: Moment, kind: str, value: float | None) -> Result:
        old = _clipping_text(self._effects.clipping())
        self._effects.set_clipping(kind, value)
        new = self._effects.clipping()
        return Result(old, _clipping_text(new), {"clipping": new})

    def _freeze(self, moment: Moment, layers: list[str]) -> Result:
        return self._layers(self._effects.freeze, layers)

    def _unfreeze(self, moment: Moment, layers: list[str]) -> Result:
        return self._layers(self._effects.unfreeze, layers)

    def _layers(self, change: Callable[[list[str]], None], layers: list[str]) -> Result:
        old = self._effects.frozen()
        change(layers)
        new = self._effects.frozen()
        texts = [f"frozen: {', '.join(names) or 'none'}" for names in (old, new)]
        return Result(*texts, {"frozen": new})

    def _save_checkpoint(self, moment: Moment) -> Result:
        name = f"step_{moment.step:08d}.keras"
        save = _save_remotely if is_remote(self._log_dir) else _save
        size = save(self._model, below(self._log_dir, FOLDER, CHECKPOINTS), name)
        name = f"{FOLDER}/{CHECKPOINTS}/{name}"
        return Result(new=name, detail={"file": name, "bytes": size})

    # Breakpoints.

    def _break_on_finding(self, moment: Moment, **arguments: Any) -> Result:
        return self._add(moment, breakpoints.FINDING, arguments)

    def _break_on_statistic(self, moment: Moment, **arguments: Any) -> Result:
        return self._add(moment, breakpoints.STATISTIC, arguments)

    def _break_at_step(self, moment: Moment, **arguments: Any) -> Result:
        return self._add(moment, breakpoints.STEP, arguments)

    def _break_on_nonfinite(self, moment: Moment) -> Result:
        return self._add(moment, breakpoints.NONFINITE, {})

    def _add(self, moment: Moment, kind: str, arguments: dict[str, Any]) -> Result:
        item = self._points.add(kind, arguments, moment.step)
        return Result(new=f"pause at {item}", detail={"breakpoint": item.number})

    def _remove_breakpoint(self, moment: Moment, **arguments: Any) -> Result:
        item = self._points.remove(arguments["breakpoint"])
        return Result(old=f"pause at {item}", detail={"breakpoint": item.number})

    # Looking.

    def _look_at_batch(self, moment: Moment) -> Result:
        return _seen(batch_inspection.look_at_batch(self._model, self._batch(moment)))

    def _look_at_activations(self, moment: Moment, layer: str) -> Result:
        return _seen(batch_inspection.look_at_activations(self._model, self._batch(moment), layer))

    def _look_at_gradient(self, moment: Moment, variable: str) -> Result:
        return _seen(batch_inspection.look_at_gradient(self._model, self._batch(moment), variable))

    @staticmethod
    def _batch(moment: Moment) -> Any:
        batch = moment.execution.batch()
        if batch is None:
            raise CommandError(
                "The batch cannot be had: it is spread over several devices, of a kind that cannot "
                "be handed on, or the data have come to their end"
            )
        return batch


def _seen(look: batch_inspection.Look) -> Result:
    return Result(detail={**look.detail, "form": look.form}, picture=look.picture)


def _clipping_text(clipping: dict[str, Any]) -> str:
    if clipping["value"] is None:
        return clipping["kind"]
    return f"{clipping['kind']} {clipping['value']:g}"


def _save(model: Any, folder: str, name: str) -> int:
    """Saves a model in one move; returns its bytes."""
    os.makedirs(folder, exist_ok=True)
    path, temporary = os.path.join(folder, name), os.path.join(folder, f".part_{name}")
    model.save(temporary)
    os.replace(temporary, path)
    return os.path.getsize(path)


def _save_remotely(model: Any, folder: str, name: str) -> int:
    """The same behind a URL; the whole file is in memory meanwhile."""
    with tempfile.TemporaryDirectory() as local:
        path = os.path.join(local, name)
        model.save(path)
        with open(path, "rb") as file:
            data = file.read()
    with made(folder) as directory:
        directory.write(name, data)
    return len(data)
