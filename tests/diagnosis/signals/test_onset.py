"""Periods and medians, against slow references."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tb_keras_inspect.diagnosis.signals.onset import (
    Period,
    last_period,
    median,
    ratio,
    running_median,
)

numbers = st.one_of(st.floats(-1e6, 1e6, width=32), st.just(np.nan), st.just(np.inf))


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("......", None),
        ("..####", Period(2, 5, True)),
        ("..##..", Period(2, 3, True)),  # a gap of up to two samples may yet close
        (".###....#...", Period(1, 3, False)),
        ("#..##...........#", Period(16, 16, True)),
        ("#.....######....", Period(6, 11, False)),
    ],
)
def test_the_last_or_longest_period_is_found(text, period):
    assert last_period(np.array([c == "#" for c in text])) == period


@given(st.lists(numbers, min_size=1, max_size=20))
def test_median_leaves_nan_out(values):
    known = sorted(v for v in values if not np.isnan(v))
    found = median(np.array(values))
    if not known:
        assert np.isnan(found)
    else:
        half = len(known) // 2
        expected = known[half] if len(known) % 2 else (known[half - 1] + known[half]) / 2
        np.testing.assert_allclose(found, expected)


@given(st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=1, max_size=9))
def test_median_along_an_axis_is_that_of_each_column(rows):
    values = np.array(rows)
    expected = [median(values[:, column]) for column in range(3)]
    np.testing.assert_allclose(median(values, axis=0), expected)


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=30), st.integers(1, 7))
def test_running_median_looks_back(values, width):
    values = np.array(values)
    expected = [np.median(values[max(0, i - width + 1) : i + 1]) for i in range(len(values))]
    np.testing.assert_allclose(running_median(values, width), expected)


def test_ratio_of_zero_is_unknown():
    np.testing.assert_array_equal(ratio([1.0, 1.0], [0.0, 2.0]), [np.nan, 0.5])
