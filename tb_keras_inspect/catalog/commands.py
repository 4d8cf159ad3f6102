"""The commands there are and what each accepts: sender, server and training all check with these."""

import dataclasses
import math
from collections.abc import Callable, Mapping
from typing import Any

MAX_TEXT = 500  # characters of a name
MAX_LAYERS = 1000  # names in one command
MAX_STEP = 2**53
CLIPPING = ("off", "clipnorm", "global_clipnorm", "clipvalue")  # as the optimizer's arguments
TABLES = ("gradient", "weight", "update", "activation", "step", "input", "target")
SIDES = ("above", "below")

Check = Callable[[Any], Any]
REQUIRED = object()


class CommandError(ValueError):
    """A command cannot be carried out; the text says why."""


@dataclasses.dataclass(frozen=True)
class Parameter:
    """One argument of a command.

    Attributes:
        check: Returns the value, or raises ValueError that says what is accepted.
        default: What holds where it is not given; `REQUIRED` for nothing.
    """

    check: Check
    default: Any = REQUIRED


@dataclasses.dataclass(frozen=True)
class Command:
    """One thing that can be asked of a training.

    Attributes:
        title: What it does, for people.
        parameters: By name.
        group: A later command of the same group overtakes one that is still waiting.
        absolute: Whether it says what is to hold, and so overtakes; else it only is overtaken.
        paused: Whether it is for a paused training only.
        look: Whether it only looks: it is answered with pictures and not recorded.
    """

    title: str
    parameters: Mapping[str, Parameter] = dataclasses.field(default_factory=dict)
    group: str = ""
    absolute: bool = True
    paused: bool = False
    look: bool = False


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _whole(low: int, high: int) -> Check:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return value

    return check


