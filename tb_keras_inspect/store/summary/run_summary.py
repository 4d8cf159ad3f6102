"""What a list of runs shows of one run."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from tb_keras_inspect.store.finding_log import FindingChange

Setting = bool | int | float | str


@dataclasses.dataclass(frozen=True, eq=False)
class RunSummary:
    """A run in one row of a list.

    A number that was not recorded is None. One that was not finite is NaN or infinite.

    Attributes:
        name: Name of the run.
        health: State of the verdict that was recorded when the fit ended, or of what was reported so
            far: "error", "warning", "recovered" (what was wrong is over), "healthy" or "unknown".
        health_text: The same in a few words, e.g. "dead ReLU units since step 155".
        verdict: The same in one line: what, where, since when, what to try.
        worst: The worst of the warnings and errors that were reported last; None if there is none.
        findings: Number of findings that were reported last, notes included.
        samples: Number of sampled steps.
        last_step: The last sampled step.
        epochs: Epochs that have ended.
        loss: The loss of the last epoch; that of the last sampled batch if no epoch has ended, or if
            that batch is later and its loss is not finite.
        logs: What Keras logged at the end of the last epoch: name ("val_loss", ...) to number.
        learning_rate: That of the last sampled step.
        seconds: Time from the first to the newest record.
        updated: When the newest record was written, in seconds since the Unix epoch.
        hyperparameters: Name to value, as they were given to the callback or by the tuner.
        settings: What the model was compiled with, as in `ModelInfo.compiled` (its loss is
            `loss_function`), `batch_size` and
            `parameters`.
        curve_steps, curve: int64[P] and float32[P], at most 33 points of the loss: of the epochs, or
            of sampled batches if fewer than 8 epochs have ended.
    """

    name: str
    health: str = "unknown"
    health_text: str = "no findings so far"
    verdict: str = ""
    worst: FindingChange | None = None
    findings: int = 0
    samples: int = 0
    last_step: int | None = None
    epochs: int = 0
    loss: float | None = None
    logs: Mapping[str, float] = dataclasses.field(default_factory=dict)
    learning_rate: float | None = None
    seconds: float | None = None
    updated: float = 0.0
    hyperparameters: Mapping[str, Setting] = dataclasses.field(default_factory=dict)
    settings: Mapping[str, Setting] = dataclasses.field(default_factory=dict)
    curve_steps: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros(0, np.int64))
    curve: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros(0, np.float32))

    @property
    def configuration(self) -> dict[str, Setting]:
        """The hyperparameters, and the settings that none of them has the name of."""
        return {**self.hyperparameters, **self.settings, **self.hyperparameters}

    def to_dict(self) -> dict[str, Any]:
        """For JSON. A number that JSON cannot hold is "NaN", "Infinity" or "-Infinity"."""
        worst = self.worst
        return {
            "run": self.name,
            "health": self.health,
            "health_text": self.health_text,
            "verdict": self.verdict,
            "worst": None if worst is None else dataclasses.asdict(worst),
            "findings": self.findings,
            "samples": self.samples,
            "last_step": self.last_step,
            "epochs": self.epochs,
            "loss": json_number(self.loss),
            "logs": {name: json_number(value) for name, value in self.logs.items()},
            "learning_rate": json_number(self.learning_rate),
            "seconds": self.seconds,
            "updated": self.updated,
            "hyperparameters": {k: json_number(v) for k, v in self.hyperparameters.items()},
            "settings": {k: json_number(v) for k, v in self.settings.items()},
        }


def json_number(value: Any) -> Any:
    """A value for JSON: what it cannot hold, as a word that `float` and JavaScript's `Number` read."""
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"
