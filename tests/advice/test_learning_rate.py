"""A search for a learning rate leaves everything as it was, finds a good one, and says why."""

import random

import keras
import numpy as np
import pytest

from tb_keras_inspect import find_learning_rate
from tb_keras_inspect.advice.batches import AT_HAND
from tests.training.references import BACKEND

FEW = {"steps": 10, "trials": 3}


def data(samples=64):
    make = np.random.default_rng(0)
    x = make.normal(size=(samples, 6)).astype("float32")
    return x, (x @ make.normal(size=(6, 1))).astype("float32") + 0.1


def made(optimizer=None, is_built=True, **more):
    """With dropout, moving statistics and momentum: all that steps may change."""
    keras.utils.set_random_seed(1)
    layers = [keras.layers.Dense(4), keras.layers.BatchNormalization(), keras.layers.Dropout(0.3)]
    model = keras.Sequential([*layers, keras.layers.Dense(1)])
    if is_built:
        model.build((None, 6))
    options = {"metrics": ["mae"], "jit_compile": BACKEND == "jax"} | more
    model.compile(optimizer or keras.optimizers.Adam(0.01), "mse", **options)
    return model


def state(model):
    variables = (*model.variables, *model.optimizer.variables, *model.metrics_variables)
    return [keras.ops.convert_to_numpy(variable) for variable in variables]


def drawn():
    """Numbers from every global generator."""
    of_keras = keras.ops.convert_to_numpy(keras.random.uniform((2,)))
    return [random.random(), np.random.rand(), *of_keras.tolist()]


def assert_same(left, right):
    assert len(left) == len(right)
    for one, other in zip(left, right, strict=True):
        np.testing.assert_array_equal(one, other)


CALLS = {} if BACKEND == "torch" else {"steps_per_execution": 2}


def schedule():
    return keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5), 0.9)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "options", "fits_before"),
    [
        pytest.param(lambda: None, {"is_built": False}, 0, id="new"),
        pytest.param(schedule, {}, 1, id="schedule"),
        pytest.param(lambda: None, CALLS, 1, id="several steps a call", marks=pytest.mark.thorough),
    ],
)
def test_training_goes_on_as_if_nothing_had_been_tried(make, options, fits_before):
    results = []
    for is_tried in (True, False):
        model = made(make(), **options)
        for _ in range(fits_before):
            model.fit(*data(), epochs=1, batch_size=16, verbose=0)
        if is_tried:
            names = set(vars(model.optimizer))
            count = len(model.optimizer.variables) if model.optimizer.built else None
            before = state(model) if fits_before else None
            find_learning_rate(model, data(), **FEW)
            assert set(vars(model.optimizer)) >= names
            if fits_before:
                assert len(model.optimizer.variables) == count
                assert_same(state(model), before)
        # Keras draws an order of the samples more where it has to build the model.
        shuffle = options.get("is_built", True)
        history = model.fit(*data(), epochs=2, batch_size=16, verbose=0, shuffle=shuffle).history
        results.append((state(model), history, drawn()))
    assert_same(results[0][0], results[1][0])
    assert results[0][1:] == results[1][1:]


class Noisy(keras.utils.PyDataset):
    """Draws from a generator of its own and from a global one."""

    def __init__(self):
        super().__init__()
        self.x, self.y = data()
        self.generator = np.random.default_rng(3)

    def __len__(self):
        return 4

    def __getitem__(self, index):
        rows = slice(16 * index, 16 * index + 16)
        noise = self.generator.normal(size=(16, 6)) + np.random.normal(size=(16, 6))
        return self.x[rows] + noise.astype("float32"), self.y[rows]


def tf_data():
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices(data()).shuffle(64).batch(16)


def loader():
    import torch

    tensors = torch.utils.data.TensorDataset(*map(torch.from_numpy, data()))
    generator = torch.Generator().manual_seed(5)
    return torch.utils.data.DataLoader(tensors, 16, shuffle=True, generator=generator)


OF_BACKEND = {"tensorflow": [tf_data, Noisy], "torch": [loader], "jax": []}


