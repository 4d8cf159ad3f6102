"""A coordinate check: against NumPy, and on parametrizations whose exponents are known."""

import functools
import random

import keras
import numpy as np
import pytest

from tb_keras_inspect import coordinate_check

pytestmark = pytest.mark.any_backend

X = np.random.default_rng(0).normal(size=(16, 6)).astype("float32")
Y = X[:, :1] * X[:, 1:2]
RATE = 1e-3


def hidden(width, optimizer, last="lecun_normal"):
    """Three layers without activation functions, whose outputs begin alike at each width."""
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(width, None, False, "lecun_normal", name="h1"),
            keras.layers.Dense(width, None, False, "lecun_normal", name="h2"),
            keras.layers.Dense(1, name="h3", kernel_initializer=last),
        ]
    )
    model.compile(optimizer, "mse")
    return model


@pytest.fixture(scope="module")
def standard():
    """The same rate of Adam for all layers, at each width."""
    return coordinate_check(
        lambda width: hidden(width, keras.optimizers.Adam(RATE)), [256, 16, 64], (X, Y), steps=1
    )


def test_outputs_and_changes_are_those_of_the_model():
    made = []

    def make(width):
        made.append(hidden(width, keras.optimizers.SGD(0.1)))
        made.append([np.array(v) for v in made[0].get_weights()] if width == 4 else None)
        return made[-2]

    check = coordinate_check(make, [4, 8], (X, Y), steps=2, seeds=1, batch_size=16)
    assert check.layers == ("h1", "h2", "h3")
    assert check.sizes.shape == (2, 3, 3)
    order = np.random.default_rng(0).permutation(16)  # that of the first batch

    def outputs(weights):
        first = X[order] @ weights[0]
        second = first @ weights[1]
        return first, second, second @ weights[2] + weights[3]

    before, after = outputs(made[1]), outputs(made[0].get_weights())
    for layer in range(3):
        size = np.sqrt(np.mean(after[layer] ** 2))
        change = np.sqrt(np.mean((after[layer] - before[layer]) ** 2))
        assert check.sizes[0, 2, layer] == pytest.approx(size, rel=1e-4)
        assert check.changes[0, 1, layer] == pytest.approx(change, rel=1e-3)


def test_with_one_rate_for_all_widths_the_hidden_layer_learns_faster_the_wider_it_is(standard):
    assert standard.widths.tolist() == [16, 64, 256]
    # Adam moves each weight by about the rate: the first layer has 6 inputs at each width, the second
    # as many as it is wide.
    assert standard.exponents["h1"] == pytest.approx(0, abs=0.2)
    assert 0.6 < standard.exponents["h2"] < 1.3
    assert abs(standard.initial_exponents["h2"]) < 0.2
    assert not standard.is_stable
    assert "grows with the width to the power" in standard.verdict
    assert "needs a smaller learning rate" in str(standard)


def test_rates_and_outputs_scaled_by_the_width_are_stable():
    def make(width):
        adam = functools.partial(keras.optimizers.Adam, epsilon=1e-12)
        choice = keras.optimizers.OptimizerMap(adam(RATE))
        choice[".*h2/.*"], choice[".*h3/kernel"] = adam(RATE / width), adam(RATE / width)
        return hidden(width, keras.optimizers.MultiOptimizer(choice), last="zeros")

    check = coordinate_check(make, [16, 64, 256], (X, Y), steps=3)
    assert check.is_stable, check.exponents
    assert str(check).startswith(
        "Stable: what training changes stays the same from width 16 to 256"
    )


def test_a_rate_that_falls_with_the_width_leaves_wide_models_behind():
    def make(width):
        return hidden(width, keras.optimizers.Adam(RATE / width))

    check = coordinate_check(make, [16, 64], (X, Y), steps=1, seeds=1)
    # In the first step each weight moves by the rate, up or down.
    assert check.exponents["h1"] == pytest.approx(-1, abs=0.3)
    assert "a wider model learns less there" in check.verdict


def test_the_picture_has_a_line_for_each_layer(standard):
    pytest.importorskip("matplotlib")
    ax = standard.plot()
    assert [text.get_text() for text in ax.get_legend().get_texts()][1].startswith("h2: +")
    assert ax.get_xlabel() == "width"


def drawn():
    return [random.random(), np.random.rand(), float(keras.random.uniform(()))]


def test_random_numbers_go_on_as_before():
    found = []
    for is_checked in (True, False):
        keras.utils.set_random_seed(3)
        drawn()
        if is_checked:
            make = lambda width: hidden(width, keras.optimizers.SGD(0.1))  # noqa: E731
            coordinate_check(make, [2, 4], (X, Y), steps=1, seeds=1)
        found.append(drawn())
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("widths", "options", "message"),
    [
        ([4], {}, "`widths` must be at least two different"),
        ([4, 0], {}, "`widths` must be at least two different"),
        ([4, 8], {"steps": 0}, "`steps` must be a positive integer"),
        ([4, 8], {"seeds": True}, "`seeds` must be a positive integer"),
    ],
)
def test_bad_options_say_what_is_accepted(widths, options, message):
    with pytest.raises(ValueError, match=message):
        coordinate_check(lambda width: None, widths, (X, Y), **options)


def test_models_have_to_be_compiled_and_alike():
    with pytest.raises(
        TypeError, match=r"must return a compiled keras\.Model\. Received: NoneType"
    ):
        coordinate_check(lambda width: None, [4, 8], (X, Y))

    def make(width):
        layers = [keras.layers.Dense(2) for _ in range(width)]
        model = keras.Sequential([keras.Input((6,)), *layers, keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    with pytest.raises(
        ValueError, match=r"the same layers at each width\. Received: 3 with width 2"
    ):
        coordinate_check(make, [2, 3], (X, Y), steps=1, seeds=1)


def test_outputs_that_are_not_finite_are_named():
    def make(width):
        return hidden(width, keras.optimizers.SGD(1e30))

    check = coordinate_check(make, [2, 4], (X, Y), steps=3, seeds=1)
    assert check.verdict == "outputs are not finite at width 2"
    assert not check.is_stable
