"""Views, channel selection and averaging, each against a slow reference."""

import itertools
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from tb_keras_inspect.training.probe.pictures import maps

NAMESPACES = (np, ops)


def array(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def on_host(x):
    return x if isinstance(x, np.ndarray) else ops.convert_to_numpy(x)


def given_to(x, xp):
    return x if xp is np else ops.convert_to_tensor(x)


@pytest.mark.parametrize("xp", NAMESPACES, ids=("numpy", "keras"))
@pytest.mark.parametrize(
    ("shape", "channels_first", "layout", "element"),
    [
        ((2, 7), False, "vector", lambda x, s, h, w, c: x[s, w]),
        ((2, 5, 7), False, "sequence", lambda x, s, h, w, c: x[s, h, w]),
        ((2, 5, 7), True, "sequence", lambda x, s, h, w, c: x[s, w, h]),
        ((2, 5, 7, 3), False, "image", lambda x, s, h, w, c: x[s, h, w, c]),
        ((2, 3, 5, 7), True, "image", lambda x, s, h, w, c: x[s, c, h, w]),
        ((2, 4, 5, 7, 3), False, "image", lambda x, s, h, w, c: x[s, 2, h, w, c]),
        ((2, 3, 4, 5, 7), True, "image", lambda x, s, h, w, c: x[s, c, 2, h, w]),
    ],
)
def test_picture_puts_every_element_where_its_layout_says(
    shape, channels_first, layout, element, xp
):
    x = array(shape)
    view = maps.view_of(shape, channels_first)
    picture = on_host(maps.picture(given_to(x, xp), view, xp))
    assert view.layout == layout
    assert picture.shape == view.shape
    for s, h, w, c in itertools.product(*map(range, view.shape)):
        assert picture[s, h, w, c] == element(x, s, h, w, c)


@pytest.mark.parametrize("xp", NAMESPACES, ids=("numpy", "keras"))
@pytest.mark.parametrize("channels_first", [False, True])
@pytest.mark.parametrize("rank", [4, 5])
def test_picture_takes_the_chosen_channels_only(rank, channels_first, xp):
    x = array((2, 4, 5, 3, 6)[:rank])
    view = maps.view_of(x.shape, channels_first)
    chosen = np.array([0, 2], np.int32)
    whole = maps.picture(x, view, np)
    part = on_host(maps.picture(given_to(x, xp), view, xp, chosen))
    np.testing.assert_array_equal(part, whole[..., chosen])


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ((), "rank 0"),
        ((3,), "rank 1"),
        ((1, 2, 3, 4, 5, 6), "rank 6"),
        ((2, None, 4), "(2, ?, 4)"),
        ((2, 0, 4), "(2, 0, 4)"),
    ],
)
def test_what_cannot_be_shown_says_why(shape, reason):
    with pytest.raises(ValueError, match=re.escape(reason)):
        maps.view_of(shape)


@pytest.mark.parametrize("xp", NAMESPACES, ids=("numpy", "keras"))
@pytest.mark.parametrize("channels_first", [False, True])
def test_a_channel_is_dead_only_if_zero_for_every_sample_and_a_nan_is_not_zero(channels_first, xp):
    x = np.zeros((3, 2, 2, 5), np.float32)
    x[1, 0, 1, 1] = 1e-30
    x[2, 1, 1, 2] = np.nan
    x[0, 0, 0, 3] = -np.inf
    x[..., 4] = -0.0
    x = np.moveaxis(x, -1, 1) if channels_first else x
    view = maps.view_of(x.shape, channels_first)
    dead = on_host(maps.dead_channels(given_to(x, xp), view, xp))
    assert dead.tolist() == [True, False, False, False, True]


def test_deadness_of_a_volume_looks_beyond_the_slice_that_is_shown():
    x = np.zeros((1, 5, 2, 2, 2), np.float32)
    x[0, 0, 0, 0, 1] = 1.0  # the slice shown is the third
    view = maps.view_of(x.shape)
    assert not maps.picture(x, view, np).any()
    assert maps.dead_channels(x, view, np).tolist() == [True, False]


