"""What a tuner says of the model in `fit`, found through its own callback: KerasTuner's, Optuna's."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class Trial:
    """One trial of a tuner's search.

    Attributes:
        name: The tuner's number of it, which sorts; "" where no tuner is known.
        hyperparameters: Name to value.
    """

    name: str = ""
    hyperparameters: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def trial_of(callbacks: Iterable[Any]) -> Trial:
    """The trial that the callbacks of a fit belong to.

    Args:
        callbacks: All of the fit. KerasTuner adds one with a `trial`, Optuna's has a `_trial`.
    """
    for callback in callbacks:
        for attribute in ("trial", "_trial"):
            try:
                found = _trial(getattr(callback, attribute, None))
            except Exception:  # anything may have this name, and fail
                continue
            if found:
                return found
    return Trial()


def _trial(trial: Any) -> Trial | None:
    if hasattr(trial, "trial_id"):  # KerasTuner
        return Trial(str(trial.trial_id), dict(trial.hyperparameters.values))
    if hasattr(trial, "number"):  # Optuna
        return Trial(f"{int(trial.number):04d}", dict(trial.params))
    return None
