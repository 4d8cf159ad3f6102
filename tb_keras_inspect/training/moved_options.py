"""Keywords that `InspectCallback` used to take, each answered with its place of today."""

import functools
from collections.abc import Callable
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
            groups: dict[str, dict[str, object]] = {}
            for old in moved:
                argument, key = MOVED[old]
                groups.setdefault(argument, {})[key] = kwargs[old]
            places = ", ".join(f"`{old}` is now in `{MOVED[old][0]}`" for old in moved)
            now = ", ".join(f"{argument}={values!r}" for argument, values in groups.items())
            raise TypeError(f"{places}: InspectCallback(..., {now})")
        init(*args, **kwargs)

    return wrapper
