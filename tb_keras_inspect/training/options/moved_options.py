"""Keywords that `InspectCallback` used to take, each answered with its place of today."""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import ParamSpec

_OLD_NAMES = {
    "record": (
        "gradients",
        "weights",
        "updates",
        "activations",
        "units",
        "histograms",
        "scalars",
    ),
    "pictures": ("max_channels", "max_pixels", "grad_cam_layer"),
    "budget": ("overhead", "max_log_megabytes"),
    "diagnosis": ("on_finding", "thresholds"),
    "control": ("control_timeout",),
}
# Old keyword -> (argument of today, key in it).
MOVED = {
    old: (argument, old.removeprefix("control_"))
    for argument, names in _OLD_NAMES.items()
    for old in names
}

_P = ParamSpec("_P")


def explains_moved(init: Callable[_P, None]) -> Callable[_P, None]:
    """Wraps an `__init__` so that keywords of `MOVED` raise a `TypeError` with their new places."""

    @functools.wraps(init)
    def wrapper(*args: _P.args, **kwargs: _P.kwargs) -> None:
        if moved := [old for old in kwargs if old in MOVED]:
            places = ", ".join(f"`{old}` is now in `{MOVED[old][0]}`" for old in moved)
            if now := _today(moved, kwargs):
                raise TypeError(f"{places}: InspectCallback(..., {now})")
            raise TypeError(f"{places}: leave it out")
        init(*args, **kwargs)

    return wrapper


def _today(moved: Sequence[str], given: Mapping[str, object]) -> str:
    """How the call reads today; empty if nothing needs to be given."""
    groups: dict[str, dict[str, str]] = {}
    for old in moved:
        argument, key = MOVED[old]
        if argument != "control" or given.get("control"):  # without steering there is no timeout
            groups.setdefault(argument, _kinds(argument, given))[key] = _shown(given[old])
    texts = {
        argument: ", ".join(f"{key!r}: {value}" for key, value in values.items())
        for argument, values in groups.items()
    }
    return ", ".join(f"{argument}={{{text}}}" for argument, text in texts.items())


def _kinds(argument: str, given: Mapping[str, object]) -> dict[str, str]:
    """The kinds of pictures that are given as a list: they join the same mapping."""
    kinds = given.get(argument)
    is_list = argument == "pictures" and isinstance(kinds, (list, tuple))
    return {"kinds": _shown(kinds)} if is_list else {}


def _shown(value: object) -> str:
    """A value that can be typed as it is printed, else "..."."""
    if isinstance(value, (list, tuple)) and all(type(item) is str for item in value):
        return repr(list(value))
    if type(value) is dict and all(type(v) in (int, float) for v in value.values()):
        return repr(value)
    return repr(value) if value is None or type(value) in (bool, int, float, str) else "..."
