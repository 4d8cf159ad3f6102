"""Checks of single options: each returns the value, or raises and says what is accepted."""

import dataclasses
import difflib
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from tb_keras_inspect.catalog.problems import PROBLEMS, SEVERITIES
from tb_keras_inspect.catalog.run_statistics import MEASURES


def is_one_of(value: Any, accepted: Container[str]) -> bool:
    """Whether a value is one of some names; False also for what cannot be hashed or compared."""
    return isinstance(value, str) and value in accepted


def checked_every(every: Any) -> int | str:
    """A number of steps, or "auto"."""
    if isinstance(every, str) and every == "auto":
        return "auto"
    if isinstance(every, bool) or not isinstance(every, int) or every < 1:
        raise ValueError(
            f"`every` must be 'auto' or a whole number of steps from 1. Received: every={every!r}"
        )
    return every


def checked_whole(name: str, value: Any, least: int) -> int:
    """A whole number, not smaller than `least`."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(
            f"`{name}` must be a whole number from {least}. Received: {name}={value!r}"
        )
    return value


def checked_positive(name: str, value: Any) -> float:
    """A positive, finite number."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not 0 < value < float("inf"):
        raise ValueError(f"`{name}` must be a positive number. Received: {name}={value!r}")
    return float(value)


def checked_choice(name: str, value: Any, accepted: Sequence[str]) -> str | None:
    """One of some names, or None."""
    if value is not None and not is_one_of(value, accepted):
        raise ValueError(
            f"`{name}` must be None or one of {', '.join(accepted)}. Received: {name}={value!r}"
        )
    return value  # type: ignore[no-any-return]


def checked_names(name: str, value: Any) -> dict[str, Any]:
    """A mapping of names to values; {} for None."""
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise ValueError(f"`{name}` must map names to values. Received: {name}={value!r}")
    return dict(value)


def checked_flag(name: str, value: Any) -> bool:
    """True or False."""
    if not isinstance(value, bool):
        raise ValueError(f"`{name}` must be True or False. Received: {name}={value!r}")
    return value


def checked_switch(name: str, value: Any) -> bool | None:
    """True, False, or None for what the tier says."""
    if value is not None and not isinstance(value, bool):
        raise ValueError(
            f"`{name}` must be True, False, or None for the tier's default. Received: {name}={value!r}"
        )
    return value


def checked_console(console: Any) -> str | None:
    """A severity, or None."""
    if console is not None and not is_one_of(console, SEVERITIES):
        raise ValueError(
            f"`console` must be None or one of {', '.join(SEVERITIES)}. Received: console={console!r}"
        )
    return console  # type: ignore[no-any-return]


def checked_measures(measure: Any) -> tuple[str, ...]:
    """Names of measures; a single one may be given as a string."""
    chosen = [measure] if isinstance(measure, str) else items_of(measure)
    if chosen is None or not all(is_one_of(item, MEASURES) for item in chosen):
        raise ValueError(
            f"`measure` must be a list of some of {sorted(MEASURES)}. Received: measure={measure!r}"
        )
    return tuple(chosen)


def checked_stop_on(stop_on: Any) -> frozenset[str]:
    """Problems and severities; a single one may be given as a string."""
    accepted = (*PROBLEMS, *SEVERITIES)
    chosen = items_of(stop_on)
    chosen = [stop_on] if chosen is None else chosen
    if unknown := sorted(str(name) for name in chosen if not is_one_of(name, accepted)):
        raise ValueError(f"`stop_on` takes {', '.join(accepted)}. Received: {', '.join(unknown)}")
    return frozenset(chosen)


def items_of(value: Any) -> list[Any] | None:
    """The items of an iterable; None for anything else, and for a string or a mapping."""
    if not isinstance(value, Iterable) or isinstance(value, (str, Mapping)):
        return None
    try:
        return list(value)
    except TypeError:  # an array without axes has `__iter__` all the same
        return None


def closest(name: Any, accepted: Iterable[str]) -> str:
    """A question that names the accepted word closest to `name`; empty if none is close."""
    match = difflib.get_close_matches(str(name), list(accepted), n=1)
    return f" Did you mean {match[0]!r}?" if match else ""


def names_of(options: Any) -> list[str]:
    """The names of an option class."""
    return [field.name for field in dataclasses.fields(options)]


_Options = TypeVar("_Options")


def options_of(kind: type[_Options], name: str, value: Any) -> _Options:
    """What the user gave for one of the callback's arguments, as an option object.

    Args:
        kind: A class of options.
        name: The argument.
        value: An object of that class, a mapping of its fields, or None for the defaults.

    Raises:
        ValueError: for anything else.
    """
    if isinstance(value, kind):
        return value
    if value is None:
        return kind()
    accepted = names_of(kind)
    if not isinstance(value, Mapping):
        raise ValueError(
            f"`{name}` must be a {kind.__name__} or a mapping with keys from {', '.join(accepted)}. "
            f"Received: {name}={value!r}"
        )
    for key in value:
        if not is_one_of(key, accepted):
            raise ValueError(
                f"`{name}` has no option {key!r}.{closest(key, accepted)} "
                f"Accepted: {', '.join(accepted)}. Received: {name}={dict(value)!r}"
            )
    return kind(**value)
