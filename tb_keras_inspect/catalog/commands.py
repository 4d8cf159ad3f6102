"""All commands and the arguments that each accepts. Sender, server and training process check them."""

import dataclasses
import enum
import math
from collections.abc import Callable, Mapping
from typing import Any

from tb_keras_inspect.catalog.kind_facts import Live
from tb_keras_inspect.catalog.kinds import TABLE_KINDS
from tb_keras_inspect.catalog.run_statistics import MEASURES

MAX_TEXT = 500  # characters of a name
MAX_LAYERS = 1000  # names in one command
MAX_STEP = 2**53
CLIPPING = ("off", "clipnorm", "global_clipnorm", "clipvalue")  # as the optimizer's arguments
# Recorded at each sampled step, and kept in memory while training runs.
TABLES = tuple(k.value for k in TABLE_KINDS if k.facts.live is Live.THINNED)
SIDES = ("above", "below")

Check = Callable[[Any], Any]
REQUIRED = object()


class CommandError(ValueError):
    """A command cannot be carried out. The message says why."""


class By(enum.Enum):
    """Which of several processes that train one model carry out a command."""

    FIRST = "the first one, which tells the others when to wait and to go on"
    APART = "the first one, where it can compute something that the others do not"
    ALL = "all, at the same step"
    NONE = "none: it needs what only a single process has"


@dataclasses.dataclass(frozen=True)
class Parameter:
    """One argument of a command.

    Attributes:
        check: Returns the value, or raises ValueError with what is accepted.
        default: Value if the argument is not given. `REQUIRED` for an argument without a default.
    """

    check: Check
    default: Any = REQUIRED


@dataclasses.dataclass(frozen=True)
class Command:
    """A command to a training run.

    Attributes:
        title: What it does, as a phrase.
        parameters: Its arguments by name.
        group: A later command of the same group supersedes an earlier one that still waits.
        absolute: Whether its effect does not depend on earlier commands, so that it can supersede them.
        paused: Whether it needs a paused training run.
        inspects: Whether it only inspects: its answer has a picture, and it is not recorded.
        by: Which of several processes that train one model carry it out.
    """

    title: str
    parameters: Mapping[str, Parameter] = dataclasses.field(default_factory=dict)
    group: str = ""
    absolute: bool = True
    paused: bool = False
    inspects: bool = False
    by: By = By.FIRST


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
            number = float(value)
        except OverflowError:
            raise ValueError(what) from None
        if not math.isfinite(number):
            raise ValueError(what + ", finite")
        if (positive and number <= 0) or (at_least_zero and number < 0):
            raise ValueError(what)
        return number

    return check


def _text(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT:
        raise ValueError(f"a name of at most {MAX_TEXT} characters")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("a name in Unicode") from None
    return str(value)


def _name(value: Any) -> str:
    return "" if value == "" else _text(value)  # the row of the table "step" has no name


def _choice(*accepted: str) -> Check:
    def check(value: Any) -> str:
        if value not in accepted:
            raise ValueError("one of " + ", ".join(accepted))
        return str(value)

    return check


def _every(value: Any) -> int | str:
    if value == "auto":
        return "auto"
    try:
        return int(_whole(1, MAX_STEP)(value))
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
        "resume; with `retry` repeat the step that a breakpoint undid",
        {"retry": Parameter(_flag, False)},
        group="run",
    ),
    "step": Command(
        "run some steps, then pause", {"count": Parameter(_whole(1, MAX_STEP), 1)}, group="run"
    ),
    "run_to_epoch_end": Command("pause before the first step of the next epoch", group="run"),
    "stop": Command("end training after the next step", group="run", by=By.ALL),
    "skip_batch": Command("leave out the batch of the next step"),
    "rewind": Command(
        "go on with the state of the newest snapshot that is at least some steps old",
        {"count": Parameter(_whole(1, MAX_STEP), 1)},
        by=By.NONE,
    ),
    "sample_now": Command("record the next step"),
    "measure": Command(
        "measure the critical learning rate, or the gradient noise, at the next step",
        {"what": Parameter(_choice(*MEASURES))},
        by=By.NONE,
    ),
    "snapshot_now": Command(
        "record what the probe samples look like inside the model now", by=By.ALL
    ),
    "set_sampling_interval": Command(
        "record every n-th step", {"every": Parameter(_every)}, group="sampling", by=By.ALL
    ),
    "set_learning_rate": Command(
        "set the learning rate, overriding a schedule",
        {"value": Parameter(_number(at_least_zero=True))},
        group="learning_rate",
        by=By.ALL,
    ),
    "scale_learning_rate": Command(
        "multiply the learning rate by a factor",
        {"factor": Parameter(_number(positive=True))},
        group="learning_rate",
        absolute=False,
        by=By.ALL,
    ),
    "use_schedule": Command(
        "return to the learning rate schedule", group="learning_rate", by=By.ALL
    ),
    "set_clipping": Command(
        "clip gradients, or stop clipping them",
        {
            "kind": Parameter(_choice(*CLIPPING)),
            "value": Parameter(_number(positive=True), None),
        },
        group="clipping",
        by=By.ALL,
    ),
    "freeze": Command("stop updating the weights of layers", _LAYERS, by=By.ALL),
    "unfreeze": Command("update the weights of frozen layers again", _LAYERS, by=By.ALL),
    "revive": Command(
        "give the dead units of a layer new weights", {"layer": Parameter(_text)}, by=By.NONE
    ),
    "save_checkpoint": Command("save the model", by=By.APART),
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
    "break_on_nonfinite": Command("pause at a step with a NaN or an infinity, and undo that step"),
    "remove_breakpoint": Command(
        "remove a breakpoint", {"breakpoint": Parameter(_whole(1, MAX_STEP))}
    ),
    "look_at_batch": Command(
        "show the next batch and its losses", paused=True, inspects=True, by=By.APART
    ),
    "look_at_activations": Command(
        "show a layer's output for the batch",
        {"layer": Parameter(_text)},
        paused=True,
        inspects=True,
        by=By.APART,
    ),
    "look_at_gradient": Command(
        "show the gradient of the batch's loss with respect to a weight",
        {"variable": Parameter(_text)},
        paused=True,
        inspects=True,
        by=By.APART,
    ),
}


def checked(name: Any, arguments: Any) -> dict[str, Any]:
    """Check a command and its arguments.

    Args:
        name: Name of the command, untrusted.
        arguments: Its arguments by name, untrusted.

    Returns:
        All its arguments by name, those not given with their defaults.

    Raises:
        CommandError: With what was received and what is accepted.
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
    """Return a value as text for a message, shortened."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def superseded(names: list[str]) -> list[int | None]:
    """Find the commands that a later one supersedes before they take effect.

    Args:
        names: Names of the commands that wait, oldest first.

    Returns:
        For each command the index of the one that supersedes it, or None.
    """
    result: list[int | None] = []
    for index, name in enumerate(names):
        group = COMMANDS[name].group
        later = (
            i
            for i in range(index + 1, len(names))
            if group and COMMANDS[names[i]].group == group and COMMANDS[names[i]].absolute
        )
        result.append(max(later, default=None))
    return result
