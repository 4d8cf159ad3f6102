"""The settings of a run, and those in which runs differ."""

from collections.abc import Mapping, Sequence

from tb_keras_inspect.store.model.model import ModelInfo
from tb_keras_inspect.store.summary.run_summary import RunSummary, Setting

_NAMES = {"loss": "loss_function"}  # a table has a column "loss" already
MOST_COLUMNS = 100  # settings in which runs differ; what is beyond is not listed


def hyperparameters_of(model: ModelInfo | None) -> dict[str, Setting]:
    """What the tuner or the user has chosen, by name; lists and the like as text."""
    given = {} if model is None else model.hyperparameters
    return {
        name: value if isinstance(value, bool | int | float | str) else str(value)
        for name, value in sorted(given.items())
    }


def settings_of(model: ModelInfo | None, batch_size: float | None) -> dict[str, Setting]:
    """What the model was compiled with, its size, and the size of a batch, as far as recorded."""
    found: dict[str, Setting] = {}
    if model is not None:
        found = {_NAMES.get(n, n): _value(text) for n, text in sorted(model.compiled.items())}
        found["parameters"] = sum(item.parameters for item in model.layers if item.parent == -1)
    if batch_size is not None and batch_size.is_integer():
        found["batch_size"] = int(batch_size)
    return found


def differing(runs: Sequence[RunSummary]) -> tuple[str, ...]:
    """The hyperparameters and settings in which runs differ; hyperparameters come first.

    A run that does not have one does not count. Of several with the same values in all runs, to four
    digits, only the first is named.
    """
    columns: dict[str, dict[int, Setting]] = {}
    for attribute in ("hyperparameters", "settings"):
        for number, run in enumerate(runs):
            own: Mapping[str, Setting] = getattr(run, attribute)
            for name, value in own.items():
                columns.setdefault(name, {}).setdefault(number, value)
    found: dict[tuple[tuple[int, str], ...], str] = {}
    for name, values in columns.items():
        if len(set(map(str, values.values()))) > 1:
            same = tuple((number, _short(value)) for number, value in sorted(values.items()))
            found.setdefault(same, name)
    return tuple(found.values())[:MOST_COLUMNS]


def _short(value: Setting) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _value(text: str) -> Setting:
    if text in ("True", "False"):
        return text == "True"
    for form in (int, _number):
        try:
            return form(text)
        except ValueError:
            pass
    return text


def _number(text: str) -> float:
    """Without the digits that float32 adds: 0.001, not 0.0010000000474974513."""
    return float(f"{float(text):.7g}")