def _number(positive: bool = False, at_least_zero: bool = False) -> Check:
    what = "a positive number" if positive else "a number from 0" if at_least_zero else "a number"

    def check(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError(what)
        try:
            value = float(value)
        except OverflowError:
            raise ValueError(what) from None
        bad = not math.isfinite(value) or (positive and value <= 0) or (at_least_zero and value < 0)
        if bad:
            raise ValueError(what + (", finite" if not math.isfinite(value) else ""))
        return value

    return check


def _text(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT:
        raise ValueError(f"a name of at most {MAX_TEXT} characters")
    return value


def _name(value: Any) -> str:
    return value if value == "" else _text(value)  # the row of "step" has no name


def _choice(*accepted: str) -> Check:
    def check(value: Any) -> str:
        if value not in accepted:
            raise ValueError("one of " + ", ".join(accepted))
        return value

    return check


def _every(value: Any) -> int | str:
    if value == "auto":
        return value
    try:
        return _whole(1, MAX_STEP)(value)
    except ValueError:
        raise ValueError("'auto' or a whole number of steps from 1") from None


def _layers(value: Any) -> list[str]:
    if not isinstance(value, list) or not 0 < len(value) <= MAX_LAYERS:
        raise ValueError(f"a list of 1 to {MAX_LAYERS} layer names")
    return [_text(item) for item in value]


_LAYERS = {"layers": Parameter(_layers)}

COMMANDS: dict[str, Command] = {
    "pause": Command("pause before the next step", group="run"),
    "resume": Command(
        "go on; with `retry` do the step again that a breakpoint has taken back",
        {"retry": Parameter(_flag, False)},
        group="run",
    ),
    "step": Command(
        "run some steps, then pause", {"count": Parameter(_whole(1, MAX_STEP), 1)}, group="run"
    ),
    "run_to_epoch_end": Command("pause before the first step of the next epoch", group="run"),
    "stop": Command("end the training after the next step", group="run"),
    "sample_now": Command("record the next step"),
    "snapshot_now": Command("record what the probe samples look like inside the model"),
    "set_sampling_interval": Command(
        "record every n-th step", {"every": Parameter(_every)}, group="sampling"
    ),
    "set_learning_rate": Command(
        "set the learning rate; overrides a schedule",
        {"value": Parameter(_number(at_least_zero=True))},
        group="learning_rate",
    ),
    "scale_learning_rate": Command(
        "multiply the learning rate",
        {"factor": Parameter(_number(positive=True))},
        group="learning_rate",
        absolute=False,
    ),
    "use_schedule": Command("end the override of a schedule", group="learning_rate"),
    "set_clipping": Command(
        "limit gradients, or do not",
        {
            "kind": Parameter(_choice(*CLIPPING)),
            "value": Parameter(_number(positive=True), None),
        },
        group="clipping",
    ),
    "freeze": Command("do not update the weights of layers", _LAYERS),
    "unfreeze": Command("update them again", _LAYERS),
    "save_checkpoint": Command("save the model"),
    "break_on_finding": Command(
        "pause when the diagnosis finds a problem", {"problem": Parameter(_text)}
    ),
    "break_on_statistic": Command(
        "pause when a recorded number crosses a value",
        {
            "table": Parameter(_choice(*TABLES)),
            "name": Parameter(_name),
            "statistic": Parameter(_text),
            "side": Parameter(_choice(*SIDES)),
            "value": Parameter(_number()),
        },
    ),
    "break_at_step": Command("pause before a step", {"step": Parameter(_whole(0, MAX_STEP))}),
    "break_on_nonfinite": Command(
        "pause at a NaN or infinity, with the weights as they were before its step"
    ),
    "remove_breakpoint": Command(
        "remove a breakpoint", {"breakpoint": Parameter(_whole(1, MAX_STEP))}
    ),
    "look_at_batch": Command("the batch that is in, and its losses", paused=True, look=True),
    "look_at_activations": Command(
        "a layer's output for the batch",
        {"layer": Parameter(_text)},
        paused=True,
        look=True,
    ),
    "look_at_gradient": Command(
        "the gradient of the batch by a weight",
        {"variable": Parameter(_text)},
        paused=True,
        look=True,
    ),
}


def checked(name: Any, arguments: Any) -> dict[str, Any]:
    """A command's arguments, all of them, each checked.

    Args:
        name: Of the command.
        arguments: By name; nobody vouches for them.

    Raises:
        CommandError: saying what was received and what is accepted.
    """
    command = COMMANDS.get(name) if isinstance(name, str) else None
    if command is None:
        raise CommandError(f"There is no command {short(name)}. Commands: {', '.join(COMMANDS)}")
    if not isinstance(arguments, dict):
        raise CommandError(f"Arguments must be an object. Received: {short(arguments)}")
    if unknown := [key for key in arguments if key not in command.parameters]:
        accepted = ", ".join(command.parameters) or "none"
        raise CommandError(f"{name} takes no {short(unknown[0])}. Accepted: {accepted}")
    values = {}
    for key, parameter in command.parameters.items():
        values[key] = _value(name, key, parameter, arguments)
    if name == "set_clipping" and values["kind"] != "off" and values["value"] is None:
        raise CommandError("set_clipping needs a value, unless its kind is 'off'")
    return values


def _value(name: str, key: str, parameter: Parameter, arguments: Mapping[str, Any]) -> Any:
    if key not in arguments or (arguments[key] is None and parameter.default is None):
        if parameter.default is REQUIRED:
            raise CommandError(f"{name} needs {key!r}")
        return parameter.default
    try:
        return parameter.check(arguments[key])
    except ValueError as error:
        received = short(arguments[key])
        raise CommandError(f"{name}: {key!r} must be {error}. Received: {received}") from None


def short(value: Any) -> str:
    """A value for a message."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def overtaken(names: list[str]) -> list[int | None]:
    """Which of some commands, in their order, are overtaken before they took effect.

    Args:
        names: Of the commands that wait, the oldest first.

    Returns:
        For each the place of the one that overtakes it, or None.
    """
    result: list[int | None] = []
    for place, name in enumerate(names):
        group = COMMANDS[name].group
        later = (
            i
            for i in range(place + 1, len(names))
            if group and COMMANDS[names[i]].group == group and COMMANDS[names[i]].absolute
        )
        result.append(max(later, default=None))
    return result
