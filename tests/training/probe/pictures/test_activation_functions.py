"""Activation functions in use: curves, pre-activations, flat parts. Runs under each backend."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from tb_keras_inspect.records import Kind
from tb_keras_inspect.training.probe.pictures.activation_functions import ActivationInputs, used_in
from tests.training.shown import Shown, array, host


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)


def squareplus(x):
    return 0.5 * (x + ops.sqrt(x * x + 4.0))


def test_a_function_has_its_curve_over_the_pre_activations_met_and_their_histogram():
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(7, activation="relu", name="fused"),
            layers.Dense(5, activation=squareplus, name="own"),
            layers.LeakyReLU(negative_slope=0.25, name="layer"),
            layers.Dense(4, name="none"),
            layers.Activation("sigmoid", name="applied"),
            layers.Dense(3, activation="softmax", name="out"),
        ]
    )
    x = array((16, 6))
    shown = Shown(model, x, Kind.ACTIVATION_FUNCTION)
    assert list(shown.functions) == ["fused", "own", "layer", "applied", "out"]
    functions = {
        "fused": ("relu", lambda x: np.maximum(x, 0)),
        "own": ("squareplus", lambda x: 0.5 * (x + np.sqrt(x * x + 4))),
        "layer": (None, lambda x: np.where(x > 0, x, 0.25 * x)),
        "applied": ("sigmoid", lambda x: 1 / (1 + np.exp(-x))),
    }
    y = x
    for layer in model.layers:
        before = y if not hasattr(layer, "kernel") else y @ host(layer.kernel) + host(layer.bias)
        y = host(layer(y))
        item = shown.functions.get(layer.name)
        if item is None:
            continue
        assert (item.low, item.high) == pytest.approx((before.min(), before.max()), rel=1e-4)
        assert item.counts.sum() == before.size
        want, _ = np.histogram(before, item.edges)
        assert np.abs(want - item.counts.astype(int)).sum() <= 4, "values at the edges of bins"
        if layer.name == "out":
            assert item.curve is None
            assert "more than one value" in item.reason
            continue
        name, function = functions[layer.name]
        assert name in (None, item.function)
        np.testing.assert_allclose(item.curve, function(item.edges), rtol=1e-4, atol=1e-5)


def flat_share(function):
    """Shares of pre-activations on a flat part, by a derivative written down."""
    slope = {"relu": lambda x: (x > 0).astype(float), "tanh": lambda x: 1 - np.tanh(x) ** 2}
    return lambda x: np.mean(slope[function](x) < 1 / 40)


@pytest.mark.parametrize("function", ["relu", "tanh"])
def test_the_flat_share_is_that_of_slopes_below_a_fortieth_of_the_steepest(function):
    model = keras.Sequential([keras.Input((6,)), layers.Dense(40, activation=function, name="d")])
    model.layers[0].kernel.assign(array((6, 40)) * 2)
    x = array((16, 6), 1)
    item = Shown(model, x, Kind.ACTIVATION_FUNCTION).functions["d"]
    want = flat_share(function)(x @ host(model.layers[0].kernel))
    assert 0.1 < want < 0.9
    assert item.flat_fraction == pytest.approx(want, abs=0.01)


def test_non_finite_pre_activations_are_counted_and_a_constant_has_a_range():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4, activation="relu", name="d")])
    kernel = np.zeros((3, 4), "float32")
    kernel[:, 1] = np.nan
    model.layers[0].kernel.assign(kernel)
    item = Shown(model, array((5, 3)), Kind.ACTIVATION_FUNCTION).functions["d"]
    assert item.nonfinite == 5
    assert item.counts.sum() == 15
    assert item.low == 0 < item.high
    model.layers[0].kernel.assign(np.full((3, 4), np.nan))
    item = Shown(model, array((5, 3)), Kind.ACTIVATION_FUNCTION).functions["d"]
    assert (item.nonfinite, item.counts.sum(), item.low, item.high) == (20, 0, 0, 0)


def test_a_slope_for_each_unit_has_no_curve():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.PReLU(name="p")])
    item = Shown(model, array((5, 3)), Kind.ACTIVATION_FUNCTION).functions["p"]
    assert item.curve is None
    assert "slope of its own" in item.reason
    assert np.isnan(item.flat_fraction)


def test_a_function_that_is_computed_again_for_its_gradient_is_left_alone():
    with keras.RematScope(mode="activations"):
        remade = layers.Dense(3, activation="relu", name="remade")
    original, called = remade.activation, []
    shown = ActivationInputs(used_in([(remade, "remade")]), called.append, None, None)
    with shown.installed():
        assert remade.activation is original
    assert "RematScope" in shown.omissions["remade"]
