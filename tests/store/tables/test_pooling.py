import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tb_keras_inspect.catalog.statistics import POOLS
from tb_keras_inspect.store.tables import pooling

floats = st.floats(width=32)  # NaN and infinities included


@given(st.integers(0, 300), st.integers(1, 50))
def test_columns_are_of_equal_length_within_one_sample(samples, width):
    first = pooling.starts(samples, width)
    assert len(first) == min(samples, width)
    lengths = np.diff(np.append(first, samples))
    assert lengths.sum() == samples
    assert not len(first) or (first[0] == 0 and lengths.max() - lengths.min() <= 1)


@pytest.mark.parametrize("how", POOLS)
@given(hnp.arrays(np.float32, st.tuples(st.integers(1, 30), st.integers(0, 3)), elements=floats))
def test_pooling_is_the_slow_reduction_of_each_column(how, values):
    first = pooling.starts(len(values), 7)
    slow = {
        "last": lambda part: part[-1],
        "min": lambda part: part.min(axis=0),
        "max": lambda part: part.max(axis=0),
        "mean": lambda part: part.astype(np.float64).mean(axis=0).astype(np.float32),
    }[how]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        expected = [slow(part) for part in np.split(values, first[1:])]
    got = pooling.pool(values, first, how)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, np.array(expected), rtol=2e-5, atol=1e-38)


@pytest.mark.parametrize("how", ["min", "max", "mean"])
def test_one_nan_wins_its_column_and_no_other(how):
    values = np.ones((10, 1), np.float32)
    values[3] = np.nan
    pooled = pooling.pool(values, pooling.starts(10, 5), how)
    assert np.isnan(pooled[:, 0]).tolist() == [False, True, False, False, False]


def test_a_mean_of_large_numbers_does_not_overflow():
    values = np.full((4, 1), 3e38, np.float32)
    assert pooling.pool(values, pooling.starts(4, 2), "mean").max() == pytest.approx(3e38)


def test_histogram_counts_add_up_and_stop_at_the_largest_uint32():
    counts = np.array([[1, 2**31], [2, 2**31], [3, 5]], np.uint32)
    pooled = pooling.pool_sum(counts, np.array([0, 2]))
    np.testing.assert_array_equal(pooled, [[3, 2**32 - 1], [3, 5]])
    assert pooled.dtype == np.uint32


def test_nothing_pools_to_nothing():
    first = pooling.starts(0, 10)
    for how in POOLS:
        assert pooling.pool(np.zeros((0, 4), np.float32), first, how).shape == (0, 4)
    assert pooling.pool_sum(np.zeros((0, 4), np.uint32), first).shape == (0, 4)
