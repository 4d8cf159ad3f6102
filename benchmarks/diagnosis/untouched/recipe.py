"""A training program with one fault, and the same program without it."""

import dataclasses
import functools
from collections.abc import Callable

from benchmarks.diagnosis.case import Fit, case


@dataclasses.dataclass(frozen=True)
class Recipe:
    """What the diagnosis should say about the faulty program.

    Attributes:
        name: Name of the function that builds it.
        fault: What was done wrong, as its docstring says.
        causes: Problems, or "problem/variant", that name the fault as the first finding.
        advice: Words of which one must stand in the first advice, in lower case.
    """

    name: str
    fault: str
    causes: tuple[str, ...]
    advice: tuple[str, ...]


RECIPES: dict[str, Recipe] = {}


def recipe(architecture: str, causes: str, advice: str):
    """Registers the decorated function, which takes whether to build the faulty program, as two runs.

    Args:
        architecture: As in `Case`.
        causes: As in `Recipe`, separated by spaces. Those without a slash are for `measure`, too.
        advice: As in `Recipe`, separated by commas.
    """

    def register(build: Callable[[bool], Fit]) -> Callable[[bool], Fit]:
        name = build.__name__
        words = tuple(word.strip() for word in advice.split(","))
        fault = (build.__doc__ or "").strip().splitlines()[0]
        RECIPES[name] = Recipe(name, fault, tuple(causes.split()), words)
        problems = [cause.partition("/")[0] for cause in causes.split()]
        for label, faulty in (name, True), (name + "_repaired", False):
            run = functools.wraps(build)(functools.partial(build, faulty))
            run.__name__ = label
            case(architecture, problems[0] * faulty, " ".join(problems) * faulty, True)(run)
        return build

    return register
