"""The precision forecast, against rounding each element. On real runs: tests/training."""

import ml_dtypes
import numpy as np
import pytest

from tb_keras_inspect.catalog.precisions import PRECISIONS
from tb_keras_inspect.records import bins
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
