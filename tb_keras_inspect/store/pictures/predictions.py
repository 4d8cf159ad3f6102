"""The model's outputs for the probe samples, at each snapshot."""

import dataclasses

import numpy as np

from tb_keras_inspect.store.display import Shown
from tb_keras_inspect.store.tables.table import StatTable


@dataclasses.dataclass(frozen=True, repr=False)
class Predictions(Shown):
    """What the model put out for the probe samples.

    Attributes:
        steps: int64[S].
        outputs: Name of an output to float32[S, samples, values]: class probabilities, or what else
            the model puts out, flat.
    """

    steps: np.ndarray
    outputs: dict[str, np.ndarray]


def predictions_of(table: StatTable) -> Predictions:
    """Reads the table, whose columns are `<output>/<number of the value>`."""
    columns: dict[str, list[int]] = {}
    for number, name in enumerate(table.statistics):
        columns.setdefault(name.rpartition("/")[0], []).append(number)
    outputs = {name: table.values[:, :, numbers] for name, numbers in columns.items()}
    return Predictions(table.steps, outputs)
