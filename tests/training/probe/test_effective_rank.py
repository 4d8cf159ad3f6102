"""Effective rank, against a singular value decomposition. Runs under each backend."""

import keras
import numpy as np
import pytest
from keras import layers

from tb_keras_inspect.records import Kind
from tests.training.shown import Shown, array, host


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)


def effective_rank(x):
    """The least number of singular directions that hold 99 % of the variance."""
    x = x.astype(np.float64)
    variances = np.square(np.linalg.svd(x - x.mean(axis=0), compute_uv=False))
    held = np.cumsum(variances) / variances.sum()
    return int(np.argmax(held >= 0.99)) + 1


def test_the_effective_rank_is_that_of_a_singular_value_decomposition():
    model = keras.Sequential(
        [
            keras.Input((7, 6, 3)),
            layers.Conv2D(6, 3, name="conv"),
            layers.Flatten(name="flat"),
            layers.Dense(9, name="dense"),
            layers.Dense(4, kernel_initializer="zeros", name="constant"),
        ]
    )
    low = array((3, 3, 3, 2)) @ array((2, 6), 1)
    model.get_layer("conv").kernel.assign(low)
    x = array((6, 7, 6, 3), 2)  # 6 samples x 5 x 4 positions of the convolution
    found = Shown(model, x, Kind.REPRESENTATION, Kind.MAPS).table(Kind.REPRESENTATION)
    outputs = keras.Model(model.inputs, {layer.name: layer.output for layer in model.layers})(x)
    conv = host(outputs["conv"]).reshape(-1, 6)
    assert effective_rank(conv) == found["conv"]["effective_rank"] == 2
    assert found["conv"]["dimensions"] == 6
    assert found["conv"]["observations"] == 120
    assert found["conv"]["rank_fraction"] == pytest.approx(2 / 6)
    dense = host(outputs["dense"])
    assert found["dense"] == {
        "effective_rank": effective_rank(dense),
        "rank_fraction": pytest.approx(effective_rank(dense) / 5),
        "dimensions": 9,
        "observations": 6,
    }
    assert found["constant"]["effective_rank"] == 0


def test_of_many_positions_some_are_looked_at_evenly_spaced():
    model = keras.Sequential([keras.Input((20, 20, 2)), layers.Conv2D(3, 1, name="conv")])
    x = array((2, 20, 20, 2))
    row = Shown(model, x, Kind.REPRESENTATION).table(Kind.REPRESENTATION)["conv"]
    outputs = host(model(x)).reshape(-1, 3)
    chosen = outputs[np.linspace(0, len(outputs) - 1, 128).round().astype(int)]
    assert row["observations"] == 128
    assert row["effective_rank"] == effective_rank(chosen)
