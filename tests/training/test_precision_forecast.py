"""The precision forecast of a run, against what runs in that precision lose."""

import keras
import numpy as np
import pytest

from tb_keras_inspect import InspectCallback, forecast_precision, load_run
from tb_keras_inspect.store.errors import NotRecordedError

pytestmark = [pytest.mark.slow, pytest.mark.any_backend]


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


def test_what_cannot_be_forecast_is_refused(runs, tmp_path):
    with pytest.raises(ValueError, match=r"must be one of .*Received: 'int8'"):
        forecast_precision(runs["float32"], "int8")
    with pytest.raises(ValueError, match="Received: -1"):
        forecast_precision(runs["float32"], step=-1)
    with pytest.raises(NotRecordedError):
        forecast_precision(runs["float32"]).of("update", "nothing")
