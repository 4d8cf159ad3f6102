"""Which frozen layers still hold what their initializer drew."""

import keras
import numpy as np
import pytest

from tb_keras_inspect.training.model.fresh_weights import MAX_ELEMENTS, frozen_as_initialised

layers = keras.layers


def base(**options):
    """Layers of each kind with a kernel of its own name, and some without a random one."""
    return keras.Sequential(
        [
            keras.Input((6,), dtype="int32"),
            layers.Embedding(9, 4, name="words"),
            layers.SeparableConv1D(5, 2, name="separable"),
            layers.BatchNormalization(name="norm"),
            layers.LSTM(3, name="memory"),
            layers.Dense(4, name="hidden", **options),
        ],
        name="base",
    )


def around(inner):
    return keras.Sequential([keras.Input((6,), dtype="int32"), inner, layers.Dense(2, name="head")])


FRESH = ["base/words", "base/separable", "base/memory/lstm_cell", "base/hidden"]


def named(model):
    return [path.replace("lstm_cell_1", "lstm_cell") for path in frozen_as_initialised(model)]


def test_frozen_layers_with_their_first_weights_are_named():
    inner = base()
    inner.trainable = False
    model = around(inner)
    keras.utils.set_random_seed(3)
    expected = keras.random.normal((2,))
    keras.utils.set_random_seed(3)
    assert named(model) == FRESH
    # Drawing them again leaves the random state as it was.
    np.testing.assert_array_equal(
        *map(keras.ops.convert_to_numpy, (keras.random.normal((2,)), expected))
    )


def test_layers_that_train_are_not():
    assert named(around(base())) == []


def test_layers_that_were_trained_or_loaded_are_not():
    inner = base()
    other = base()
    other.set_weights(inner.get_weights())
    other.trainable = False
    assert named(around(other)) == []
    hidden = inner.get_layer("hidden")
    hidden.kernel.assign(hidden.kernel * 1.001)
    inner.trainable = False
    assert named(around(inner)) == FRESH[:-1]


@pytest.mark.parametrize(
    "initializer",
    [
        "zeros",
        keras.initializers.Constant(0.5),
        keras.initializers.RandomNormal(seed=keras.random.SeedGenerator(1)),
        lambda shape, dtype=None: keras.ops.ones(shape, dtype),
    ],
    ids=["zeros", "fixed filter", "shared generator", "own function"],
)
def test_weights_that_are_fixed_on_purpose_or_cannot_be_drawn_again_are_left_out(initializer):
    inner = base(kernel_initializer=initializer)
    inner.trainable = False
    assert "base/hidden" not in named(around(inner))


def test_large_kernels_are_left_out():
    width = MAX_ELEMENTS // 4 + 1
    wide = layers.Dense(width, name="wide")
    wide.trainable = False
    assert frozen_as_initialised(keras.Sequential([keras.Input((4,)), wide])) == []
