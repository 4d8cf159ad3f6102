"""One training run of the benchmark, and the registry of all of them."""

import dataclasses
from collections.abc import Callable
from typing import Any

import keras


@dataclasses.dataclass
class Fit:
    """A compiled model and the arguments of its `fit`.

    Attributes:
        model: A compiled model.
        x, y: As for `fit`; `y` is None for a model that computes its own targets.
        options: Further arguments of `fit`.
    """

    model: keras.Model
    x: Any
    y: Any = None
    options: dict[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Case:
    """A training run, and what the diagnosis should report.

    Attributes:
        name: Name of the function that builds it.
        architecture: "MLP", "CNN", "RNN", "Transformer", "residual" or "other".
        expected: Problems that must be found above "note"; empty for a healthy run.
        allowed: Problems that may also be found, because they are present too.
        build: Builds the model and its data.
        held_out: Whether the case was written after the rules were tuned.
    """

    name: str
    architecture: str
    expected: frozenset[str]
    allowed: frozenset[str]
    build: Callable[[], Fit]
    held_out: bool = False

    @property
    def labelled(self) -> frozenset[str]:
        """The problems that may be found."""
        return self.expected | self.allowed


CASES: dict[str, Case] = {}


def case(architecture: str, expected: str = "", allowed: str = "", held_out: bool = False):
    """Registers the decorated function.

    Args:
        architecture: As in `Case`.
        expected, allowed: Names of problems, separated by spaces.
        held_out: As in `Case`.
    """

    def register(build: Callable[[], Fit]) -> Callable[[], Fit]:
        name = build.__name__
        if name in CASES:
            raise ValueError(f"two cases are called {name}")
        CASES[name] = Case(
            name,
            architecture,
            frozenset(expected.split()),
            frozenset(allowed.split()),
            build,
            held_out,
        )
        return build

    return register
