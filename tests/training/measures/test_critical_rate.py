"""The critical learning rate: against its closed form, and nothing of the training run changes."""

import math
import warnings

import keras
import numpy as np
import pytest

from tb_keras_inspect import InspectCallback, load_run
from tb_keras_inspect.callback import InspectWarning
from tb_keras_inspect.training.measures.critical_rate import critical_factor
from tests.training.references import BACKEND
from tests.training.steering.fits import assert_same

pytestmark = pytest.mark.one_compiler

LEAN = {"console": None, "maps_every": 0, "tier": "economy", "every": 1000}


def data(samples=64):
    make = np.random.default_rng(0)
    x = make.normal(size=(samples, 6)).astype("float32")
    return x, (x @ make.normal(size=(6, 1))).astype("float32") + 0.1


@pytest.mark.any_backend
@pytest.mark.parametrize("largest", [0.003, 0.2, 0.9, 1.1, 7.0, 300.0])
def test_the_factor_is_found_in_a_few_passes(largest):
    calls = []

    def loss_at(factor):  # a parabola that is as high as at 0 where the factor is `largest`
        calls.append(factor)
        return factor * (factor - largest)

    assert critical_factor(loss_at) == pytest.approx(largest, rel=0.1)
    assert len(calls) <= 11


@pytest.mark.any_backend
@pytest.mark.parametrize(
    "loss_at",
    [lambda f: math.nan, lambda f: f, lambda f: -f, lambda f: 1.0],
    ids=["nan", "rises", "falls", "constant"],
)
def test_where_nothing_or_everything_raises_the_loss_there_is_no_factor(loss_at):
    assert math.isnan(critical_factor(loss_at))


@pytest.mark.any_backend
def test_a_loss_that_is_not_finite_counts_as_raised():
    assert critical_factor(lambda f: math.inf if f > 2 else -f) == pytest.approx(2, rel=0.1)


def regression(optimizer):
    keras.utils.set_random_seed(0)
    layers = [keras.Input((6,)), keras.layers.Dense(1, use_bias=False)]
    model = keras.Sequential(layers)
    model.compile(optimizer, "mse", jit_compile=BACKEND == "jax")
    return model


def closed_form(model, x, y):
    """Of gradient descent on squares: 2 g.g / g.H.g."""
    weight = keras.ops.convert_to_numpy(model.trainable_variables[0]).astype(np.float64)
    gradient = 2 / len(x) * x.T @ (x @ weight - y)
    hessian = 2 / len(x) * x.T @ x
    return (2 * gradient.T @ gradient / (gradient.T @ hessian @ gradient)).item()


def decay():
    return keras.optimizers.schedules.ExponentialDecay(0.05, 1, 0.9)


@pytest.mark.parametrize(
    "rate", [lambda: 0.05, lambda: 3.0, decay], ids=["small", "large", "decay"]
)
def test_it_is_that_of_the_closed_form_and_recorded_with_the_next_sample(tmp_path, rate):
    x, y = data()
    model = regression(keras.optimizers.SGD(rate()))
    expected = closed_form(model, x, y)
    callback = InspectCallback(tmp_path, measure=["critical_rate"], **LEAN)
    model.fit(x, y, batch_size=64, epochs=3, shuffle=False, verbose=0, callbacks=[callback])
    step = load_run(tmp_path).table("step")
    assert step.steps[:2].tolist() == [0, 1]  # step 0 was measured: a sample follows
    found = step.select("critical_rate")[:, 0]
    assert math.isnan(found[0])
    assert found[1] == pytest.approx(expected, rel=0.1)
    first = 3.0 if rate() == 3.0 else 0.05
    assert step.select("rate_of_critical")[1, 0] == pytest.approx(first / found[1], rel=1e-4)


def made(**more):
    """With dropout, moving statistics, momentum and regularization."""
    keras.utils.set_random_seed(1)
    layers = [keras.Input((6,)), keras.layers.Dense(4), keras.layers.BatchNormalization()]
    layers += [keras.layers.Dropout(0.3), keras.layers.Dense(1, kernel_regularizer="l2")]
    model = keras.Sequential(layers)
    options = {"metrics": ["mae"], "jit_compile": BACKEND == "jax"} | more
    model.compile(keras.optimizers.Adam(0.01), "mse", **options)
    return model


def fitted(model, *callbacks):
    history = model.fit(*data(), batch_size=16, epochs=3, verbose=0, callbacks=list(callbacks))
    variables = (*model.variables, *model.optimizer.variables)
    return [keras.ops.convert_to_numpy(v) for v in variables], history.history


@pytest.mark.slow
def test_training_is_the_same_to_the_bit(tmp_path):
    callback = InspectCallback(
        tmp_path, measure="critical_rate", recovery={"on_nonfinite": "skip"}, **LEAN | {"every": 2}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error", InspectWarning)
        watched, history = fitted(made(), callback)
    plain, expected = fitted(made())
    assert_same(watched, plain)
    assert history == expected
    assert np.isfinite(load_run(tmp_path).table("step").select("critical_rate")).any()


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"optimizer": keras.optimizers.SGD(gradient_accumulation_steps=2)}, "accumulated"),
        pytest.param(
            {"steps_per_execution": 2},
            "`steps_per_execution` is greater",
            marks=pytest.mark.skipif(keras.backend.backend() == "torch", reason="makes one step"),
        ),
    ],
)
def test_where_it_cannot_be_measured_it_is_said_and_training_goes_on(tmp_path, options, why):
    model = made()
    model.compile(**{"optimizer": "sgd", "loss": "mse", "jit_compile": False} | options)
    with pytest.warns(InspectWarning, match=f"is not measured: .*{why}"):
        fitted(model, InspectCallback(tmp_path, measure=["critical_rate"], **LEAN))
    assert "critical_rate" not in load_run(tmp_path).table("step").statistics


@pytest.mark.any_backend
def test_an_unknown_measure_is_refused(tmp_path):
    with pytest.raises(
        ValueError, match=r"`measure` must be a list of some of .*Received: measure='x'"
    ):
        InspectCallback(tmp_path, measure="x")