@pytest.mark.parametrize("xp", NAMESPACES, ids=("numpy", "keras"))
@pytest.mark.parametrize("shape", [(3, 5), (3, 4, 5), (3, 4, 5, 6), (3, 2, 4, 5, 6)])
@pytest.mark.parametrize("channels_first", [False, True])
def test_variance_is_over_samples_and_space(shape, channels_first, xp):
    x = array(shape) + 3
    view = maps.view_of(shape, channels_first)
    got = on_host(maps.channel_variance(given_to(x, xp), view, xp))
    if len(shape) < 4:
        want = [np.mean((x - x.mean(dtype=float)) ** 2)]
    else:
        parts = [x[:, c] if channels_first else x[..., c] for c in range(len(got))]
        want = [np.mean((p.astype(float) - p.mean(dtype=float)) ** 2) for p in parts]
    np.testing.assert_allclose(got, want, rtol=1e-5)


def slow_selection(variance, dead, count):
    """One at a time: a quarter of the places for dead channels, then the largest variance left."""
    chosen = [c for c in range(len(variance)) if dead[c]][: count // 4]
    chosen = chosen if count < len(variance) else []
    while len(chosen) < min(count, len(variance)):
        left = [c for c in range(len(variance)) if c not in chosen]
        value = [np.inf if not np.isfinite(variance[c]) else variance[c] for c in left]
        chosen.append(left[int(np.argmax(value))])
    return sorted(chosen)


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 0.5, 1.0, 2.0, np.nan, np.inf]), st.booleans()),
        min_size=1,
        max_size=20,
    ),
    st.integers(1, 20),
)
def test_selection_agrees_with_a_slow_reference(channels, count):
    variance = np.array([0.0 if dead else v for v, dead in channels])
    dead = np.array([dead for _, dead in channels])
    got = maps.select_channels(variance, dead, count)
    assert got.dtype == np.int32
    assert got.tolist() == slow_selection(variance, dead, count)


def slow_average(x, factors):
    fh, fw = factors
    samples, height, width, channels = x.shape
    out = np.empty((samples, -(-height // fh), -(-width // fw), channels))
    for s, i, j, c in itertools.product(*map(range, out.shape)):
        cell = x[s, i * fh : (i + 1) * fh, j * fw : (j + 1) * fw, c]
        out[s, i, j, c] = np.mean(cell.astype(float))
    return out


@pytest.mark.parametrize("xp", NAMESPACES, ids=("numpy", "keras"))
@settings(max_examples=25)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 10), st.integers(1, 10))
def test_average_agrees_with_a_slow_reference(xp, height, width, fh, fw):
    x = array((2, height, width, 3), seed=height * width)
    got = on_host(maps.average(given_to(x, xp), (fh, fw), xp))
    np.testing.assert_allclose(got, slow_average(x, (fh, fw)), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("xp", NAMESPACES, ids=("numpy", "keras"))
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_average_keeps_a_non_finite_value_and_keeps_it_in_its_cell(bad, xp):
    x = np.ones((1, 5, 5, 2), np.float32)
    x[0, 4, 0, 1] = bad
    got = on_host(maps.average(given_to(x, xp), (2, 2), xp))
    assert not np.isfinite(got[0, 2, 0, 1])
    assert np.isfinite(got).sum() == got.size - 1


@pytest.mark.parametrize("xp", NAMESPACES, ids=("numpy", "keras"))
def test_average_of_the_largest_floats_does_not_overflow(xp):
    largest = np.finfo(np.float32).max
    x = np.full((1, 3, 3, 1), largest / 2, np.float32)
    got = on_host(maps.average(given_to(x, xp), (2, 2), xp))
    np.testing.assert_allclose(got, largest / 2, rtol=1e-6)
