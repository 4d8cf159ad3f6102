"""`log_dir` as a user may give it: a path, a template such as "logs/{trial}", or a function."""

import dataclasses
import functools
import os
import string
from collections.abc import Callable, Mapping
from typing import Any

from tb_keras_inspect.files.locations import below
from tb_keras_inspect.training.runs.trial import Trial

LogDir = str | Callable[["FitNames"], str | os.PathLike[str]]


@dataclasses.dataclass(frozen=True)
class FitNames:
    """What a template or function for `log_dir` can use of the fit that begins.

    Attributes:
        trial: The tuner's name of the trial; without a tuner the number of the model among those that
            this callback has trained, as "001".
        model: Name of the model.
        hyperparameters: Name to value: those of the trial and those given to the callback.
    """

    trial: str
    model: str
    hyperparameters: Mapping[str, Any]


FIELDS = tuple(field.name for field in dataclasses.fields(FitNames))


def checked_log_dir(log_dir: Any) -> LogDir:
    """A path as text, a template of `FIELDS`, or a function of `FitNames`."""
    if callable(log_dir):
        return log_dir  # type: ignore[no-any-return]
    if not isinstance(log_dir, (str, os.PathLike)) or not os.fspath(log_dir):
        raise ValueError(
            "`log_dir` must be a directory's path, not empty, or a function that returns one. "
            f"Received: log_dir={log_dir!r}"
        )
    path = os.fspath(log_dir)
    unknown = [name for name in _fields(path) if name not in FIELDS]
    if unknown:
        raise ValueError(
            f"The names in braces in `log_dir` must be of {', '.join(FIELDS)}; {{{{ is a brace of the "
            f"path itself. Received: log_dir={log_dir!r}"
        )
    return path


def resolved(
    log_dir: LogDir, trial: Trial, number: int, model: str, hyperparameters: Mapping[str, Any]
) -> str:
    """The directory of a fit's run.

    Args:
        log_dir: As the user gave it. A trial of a tuner gets a subdirectory of its own, if the path
            does not say where it goes.
        trial: The tuner's trial.
        number: Of the model among those that the callback has trained, from 1.
        model: Name of the model.
        hyperparameters: Name to value.

    Raises:
        ValueError: If a template needs a hyperparameter that is not there, or a function returns no
            path.
    """
    names = FitNames(trial.name or f"{number:03d}", model, hyperparameters)
    if callable(log_dir):
        made = log_dir(names)
        if not isinstance(made, (str, os.PathLike)) or not os.fspath(made):
            raise ValueError(
                f"`log_dir` is a function that must return a directory's path. It returned {made!r}"
            )
        return os.fspath(made)
    if not _fields(log_dir):
        path = log_dir.format()  # {{ is a brace
        return below(path, f"trial_{trial.name}") if trial.name else path
    try:
        return log_dir.format(**dataclasses.asdict(names))
    except (KeyError, IndexError, AttributeError) as error:
        known = ", ".join(hyperparameters) or "none"
        raise ValueError(
            f"`log_dir` needs {error}, but the hyperparameters of this fit are: {known}. "
            f"Received: log_dir={log_dir!r}"
        ) from error


@functools.lru_cache(maxsize=16)
def _fields(path: str) -> list[str]:
    """Names in braces; [] in a path that is no template, or not a correct one."""
    try:
        parsed = [name for _, name, _, _ in string.Formatter().parse(path) if name is not None]
    except ValueError as error:
        raise ValueError(
            f"`log_dir` must have a pair for each brace, and {{{{ for one that belongs to the name: "
            f"{error}. Received: log_dir={path!r}"
        ) from error
    return [name.split("[")[0].split(".")[0] for name in parsed]
