"""Names of layers: their path, also of those to which Keras gives none."""

import keras
import pytest
from keras import layers

from tb_keras_inspect.training.model import names
from tests.training.probe.pictures import attention_layers as custom

pytestmark = pytest.mark.any_backend


def names_of(model):
    found = names.layer_names(model)
    return [found[id(layer)] for layer, _ in names.layers_of(model)]


def test_a_layer_without_variables_is_named_after_the_layer_around_it():
    layers.Softmax()  # Keras's numbers go on from here
    blocks = [
        custom.Block(custom.GroupedHeads(name="attention"), name=f"block_{n}") for n in (0, 1)
    ]
    found = names_of(custom.model_of(*blocks))
    for block in ("block_0", "block_1"):
        assert f"{block}/attention/query" in found
        assert f"{block}/attention/softmax" in found
        assert f"{block}/attention/dropout" in found


def test_its_own_name_stays_and_equal_ones_are_numbered():
    class Dropouts(layers.Layer):
        def __init__(self):
            super().__init__(name="drops")
            self.all = [layers.Dropout(0.1), layers.Dropout(0.1, name="last"), layers.Dropout(0.1)]

        def call(self, x):
            return x

    found = names_of(custom.model_of(Dropouts()))
    assert found[-3:] == ["drops/dropout", "drops/last", "drops/dropout~2"]


def test_layers_of_a_nested_model_keep_their_names():
    inner = keras.Sequential([keras.Input((5, 6)), layers.Dropout(0.1, name="drop")], name="inner")
    assert "drop" in names_of(custom.model_of(inner))
