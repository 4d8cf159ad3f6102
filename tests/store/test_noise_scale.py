"""The useful batch size: its band holds the true one, and what is said where there is none."""

import math

import numpy as np
import pytest

from tb_keras_inspect import useful_batch_size
from tb_keras_inspect.store.noise_scale import UsefulBatchSize, band, scale_of
from tests.diagnosis.synthetic import Run, chain

PARTS, EXAMPLES = 4, 8  # of a measurement, and of a part


def measured(scale, count, dimensions=30, seed=0):
    """Noise and signal as a fit measures them: of `PARTS` normal gradients, with a known scale."""
    make = np.random.default_rng(seed)
    gradient = make.normal(size=dimensions)
    gradient /= np.linalg.norm(gradient)
    spread = math.sqrt(scale / dimensions / EXAMPLES)
    parts = gradient + spread * make.normal(size=(count, PARTS, dimensions))
    noise = np.var(parts, axis=1, ddof=1).sum(axis=-1)
    signal = np.sum(parts.mean(axis=1) ** 2, axis=-1) - noise / PARTS
    return noise * EXAMPLES, signal


def run(noise, signal, batch_size=32.0):
    made = Run(chain(), samples=len(noise))
    made.step["batch_size"] = np.full(len(noise), batch_size)
    made.step |= {"gradient_noise": np.asarray(noise), "gradient_signal": np.asarray(signal)}
    return made.data


@pytest.mark.parametrize("scale", [4.0, 64.0, 400.0])
def test_the_band_holds_the_true_scale_nine_times_in_ten(scale):
    bounds = [band(*measured(scale, 20, seed=seed)) for seed in range(300)]
    inside = sum(low <= scale <= high for low, high in bounds)
    assert 0.85 <= inside / len(bounds) <= 0.95


def test_the_estimate_comes_near_with_many_measurements():
    found = useful_batch_size(run(*measured(64.0, 400)), last=400)
    assert found.batch_size == pytest.approx(64, rel=0.05)
    assert (found.low, found.high) == pytest.approx((64, 64), rel=0.12)
    assert found.measurements == 400


def test_the_newest_measurements_count_and_samples_without_one_do_not():
    noise, signal = np.r_[np.full(20, 10.0), np.full(20, 90.0)], np.ones(40)
    noise[1::2] = signal[1::2] = np.nan
    found = useful_batch_size(run(noise, signal))
    assert (found.batch_size, found.measurements) == (90, 10)
    assert (found.first_step, found.last_step) == (100, 190)


def test_what_is_said_has_two_digits_a_band_and_the_gain():
    found = UsefulBatchSize(512.3, 301.0, 1204.0, 64.0, 8, 0, 10)
    assert str(found) == (
        "Larger batches stop paying off near 510 examples (between 300 and 1,200). The run uses 64: "
        "with twice as many it would need about 44 % fewer steps."
    )
    assert found.steps_factor == pytest.approx((1 + 512.3 / 64) / (1 + 512.3 / 128))


def test_where_noise_hides_the_gradient_it_is_not_known():
    found = useful_batch_size(run(np.full(8, 5.0), np.r_[np.full(7, -1.0), 0.5]))
    assert math.isinf(found.batch_size)
    assert str(found).startswith("Noise hides the gradient")
    assert scale_of(1.0, 0.0) == math.inf


@pytest.mark.parametrize(
    ("count", "options", "message"),
    [
        (3, {}, r"at least 4 measurements .* Received: 3 of them"),
        (9, {"last": 2}, "`last` must be an"),
    ],
)
def test_too_few_are_refused(count, options, message):
    with pytest.raises(ValueError, match=message):
        useful_batch_size(run(np.ones(count), np.ones(count)), **options)
