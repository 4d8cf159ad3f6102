"""Sizes of maps: every cap holds, and no more is given up than needed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tb_keras_inspect.catalog.kinds import Kind
from tb_keras_inspect.records.summary import to_value
from tb_keras_inspect.training.probe.pictures.map_encoding import LayerMap, encode_maps
from tb_keras_inspect.training.probe.pictures.map_sizes import Caps, cell_factors, fit_sizes
from tb_keras_inspect.training.probe.pictures.maps import View, average, view_of

pytestmark = pytest.mark.any_backend

images = st.tuples(
    st.integers(1, 4), st.integers(1, 200), st.integers(1, 200), st.integers(1, 300)
).map(view_of)
rows = st.tuples(st.integers(1, 4), st.integers(1, 3000)).map(view_of)
sequences = st.tuples(st.integers(1, 4), st.integers(1, 300), st.integers(1, 300)).map(view_of)
views = images | rows | sequences


def pixels(view, factors):
    _, height, width, _ = view.shape
    return -(-height // factors[0]) * -(-width // factors[1])


@settings(max_examples=200)
@given(views, st.integers(1, 5000))
def test_cells_leave_at_most_the_pixels_allowed_and_one_less_averaging_would_not(view, most):
    factors = cell_factors(view, most)
    assert pixels(view, factors) <= most
    if view.layout == "image":
        assert factors[0] == factors[1]
        assert factors == (1, 1) or pixels(view, (factors[0] - 1, factors[0] - 1)) > most
    elif factors != (1, 1):
        finer = [(factors[0] - 1, factors[1]), (factors[0], factors[1] - 1)]
        assert any(pixels(view, f) > most for f in finer if min(f) > 0)


def test_the_longer_side_of_a_sequence_is_shortened_first():
    assert cell_factors(view_of((4, 16, 768)), 4096) == (1, 3)
    assert cell_factors(view_of((4, 768, 16)), 4096) == (3, 1)
    assert cell_factors(view_of((4, 1000)), 100) == (1, 10)


@pytest.mark.parametrize(
    ("shape", "factors"), [((256, 256), (1, 1)), ((784, 64), (1, 1)), ((784, 128), (2, 1))]
)
def test_each_weight_of_a_matrix_is_kept_up_to_its_own_cap(shape, factors):
    matrix = View("matrix", False, (1, *shape, 1))
    assert fit_sizes([matrix], Caps())[0].factors == factors
    small = fit_sizes([matrix], Caps(max_bytes=10_000))[0]
    assert pixels(matrix, small.factors) <= 4096


@settings(max_examples=100)
@given(
    st.lists(views, max_size=12), st.integers(1, 80), st.integers(1, 5000), st.integers(0, 400_000)
)
def test_every_cap_holds(some, max_channels, max_pixels, max_bytes):
    caps = Caps(max_channels, max_pixels, max_bytes)
    total = 0
    for view, size in zip(some, fit_sizes(some, caps), strict=True):
        if size is None:
            continue
        assert 1 <= size.channels <= min(max_channels, view.shape[-1])
        kept = pixels(view, size.factors)
        assert kept <= max_pixels
        total += view.shape[0] * size.channels * kept
    assert total <= max_bytes


def test_nothing_is_given_up_where_everything_fits():
    some = [view_of((4, 8, 8, 64)), view_of((4, 10)), view_of((4, 20, 30))]
    for view, size in zip(some, fit_sizes(some, Caps()), strict=True):
        assert size.factors == (1, 1)
        assert size.channels == view.shape[-1]


def test_a_small_layer_stays_whole_beside_a_large_one():
    small, large = view_of((4, 5, 5, 8)), view_of((4, 64, 64, 64))
    sizes = fit_sizes([small, large] * 4, Caps(max_bytes=300_000))
    assert all(s.channels == 8 and s.factors == (1, 1) for s in sizes[::2])
    assert all(s.channels < 64 or s.factors > (1, 1) for s in sizes[1::2])


def test_equal_layers_get_equal_sizes_and_use_more_than_half_of_what_is_allowed():
    some = [view_of((4, 48, 48, 96))] * 60
    sizes = fit_sizes(some, Caps())
    assert len(set(sizes)) == 1
    used = sum(4 * s.channels * pixels(v, s.factors) for v, s in zip(some, sizes, strict=True))
    assert used > 0.5 * Caps().max_bytes


def test_more_layers_than_fit_at_all_leave_out_the_last():
    sizes = fit_sizes([view_of((16, 32, 32, 32))] * 100, Caps(max_bytes=10_000))
    kept = [size is not None for size in sizes]
    assert 0 < sum(kept) < 100
    assert kept == sorted(kept, reverse=True)


@settings(max_examples=30)
@given(st.lists(images | rows | sequences, min_size=1, max_size=6), st.integers(5_000, 200_000))
def test_the_encoded_snapshot_stays_under_the_limit_in_bytes(some, max_bytes):
    layer_maps = []
    for number, (view, size) in enumerate(
        zip(some, fit_sizes(some, Caps(max_bytes=max_bytes)), strict=True)
    ):
        if size is not None:
            x = np.zeros((*view.shape[:3], size.channels), np.float32)
            channels = np.arange(size.channels, dtype=np.int32)
            values = average(x, size.factors, np)
            name = f"block_{number}/layer_{number}"
            layer_maps.append(LayerMap(name, view, values, channels, channels < 0))
    value = to_value(Kind.MAPS, *encode_maps(1, layer_maps, []))
    assert len(value.SerializeToString()) <= max_bytes + 200  # the index, the tag and its metadata