@pytest.mark.slow
@pytest.mark.parametrize("make", OF_BACKEND[BACKEND])
def test_data_yields_the_same_batches_as_without_a_search(make):
    """Its order, and what it draws, is where it was."""
    results = []
    for is_tried in (True, False):
        model, source = made(), make()
        if is_tried:
            curve = find_learning_rate(model, source, **FEW)
            assert curve.notes == ()
        model.fit(source, epochs=2, verbose=0)
        results.append(state(model))
    assert_same(*results)


def test_of_a_generator_the_batches_at_hand_are_used_and_it_is_said():
    x, y = data(16)
    numbers = iter(range(1000))
    source = ((x, y) for _ in numbers)
    curve = find_learning_rate(made(), source, **FEW)
    assert next(numbers) == AT_HAND
    assert f"{AT_HAND} batches were taken" in curve.notes[0]
    assert str(curve).endswith("begins after them.")


def regression(rate=1.0):
    """Linear regression: its largest stable rate for gradient descent is known."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1, use_bias=False)])
    model.compile(keras.optimizers.SGD(rate), "mse", jit_compile=BACKEND == "jax")
    return model


@pytest.fixture(scope="module")
def found():
    return find_learning_rate(regression(), data(), batch_size=64, steps=60)


def test_a_rate_that_is_known_to_be_stable_and_fast_is_suggested(found):
    x, _ = data()
    largest = np.linalg.eigvalsh(2 / len(x) * x.T @ x).max()
    assert 0.1 / largest < found.suggestion < 2 / largest
    assert found.trials[found.suggestion] == min(found.trials.values())
    assert found.reason.startswith("after 60 steps with it the loss is ")


def test_the_curve_has_the_losses_before_each_update(found):
    """Against gradient descent by hand."""
    x, y = (item.astype(np.float64) for item in data())
    weight = keras.ops.convert_to_numpy(regression().trainable_variables[0]).astype(np.float64)
    expected = []
    for rate in found.rates:
        error = x @ weight - y
        expected.append(np.mean(error**2))
        weight -= rate * 2 / len(x) * x.T @ error
    stable = 50  # later ones amplify rounding
    np.testing.assert_allclose(found.losses[:stable], expected[:stable], rtol=1e-3)
    np.testing.assert_allclose(found.rates[:2], np.geomspace(1e-6, 10, 60)[:2])


def test_the_curve_can_be_drawn(found):
    ax = found.plot()
    assert ax.get_xscale() == "log"
    assert any("suggested" in text.get_text() for text in ax.get_legend().get_texts())


def test_a_loss_that_no_rate_lowers_gets_no_suggestion():
    x, _ = data()
    model = regression()
    model.get_layer(index=0).trainable = False
    model.compile(keras.optimizers.SGD(0.1), "mse", jit_compile=BACKEND == "jax")
    curve = find_learning_rate(model, (x, x[:, :1]), batch_size=64, **FEW)
    assert curve.suggestion is None
    assert "lowered the loss" in curve.reason


def test_a_loss_that_is_not_finite_is_refused_and_nothing_is_changed():
    model = made()
    model.optimizer.build(model.trainable_variables)
    x, y = data()
    before = state(model)
    with pytest.raises(ValueError, match=r"must be finite before the first update.*Received: nan"):
        find_learning_rate(model, (x * np.nan, y), **FEW)
    assert_same(state(model)[: len(before)], before)


def refused():
    x, y = data()
    model = made()
    yield "compiled with an optimizer", (keras.Sequential([keras.layers.Dense(1)]), (x, y)), {}
    yield "keras.Model. Received: str", ("model", (x, y)), {}
    yield "`lowest` must be", (model, (x, y)), {"lowest": 0}
    yield "`steps` must be an integer of at least 10. Received: 3", (model, (x, y)), {"steps": 3}
    yield "`data` must be a tuple", (model, x), {}
    yield "same number of samples", (model, (x, y[:3])), {}
    yield "`data` must have batches", (model, []), {}
    if hasattr(keras.optimizers, "MultiOptimizer"):
        several = made(keras.optimizers.MultiOptimizer([keras.optimizers.SGD()]))
        yield "one learning rate. Received: MultiOptimizer", (several, (x, y)), {}


@pytest.mark.any_backend
def test_bad_input_is_refused_with_what_was_received():
    for message, arguments, options in refused():
        with pytest.raises((ValueError, TypeError), match=message):
            find_learning_rate(*arguments, **options)
