"""The model outputs for the probe samples at each snapshot."""

import dataclasses

import numpy as np

from tb_keras_inspect.store.display import Shown
from tb_keras_inspect.store.tables.table import StatTable


@dataclasses.dataclass(frozen=True, repr=False)
class Predictions(Shown):
    """The model outputs for the probe samples.

    Attributes:
        steps: int64[S].
        outputs: float32[S, samples, values] by output name: class probabilities, or whatever the
            model returns, flattened.
    """

    steps: np.ndarray
    outputs: dict[str, np.ndarray]


def predictions_of(table: StatTable) -> Predictions:
    """Groups the columns of the table, named `<output>/<index>`, by output."""
    columns: dict[str, list[int]] = {}
    for number, name in enumerate(table.statistics):
        columns.setdefault(name.rpartition("/")[0], []).append(number)
    outputs = {name: table.values[:, :, numbers] for name, numbers in columns.items()}
    return Predictions(table.steps, outputs)
