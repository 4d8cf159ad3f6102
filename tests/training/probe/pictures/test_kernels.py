"""Weights as pictures, against NumPy. Runs under each backend."""

import keras
import numpy as np
import pytest
from keras import layers

from tb_keras_inspect.records import Kind
from tb_keras_inspect.training.probe.pictures import kernels
from tests.training import model_zoo as zoo
from tests.training.shown import Shown, array, assert_shows, host


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)


def test_kernels_are_tiles_and_other_weights_matrices_with_the_norm_of_each_unit():
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(5, 3, name="conv")(inputs)
    x = layers.DepthwiseConv2D(3, depth_multiplier=2, name="depth")(x)
    x = layers.Conv2D(4, 1, name="point")(x)
    x = layers.Conv2DTranspose(2, 3, name="up")(x)
    x = layers.Reshape((-1, 2))(x)
    x = layers.Conv1D(3, 4, name="line")(x)
    x = layers.LSTM(3, name="lstm")(x)
    model = keras.Model(inputs, layers.Dense(2, name="out")(x))
    found = Shown(model, array((2, 8, 8, 3)), Kind.KERNELS).pictures[Kind.KERNELS]
    of = {v.path: host(v.value) for v in model.trainable_variables}
    # [inputs, units, height, width], and the axes that a unit's norm is over.
    want = {
        "conv/kernel": of["conv/kernel"].transpose(2, 3, 0, 1),
        "depth/kernel": of["depth/kernel"].reshape(3, 3, 10).transpose(2, 0, 1)[None],
        "point/kernel": of["point/kernel"][0, 0][None, None],
        "up/kernel": of["up/kernel"].transpose(3, 2, 0, 1),
        "line/kernel": of["line/kernel"].transpose(1, 2, 0)[..., None],
        "lstm/lstm_cell/kernel": of["lstm/lstm_cell/kernel"][None, None],
        "out/kernel": of["out/kernel"][None, None],
    }
    for name, values in want.items():
        item = found[name]
        assert_shows(item, values)
        assert item.layout == ("matrix" if item.rows is None else "kernel"), name
        norms = np.sqrt(
            np.square(values).sum(axis=(0, 2, 3) if item.rows is not None else (0, 1, 2))
        )
        np.testing.assert_allclose(item.norms, norms, rtol=1e-5)
    assert found["conv/kernel"].layout == found["up/kernel"].layout == "kernel"
    assert "conv/bias" not in found


def test_of_many_input_channels_those_of_the_largest_norm_are_shown():
    model = keras.Sequential([keras.Input((6, 6, 40)), layers.Conv2D(3, 3, name="conv")])
    kernel = array((3, 3, 40, 3)) * np.random.default_rng(1).permutation(40)[None, None, :, None]
    model.layers[0].kernel.assign(kernel)
    item = Shown(model, array((1, 6, 6, 40)), Kind.KERNELS).pictures[Kind.KERNELS]["conv/kernel"]
    by_norm = np.argsort(-np.square(kernel).sum(axis=(0, 1, 3)))[: kernels.MAX_INPUTS]
    assert item.rows.tolist() == sorted(by_norm)
    assert_shows(item, kernel[:, :, item.rows].transpose(2, 3, 0, 1))
    assert item.full_shape == (40, 3, 3, 3)


def test_projections_of_attention_have_their_heads_as_units():
    model = zoo.attention()
    found = Shown(model, zoo.sequences(2), Kind.KERNELS).pictures[Kind.KERNELS]
    of = {v.path: host(v.value) for v in model.trainable_variables}
    query = next(name for name in found if name.endswith("query/kernel"))
    assert_shows(found[query], of[query].reshape(zoo.FEATURES, -1)[None, None])
    out = next(name for name in found if name.endswith("attention_output/kernel"))
    assert_shows(found[out], of[out].reshape(-1, zoo.FEATURES)[None, None])


def test_a_large_matrix_is_averaged_over_cells():
    model = keras.Sequential([keras.Input((300,)), layers.Dense(100, name="wide")])
    shown = Shown(model, array((1, 300)), Kind.KERNELS, max_pixels=60)
    item = shown.pictures[Kind.KERNELS]["wide/kernel"]
    kernel = host(model.layers[0].kernel)
    _, _, height, width = item.codes.shape
    assert height * width <= 16 * 60
    rows, columns = -(-300 // height), -(-100 // width)
    for i, j in ((0, 0), (height - 1, width - 1)):
        cell = kernel[i * rows : (i + 1) * rows, j * columns : (j + 1) * columns]
        assert abs(item.values[0, 0, i, j] - cell.mean()) <= 0.51 * item.scale[0, 0] + 1e-6
    np.testing.assert_allclose(item.norms, np.sqrt(np.square(kernel).sum(axis=0)), rtol=1e-5)
