"""The limits that rules compare measurements with, each with its meaning and its source."""

import contextlib
import dataclasses
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class Threshold:
    """One limit. You can change it without training again.

    Attributes:
        name: Identifier in `diagnose`, on the command line, in the tab and in HTTP requests.
        default: The value used unless another one is given.
        low, high: Range of accepted values, both included.
        definition: What it is, in a line.
        source: Where the default comes from.
    """

    name: str
    default: float
    low: float
    high: float
    definition: str
    source: str


GIVEN = "set for this run, in InspectCallback"
RECORDED = "threshold."  # prefix of those among the options that a run records


def recorded_thresholds(given: Mapping[str, float]) -> dict[str, str]:
    """Thresholds as options of the model record, where `of_run` finds them again."""
    return {RECORDED + name: repr(value) for name, value in given.items()}


def of_run(known: Iterable[Threshold], options: Mapping[str, str]) -> tuple[Threshold, ...]:
    """All thresholds, with those that the run was recorded with as their defaults.

    Args:
        known: All thresholds.
        options: The recorded options; untrusted. Values out of range are ignored.
    """
    found = []
    for item in known:
        with contextlib.suppress(KeyError, ValueError):
            value = checked(item, options[RECORDED + item.name])
            item = dataclasses.replace(item, default=value, source=GIVEN)
        found.append(item)
    return tuple(found)


class Thresholds(Mapping[str, float]):
    """Values by name.

    Args:
        known: All thresholds.
        given: Values that differ from the defaults.

    Raises:
        ValueError: For an unknown name or a value outside its range.
    """

    def __init__(self, known: Iterable[Threshold], given: Mapping[str, Any] | None = None):
        self.known = tuple(known)
        self._values = {item.name: item.default for item in self.known}
        by_name = {item.name: item for item in self.known}
        for name, value in (given or {}).items():
            if name not in by_name:
                raise ValueError(
                    f"Unknown threshold {str(name)[:80]!r}. Accepted: {', '.join(by_name)}"
                )
            self._values[name] = checked(by_name[name], value)

    def __getitem__(self, name: str) -> float:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def to_list(self) -> list[dict[str, Any]]:
        """For JSON."""
        return [dataclasses.asdict(item) | {"value": self[item.name]} for item in self.known]


def checked(threshold: Threshold, value: Any) -> float:
    """The value as a number within the range.

    Raises:
        ValueError: If it is none.
    """
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(value, bool) or not threshold.low <= number <= threshold.high:
        raise ValueError(
            f"Threshold {threshold.name!r} must be a number from {threshold.low:g} to "
            f"{threshold.high:g}. Received: {str(value)[:80]!r}"
        )
    return number
