"""The loss of the sampled steps, and the Keras logs of each epoch."""

import dataclasses
from typing import Any

import numpy as np

from tb_keras_inspect.store import export
from tb_keras_inspect.store.display import Shown
from tb_keras_inspect.store.tables.table import StatTable


@dataclasses.dataclass(frozen=True, repr=False)
class Loss(Shown):
    """The batch loss of each sampled step, and the logs of each epoch.

    Attributes:
        steps: int64[S].
        values: float32[S], NaN if the loss was NaN or not recorded.
        learning_rate: float32[S], NaN if it was not recorded.
        epochs: For each Keras epoch log ("loss", "val_loss", ...): the steps int64[E] of the last
            batch of each epoch, and the values float32[E].
    """

    steps: np.ndarray
    values: np.ndarray
    learning_rate: np.ndarray
    epochs: dict[str, tuple[np.ndarray, np.ndarray]]

    def to_pandas(self) -> Any:
        """A `pandas.DataFrame` of loss and learning rate with one row per step."""
        values = np.stack([self.values, self.learning_rate], axis=1)
        return export.data_frame(values, self.steps, ("name", ["loss", "learning_rate"]))


def loss_of(step: StatTable | None, epoch: StatTable | None) -> Loss:
    """Extracts the loss from the step and epoch tables, as far as they were recorded."""
    logs = {}
    if epoch is not None and epoch.names:
        names = [name for name in epoch.statistics if name != "epoch"]
        logs = {name: (epoch.steps, epoch.select(name)[:, 0]) for name in names}
    if step is None:
        nothing = np.zeros(0, np.float32)
        return Loss(np.zeros(0, np.int64), nothing, nothing, logs)
    return Loss(step.steps, column(step, "loss"), column(step, "learning_rate"), logs)


def column(table: StatTable, statistic: str) -> np.ndarray:
    """A statistic of a one-row table, float32[S]; NaN if it was not recorded."""
    if statistic not in table.statistics or not table.names:
        return np.full(len(table.steps), np.nan, np.float32)
    return table.select(statistic)[:, 0]
