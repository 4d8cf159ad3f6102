"""The number of epochs closest to a number of steps."""

import keras
import pytest

from tb_keras_inspect.demos.demo_run import BATCH_SIZE, DemoRun


@pytest.mark.parametrize(
    ("steps", "samples", "epochs"),
    [
        (900, 45 * BATCH_SIZE, 20),
        (900, 45 * BATCH_SIZE - 31, 20),  # the last batch is smaller
        (900, 188 * BATCH_SIZE, 5),
        (10, 1000 * BATCH_SIZE, 1),
    ],
)
def test_the_number_of_epochs_is_the_one_closest_to_the_steps(steps, samples, epochs):
    assert DemoRun("", keras.Sequential([]), steps).epochs(samples) == epochs
