"""The model's outputs for the probe samples, and what can be left out. Runs under each backend."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from tb_keras_inspect.records import Kind
from tests.training import model_zoo as zoo
from tests.training.shown import Shown, array, host


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)


def test_predictions_are_the_model_outputs_by_name():
    model = zoo.two_in_two_out()
    x = {"left": array((3, zoo.FEATURES)), "right": array((3, 4), 1)}
    table = Shown(model, x, Kind.PREDICTION).tables[Kind.PREDICTION]
    assert list(table.names) == ["0", "1", "2"]
    outputs = model(x)
    want = np.concatenate([host(outputs["kind"]), host(outputs["value"])], axis=1)
    assert list(table.statistics) == [*(f"kind/{k}" for k in range(zoo.CLASSES)), "value/0"]
    np.testing.assert_allclose(table.values, want, rtol=1e-5, atol=1e-6)


def test_predictions_of_a_model_without_names_are_numbered_and_long_ones_cut():
    class Long(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(2000, name="dense")

        def call(self, x):
            return self.dense(x), ops.sum(x, axis=-1)

    model, x = Long(), array((2, 3))
    first, second = model(x)
    table = Shown(model, x, Kind.PREDICTION).tables[Kind.PREDICTION]
    want = np.concatenate([host(first)[:, :1024], host(second)[:, None]], axis=1)
    np.testing.assert_allclose(table.values, want, rtol=1e-5, atol=1e-6)
    assert (table.statistics[0], table.statistics[-1]) == ("output_0/0", "output_1/0")


def test_every_kind_can_be_left_out():
    model, x = zoo.convolutional(), zoo.images(2)
    shown = Shown(model, x, Kind.REPRESENTATION)
    assert set(shown.tables) == {Kind.REPRESENTATION, Kind.PREDICTION}
    assert not shown.pictures
    assert not shown.functions
