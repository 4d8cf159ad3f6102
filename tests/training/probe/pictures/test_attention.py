"""Attention scores are those that the layers return when asked. Runs under each backend."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from tb_keras_inspect.records import Kind
from tests.training.shown import Shown, array, assert_shows, host


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)


def attending(**options):
    x, y = keras.Input((5, 6)), keras.Input((7, 6))
    made = layers.MultiHeadAttention(3, 4, name="attend", **options)
    return keras.Model([x, y], made(x, y))


def scores_of(layer, *args, **kwargs):
    return host(layer(*args, return_attention_scores=True, **kwargs)[1])


@pytest.mark.parametrize("options", [{}, {"dropout": 0.4}, {"use_bias": False}])
def test_scores_are_those_that_the_layer_returns_when_asked(options):
    model, x = attending(**options), [array((2, 5, 6)), array((2, 7, 6), 1)]
    item = Shown(model, x, Kind.ATTENTION).pictures[Kind.ATTENTION]["attend"]
    want = scores_of(model.get_layer("attend"), *x)
    assert item.layout == "attention"
    assert item.full_shape == want.shape == (2, 3, 5, 7)
    assert_shows(item, want)
    np.testing.assert_allclose(item.values.sum(axis=-1), 1, atol=0.02)


def test_causal_scores_are_zero_above_the_diagonal():
    inputs = keras.Input((5, 6))
    layer = layers.MultiHeadAttention(2, 4, name="attend")
    model, x = keras.Model(inputs, layer(inputs, inputs, use_causal_mask=True)), array((2, 5, 6))
    item = Shown(model, x, Kind.ATTENTION).pictures[Kind.ATTENTION]["attend"]
    assert_shows(item, scores_of(layer, x, x, use_causal_mask=True))
    assert not item.values[..., 0, 1:].any()


def test_scores_are_shown_where_flash_attention_is_switched_on():
    model, x = attending(), [array((2, 5, 6)), array((2, 7, 6), 1)]
    layer = model.get_layer("attend")
    want = scores_of(layer, *x)
    layer._flash_attention = True
    before = dict(layer.__dict__)
    item = Shown(model, x, Kind.ATTENTION).pictures[Kind.ATTENTION]["attend"]
    assert_shows(item, want)
    assert layer.__dict__ == before


def test_grouped_queries_and_single_heads_are_shown():
    x = keras.Input((5, 8))
    grouped = layers.GroupQueryAttention(4, 4, 2, name="grouped")
    single = layers.Attention(name="single", use_scale=True)
    added = layers.AdditiveAttention(name="added")
    y = grouped(x, x)
    model = keras.Model(x, [y, single([x, y]), added([y, x])])
    samples = array((2, 5, 8))
    found = Shown(model, samples, Kind.ATTENTION).pictures[Kind.ATTENTION]
    y = grouped(samples, samples)
    want = {
        "grouped": scores_of(grouped, samples, samples),
        "single": scores_of(single, [ops.convert_to_tensor(samples), y])[:, None],
        "added": scores_of(added, [y, ops.convert_to_tensor(samples)])[:, None],
    }
    assert set(found) == set(want)
    for name, scores in want.items():
        assert_shows(found[name], scores)


def test_several_attention_axes_become_one():
    inputs = keras.Input((3, 4, 6))
    layer = layers.MultiHeadAttention(2, 4, attention_axes=(1, 2), name="attend")
    model, x = keras.Model(inputs, layer(inputs, inputs)), array((2, 3, 4, 6))
    item = Shown(model, x, Kind.ATTENTION).pictures[Kind.ATTENTION]["attend"]
    assert_shows(item, scores_of(layer, x, x).reshape(2, 2, 12, 12))


class Twice(keras.Model):
    """A layer that is called twice, inside a subclassed model."""

    def __init__(self):
        super().__init__()
        self.attend = layers.MultiHeadAttention(2, 4, name="attend")

    def call(self, x):
        return self.attend(self.attend(x, x), x)


def test_each_call_has_its_scores_and_sublayers_that_training_does_not_call_stay_unseen():
    model, x = Twice(), array((2, 5, 8))
    model(x)
    shown = Shown(model, x, Kind.ATTENTION, Kind.MAPS)
    first = model.attend(x, x)
    found = shown.pictures[Kind.ATTENTION]
    assert list(found) == ["attend", "attend:1"]
    assert_shows(found["attend:1"], scores_of(model.attend, first, x))
    assert not [name for name in shown.pictures[Kind.MAPS] if "softmax" in name]
