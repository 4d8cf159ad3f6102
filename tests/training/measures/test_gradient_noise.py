"""The gradient noise: against gradients of single parts, a closed form, and a fit without it."""

import warnings

import keras
import numpy as np
import pytest

from tb_keras_inspect import InspectCallback, load_run, useful_batch_size
from tb_keras_inspect.callback import InspectWarning
from tb_keras_inspect.training.measures import measures
from tb_keras_inspect.training.measures.gradient_noise import PARTS
from tests.training.measures.test_critical_rate import data, fitted, made
from tests.training.references import BACKEND, autograd, compiled_loss
from tests.training.steering.fits import assert_same

pytestmark = pytest.mark.one_compiler

LEAN = {"console": None, "maps_every": 0, "every": 1000, "measure": "gradient_noise"}


def test_it_is_that_of_the_gradients_of_the_parts(tmp_path):
    x, y = data(16)
    keras.utils.set_random_seed(0)
    layers = [keras.Input((6,)), keras.layers.Dense(3, "tanh", name="a"), keras.layers.Dense(1)]
    model = keras.Sequential(layers)
    model.compile("sgd", "mse", jit_compile=BACKEND == "jax")
    size = 16 // PARTS
    parts = []
    for start in range(0, 16, size):
        batch = (keras.ops.convert_to_tensor(a[start : start + size]) for a in (x, y))
        found = autograd(compiled_loss(model, *batch), model.trainable_variables)
        parts.append([keras.ops.convert_to_numpy(g).astype(np.float64).ravel() for g in found])
    model.fit(x, y, 16, epochs=2, shuffle=False, verbose=0, callbacks=[
        InspectCallback(tmp_path, **LEAN)
    ])  # fmt: skip
    run = load_run(tmp_path)
    whole = np.array([np.concatenate(part) for part in parts])
    noise, signal = expected(whole)
    step = run.table("step")
    assert step.steps[:2].tolist() == [0, 1]  # step 0 was measured: a sample follows
    assert step.select("gradient_noise")[1, 0] == pytest.approx(noise * size, rel=1e-3)
    assert step.select("gradient_signal")[1, 0] == pytest.approx(signal, rel=1e-3)
    assert np.isnan(step.select("gradient_noise")[0, 0])
    kernel, signal = expected(np.array([part[0] for part in parts]))
    scale = kernel * size / signal if signal > 0 else np.nan
    found = run.table("gradient").select("noise_scale")[1]
    assert found[run.table("gradient").names.index("a/kernel")] == pytest.approx(
        scale, rel=1e-2, nan_ok=True
    )


def expected(parts):
    """Noise of a part and signal, of gradients as rows."""
    noise = np.sum(np.var(parts, axis=0, ddof=1))
    return noise, np.sum(parts.mean(axis=0) ** 2) - noise / len(parts)


@pytest.mark.any_backend
@pytest.mark.slow
def test_of_a_linear_regression_it_is_near_the_closed_form(tmp_path, monkeypatch):
    """For normal inputs: ((d + 1) |w - w*|^2 + d s^2) / |w - w*|^2, s: scatter of the targets."""
    monkeypatch.setattr(measures, "MOST_TIME", 1e9)
    d, scatter, batch = 20, 2.0, 64
    make = np.random.default_rng(1)
    target = make.normal(size=(d, 1))
    x = make.normal(size=(60 * batch, d)).astype("float32")
    y = (x @ target + scatter * make.normal(size=(len(x), 1))).astype("float32")
    dense = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((d,)), dense])
    model.compile(keras.optimizers.SGD(0.0), "mse")
    callback = InspectCallback(tmp_path, **LEAN | {"every": 1, "tier": "economy"})
    # The same batches each time: the band misses the true scale in one of ten cases.
    model.fit(x, y, batch, shuffle=False, verbose=0, callbacks=[callback])
    found = useful_batch_size(load_run(tmp_path), last=50)
    distance = float(np.sum(target**2))
    wanted = ((d + 1) * distance + d * scatter**2) / distance
    assert found.low < wanted < found.high
    assert found.batch_size == pytest.approx(wanted, rel=0.2)
    assert found.high / found.low < 2
    assert found.used == batch


@pytest.mark.slow
def test_training_is_the_same_to_the_bit(tmp_path, monkeypatch):
    monkeypatch.setattr(measures, "MOST_TIME", 1e9)
    options = LEAN | {"measure": ["critical_rate", "gradient_noise"], "every": 2}
    with warnings.catch_warnings():
        warnings.simplefilter("error", InspectWarning)
        watched, history = fitted(made(), InspectCallback(tmp_path, **options))
    plain, wanted = fitted(made())
    assert_same(watched, plain)
    assert history == wanted
    step = load_run(tmp_path).table("step")
    assert np.isfinite(step.select("gradient_noise")).sum() > 3
    assert np.isfinite(step.select("critical_rate")).any()


@pytest.mark.any_backend
def test_a_batch_of_fewer_examples_than_parts_is_not_measured(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error", InspectWarning)
        made().fit(*data(3), verbose=0, epochs=2, callbacks=[InspectCallback(tmp_path, **LEAN)])
    assert np.isnan(load_run(tmp_path).table("step").select("gradient_noise")).all()
