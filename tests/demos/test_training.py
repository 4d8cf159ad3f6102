"""How many epochs come nearest to the wanted number of steps."""

import keras
import pytest

from tb_keras_inspect.demos.training import BATCH_SIZE, Training


@pytest.mark.parametrize(
    ("steps", "samples", "epochs"),
    [
        (900, 45 * BATCH_SIZE, 20),
        (900, 45 * BATCH_SIZE - 31, 20),  # the last batch is a part of one
        (900, 188 * BATCH_SIZE, 5),
        (10, 1000 * BATCH_SIZE, 1),
    ],
)
def test_epochs_come_nearest_to_the_steps(steps, samples, epochs):
    assert Training("", keras.Sequential([]), steps).epochs(samples) == epochs
