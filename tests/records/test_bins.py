"""The bins against a slow reference."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tb_keras_inspect.records import bins


def slow_bin(value: float) -> int:
    """Walks outwards from the middle until the magnitude is under the next edge."""
    magnitude, order = abs(value), 0
    while order < bins.EXPONENTS and magnitude >= 2.0 ** (bins.FIRST_EXPONENT + order):
        order += 1
    return bins.EXPONENTS + (-order if value < 0 else order)


floats = st.floats(width=32, allow_nan=True, allow_infinity=True) | st.sampled_from(
    [sign * 2.0**e for sign in (1, -1) for e in range(-52, 20)]
)


@given(st.lists(floats, max_size=50))
def test_counts_agree_with_a_slow_reference(values):
    want = np.zeros(bins.BINS, int)
    for value in values:
        if np.isfinite(value):
            want[slow_bin(value)] += 1
    assert bins.count(np.array(values, np.float64)).tolist() == want.tolist()


@given(floats.filter(np.isfinite))
def test_a_value_lies_between_the_edges_of_its_bin(value):
    (index,) = np.flatnonzero(bins.count(np.array([value])))
    edges = bins.edges()
    low, high = edges[index], edges[index + 1]
    if index == bins.EXPONENTS:
        assert low < value < high
    elif value > 0:
        assert low <= value < high
    else:
        assert low < value <= high


def test_edges_increase_are_symmetric_and_bound_every_bin():
    edges = bins.edges()
    assert len(edges) == bins.BINS + 1
    assert np.all(np.diff(edges) > 0)
    assert np.array_equal(edges, -edges[::-1])
    assert edges[0] == -np.inf


def test_neighbours_of_a_power_of_two_fall_on_both_sides_of_it():
    for exponent in (-48, -47, -1, 0, 1, 14, 15):
        power = np.float32(2.0**exponent)
        below = np.nextafter(power, np.float32(0))
        first, second = (int(np.argmax(bins.count(np.array([v])))) for v in (below, power))
        assert second == first + 1


def test_counts_add_up_over_parts():
    values = np.random.default_rng(0).normal(size=1000)
    parts = sum(bins.count(part) for part in np.array_split(values, 7))
    assert np.array_equal(parts, bins.count(values))
