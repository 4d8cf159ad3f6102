"""The precision forecast: against rounding each element, on arrays and on real runs."""

import keras
import ml_dtypes
import numpy as np
import pytest

from tb_keras_inspect import InspectCallback, forecast_precision, load_run
from tb_keras_inspect.catalog.precisions import PRECISIONS
from tb_keras_inspect.records import bins
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.precision import lost_fractions, swallowed_fraction

TYPES = {name: getattr(ml_dtypes, name, np.float16) for name in PRECISIONS}


def magnitudes(x):
    """Counts by magnitude, as the forecast gets them from a histogram."""
    counts, half = bins.count(x), bins.EXPONENTS
    both = counts[half + 1 :] + counts[half - 1 :: -1]
    return np.concatenate([[counts[half] - np.sum(x == 0)], both]).astype(float)


def rounded(x, name):
    with np.errstate(over="ignore"):
        return x.astype(TYPES[name]).astype(np.float32)


def counted(x, name):
    """Slow and obvious: each element is rounded."""
    there = x[x != 0]
    after = rounded(there, name)
    return np.mean(after == 0), np.mean(~np.isfinite(after))


def drawn(spread, seed=0, size=20000):
    make = np.random.default_rng(seed)
    return (make.normal(size=size) * 10.0 ** make.normal(-3, spread, size=size)).astype(np.float32)


@pytest.mark.parametrize("name", PRECISIONS)
@pytest.mark.parametrize("scale", [1e-6, 1.0, 3e4])
def test_what_is_lost_is_what_rounding_each_element_loses(name, scale):
    x = np.append(drawn(1.5) * np.float32(scale), np.zeros(100, np.float32))
    found = lost_fractions(magnitudes(x), PRECISIONS[name])
    # The last bin, from 2**15 on, is open: what is in it can be as large as it likes.
    slack = np.mean(np.abs(x) >= 2**15) if name in ("float16", "float8_e5m2") else 0.0
    np.testing.assert_allclose(found, counted(x, name), atol=0.02 + slack)


@pytest.mark.parametrize("name", PRECISIONS)
def test_the_limits_are_those_of_the_format(name):
    form, info = PRECISIONS[name], ml_dtypes.finfo(TYPES[name])
    least = np.float32(form.underflow)
    limits = np.array([least, np.nextafter(least, np.float32(1))])
    assert (rounded(limits, name) != 0).tolist() == [False, True]
    assert form.least_exponent == info.minexp
    assert form.bits == info.nmant
    limit = np.float32(form.overflow)
    around = np.array([np.nextafter(limit, np.float32(way)) for way in (0, np.inf)])
    assert np.isfinite(rounded(around, name)).tolist() == [True, False]


@pytest.mark.parametrize("name", PRECISIONS)
def test_updates_below_half_a_spacing_leave_the_weight_as_it_is(name):
    weight, update = rounded(drawn(0.3, 1) * 30, name), drawn(0.5, 2) / 100
    swallowed = rounded(weight + update, name) == weight
    expected = np.mean(swallowed[update != 0])
    of_weight = magnitudes(weight)
    of_weight[0] += np.sum(weight == 0)
    found = swallowed_fraction(magnitudes(update), of_weight, PRECISIONS[name])
    assert found == pytest.approx(expected, abs=0.02)


def trained(directory, dtype):
    """With the same initial weights in each type, as far as it holds them."""
    make = np.random.default_rng(1)
    layers = [
        keras.layers.Dense(64, activation="relu", name="hidden", dtype=dtype),
        keras.layers.Dense(8, name="out", dtype=dtype),
    ]
    model = keras.Sequential([keras.Input((32,)), *layers])
    model.set_weights([make.uniform(-0.3, 0.3, v.shape) for v in model.weights])
    model.compile(keras.optimizers.SGD(0.02), "mse", jit_compile=False)
    x = np.random.default_rng(0).normal(size=(128, 32)).astype("float32")
    callback = InspectCallback(directory, every=1, console=None, maps_every=0)
    model.fit(x, x[:, :8], 32, epochs=2, shuffle=False, verbose=0, callbacks=[callback])
    return load_run(directory)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    directory = tmp_path_factory.mktemp("runs")
    return {name: trained(directory / name, name) for name in ("float32", "bfloat16", "float16")}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bfloat16", "float16"])
@pytest.mark.parametrize("step", [0, 7])
def test_the_forecast_is_what_a_run_in_that_precision_loses(runs, name, step):
    """An update that was rounded away is recorded as 0."""
    forecast = forecast_precision(runs["float32"], name, step=step)
    for variable in ("hidden/kernel", "out/kernel"):
        zeros = [
            runs[name]
            .table(kind)
            .row(variable)[step][runs[name].table(kind).statistics.index("zero_fraction")]
            for kind in ("update", "gradient")
        ]
        lost = (zeros[0] - zeros[1]) / (1 - zeros[1])
        assert forecast.of("update", variable)["swallowed"] == pytest.approx(lost, abs=0.02)


@pytest.mark.slow
def test_gradients_are_scaled_as_far_as_they_fit(runs):
    plain = forecast_precision(runs["float32"], "float8_e4m3fn")
    scaled = forecast_precision(runs["float32"], "float8_e4m3fn", loss_scaling=True)
    assert np.log2(scaled.loss_scale) == round(np.log2(scaled.loss_scale))
    before, after = (item.of("gradient", "hidden/kernel") for item in (plain, scaled))
    assert after["underflow"] < before["underflow"]
    assert after["overflow"] == 0
    weights = [item.of("weight", "hidden/kernel")["underflow"] for item in (plain, scaled)]
    assert weights[0] == weights[1]
    assert "float8_e4m3fn: % of the non-zero elements; gradients times" in str(scaled)
    assert scaled.to_pandas().shape == (14, 3)


@pytest.mark.slow
def test_what_cannot_be_forecast_is_refused(runs, tmp_path):
    with pytest.raises(ValueError, match=r"must be one of .*Received: 'int8'"):
        forecast_precision(runs["float32"], "int8")
    with pytest.raises(ValueError, match="Received: -1"):
        forecast_precision(runs["float32"], step=-1)
    with pytest.raises(NotRecordedError):
        forecast_precision(runs["float32"]).of("update", "nothing")
