"""What is encoded comes back; quantisation against a slow reference."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tb_keras_inspect import records
from tb_keras_inspect.records import bins
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.records.quantise import quantise

pytestmark = pytest.mark.core

any_float32 = st.floats(width=32, allow_nan=True, allow_infinity=True)


def same(left, right):
    return np.array_equal(left, right, equal_nan=left.dtype.kind == "f")


@given(
    st.integers(1, 5).flatmap(
        lambda k: st.tuples(
            st.just([f"s{i}" for i in range(k)]),
            arrays.arrays(
                np.float32, st.tuples(st.integers(0, 6), st.just(k)), elements=any_float32
            ),
        )
    ),
    st.integers(1, 2**64 - 1),
    st.booleans(),
)
def test_tables_come_back_bit_for_bit(table, model, sparse):
    statistics, values = table
    rows = np.cumsum(np.arange(len(values)) + 1) if sparse else None
    message = records.encode_table(model, statistics, values, rows)
    back = records.decode_table(message.SerializeToString())
    assert back.model == model
    assert back.statistics == tuple(statistics)
    assert same(back.values, values)
    assert back.rows.tolist() == (list(range(len(values))) if rows is None else rows.tolist())


def test_rows_that_are_all_rows_take_no_space():
    values = np.zeros((5, 1), np.float32)
    message = records.encode_table(1, ["l2"], values, np.arange(5))
    assert message.rows == b""
    assert records.encode_table(1, ["l2"], values, np.arange(1, 6)).rows != b""


def test_names_of_rows_come_back():
    message = records.encode_table(1, ["l2"], np.ones((2, 1)), names=["a", "b"])
    assert records.decode_table(message.SerializeToString()).names == ("a", "b")


@given(st.dictionaries(st.integers(0, 50), st.lists(any_float32, max_size=6), max_size=5))
def test_units_come_back_by_site(max_abs):
    sites = sorted(max_abs)
    flat = np.array([value for site in sites for value in max_abs[site]], np.float32)
    message = records.encode_units(3, sites, [len(max_abs[site]) for site in sites], flat)
    back = records.decode_units(message.SerializeToString())
    assert back.sites.tolist() == sorted(max_abs)
    for i, site in enumerate(back.sites.tolist()):
        part = back.max_abs[back.offsets[i] : back.offsets[i + 1]]
        assert same(part, np.array(max_abs[site], np.float32))


def test_histograms_come_back_with_their_bins():
    counts = np.random.default_rng(0).integers(0, 2**32, (3, bins.BINS))
    counts[1, :40] = counts[1, 60:] = 0  # not all the way to the ends
    counts[2] = 0
    message = records.encode_histogram(5, counts, np.array([1, 4, 9]))
    back = records.decode_histogram(message.SerializeToString())
    assert np.array_equal(back.counts, counts)
    assert back.rows.tolist() == [1, 4, 9]
    assert (back.first_exponent, back.exponents) == (bins.FIRST_EXPONENT, bins.EXPONENTS)


def test_histograms_take_two_bytes_a_bin_that_is_not_empty_where_counts_are_small():
    counts = np.zeros((50, bins.BINS), int)
    counts[:, 30:50] = 7
    message = records.encode_histogram(5, counts)
    assert len(message.SerializeToString()) < 50 * (2 * 20 + 4) + 60
    back = records.decode_histogram(message.SerializeToString())
    assert np.array_equal(back.counts, counts)


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, bins.BINS)), max_size=4))
def test_any_range_of_bins_comes_back(rows):
    counts = np.zeros((len(rows), bins.BINS), np.int64)
    for i, (start, length) in enumerate(rows):
        counts[i, start : start + length] = i + 1
    back = records.decode_histogram(records.encode_histogram(1, counts).SerializeToString())
    assert np.array_equal(back.counts, counts)


@pytest.mark.parametrize(
    "call",
    [
        lambda: records.encode_table(1, ["a", "b"], np.zeros((3, 3))),
        lambda: records.encode_table(1, ["a"], np.zeros(3)),
        lambda: records.encode_table(1, ["a"], np.zeros((3, 1)), rows=np.arange(2)),
        lambda: records.encode_histogram(1, np.zeros((3, 5))),
        lambda: records.encode_units(1, [0, 1], [2, 3], np.zeros(4)),
    ],
)
def test_arrays_of_a_wrong_shape_are_refused_saying_what_came(call):
    with pytest.raises(ValueError, match=r"Expected.*Received"):
        call()


def slow_quantise(picture):
    """One value at a time: the nearest of 255 levels between the least and largest finite value."""
    finite = [float(v) for v in picture.ravel() if np.isfinite(v)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 0.0)
    levels = [low + (high - low) * level / 254 for level in range(255)]
    return [
        min(range(255), key=lambda k: abs(levels[k] - float(v))) if np.isfinite(v) else 255
        for v in picture.ravel()
    ]


finite = st.floats(-1e4, 1e4, width=32).filter(lambda x: x == 0 or abs(x) > 1e-20)
reasonable = finite | st.sampled_from([np.nan, np.inf, -np.inf])


@given(arrays.arrays(np.float32, (2, 2, 3, 2), elements=reasonable))
def test_quantised_values_are_the_nearest_level_or_its_equal(values):
    codes, scale, offset = quantise(values)
    for s, c in np.ndindex(2, 2):
        picture = values[s, c]
        want = np.array(slow_quantise(picture))
        got = codes[s, c].ravel().astype(int)
        assert np.array_equal(got == 255, want == 255)
        # Halfway between two levels either will do.
        assert np.all(np.abs(got - want) <= 1)
        finite = np.isfinite(picture)
        back = offset[s, c] + scale[s, c] * codes[s, c].astype(float)
        slack = 1e-6 * np.abs(picture[finite]).max(initial=0)
        assert np.all(np.abs(back - picture)[finite] <= 0.5001 * scale[s, c] + slack)


@given(st.lists(st.floats(-(2.0**-120), 2.0**-120, width=32), min_size=4, max_size=4))
def test_the_least_magnitudes_are_off_by_at_most_half_a_step(values):
    values = np.array(values, np.float32).reshape(1, 1, 2, 2)
    back = _map_back(values)
    least = float(np.finfo(np.float32).tiny)
    step = max(float(np.ptp(values.astype(float))) / 254, least)
    error = np.abs(back.values.astype(float) - values).max()
    assert error <= 0.5001 * step + 1e-6 * float(np.abs(values).max()) + 1e-44


@pytest.mark.parametrize("value", [0.0, -3.25, 1e-40, 3e38])
def test_a_constant_map_comes_back_exactly(value):
    values = np.full((1, 1, 2, 2), value, np.float32)
    back = _map_back(values)
    assert np.array_equal(back.values, values)


def test_a_map_without_a_finite_value_is_all_non_finite():
    back = _map_back(np.full((1, 1, 2, 2), np.inf, np.float32))
    assert np.isnan(back.values).all()
    assert (back.codes == 255).all()


def test_the_whole_range_of_float32_comes_back_finite():
    largest = np.finfo(np.float32).max
    values = np.array([-largest, 0, largest / 3, largest], np.float32).reshape(1, 1, 2, 2)
    back = _map_back(values).values
    assert np.isfinite(back).all()
    assert np.abs(back.astype(float) - values).max() <= 0.51 * (2.0 * float(largest) / 254)


def _map_back(values, **changes):
    samples, channels = values.shape[:2]
    arguments = {
        "model": 9,
        "name": "conv",
        "values": values,
        "channels": np.arange(channels),
        "full_shape": (samples, *values.shape[2:], channels),
        "dead": np.zeros(channels, bool),
        "layout": "image",
        **changes,
    }
    return records.decode_map(records.encode_map(**arguments).SerializeToString())


def test_what_goes_along_with_a_map_comes_back():
    values = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype(np.float32)
    back = _map_back(values, channels=[1, 5, 9], full_shape=(2, 40, 50, 12), dead=[0, 1, 0])
    assert back.model == 9
    assert back.name == "conv"
    assert back.layout == "image"
    assert back.codes.shape == values.shape
    assert back.scale.shape == back.offset.shape == (2, 3)
    assert back.channels.tolist() == [1, 5, 9]
    assert back.full_shape == (2, 40, 50, 12)
    assert back.dead.tolist() == [False, True, False]


def test_a_map_index_comes_back():
    omission = pb.Omission(name="c", what="maps", reason="of rank 1")
    index = records.encode_map_index(4, ["a", "b"], [omission])
    back = records.decode_map_index(index.SerializeToString())
    assert (back.model, list(back.names), list(back.omissions)) == (4, ["a", "b"], [omission])


@pytest.mark.parametrize("labels", [None, [1, 2], [[0.5, np.nan], [1, 0]]])
def test_a_probe_comes_back_with_its_labels(labels):
    picture = records.encode_map(
        1, "x", np.ones((2, 1, 2, 2)), [0], (2, 2, 2, 1), np.zeros(1), "rgb"
    )
    labels = None if labels is None else np.array(labels)
    probe = records.encode_probe([picture], labels)
    back = records.decode_probe(probe.SerializeToString())
    assert [m.name for m in back.inputs] == ["x"]
    if labels is None:
        assert back.labels is None
    else:
        assert same(back.labels, labels.reshape(2, -1).astype(np.float32))


def test_the_fingerprint_is_that_of_the_content_and_never_zero():
    def sealed(**content):
        return records.seal_model(pb.ModelRecord(**content)).fingerprint

    assert sealed(name="a") == sealed(name="a") != sealed(name="b")
    assert sealed(options={"x": "1", "y": "2"}) == sealed(options={"y": "2", "x": "1"})
    record = records.seal_model(pb.ModelRecord(name="a"))
    before = record.fingerprint
    assert before != 0
    assert records.seal_model(record).fingerprint == before


def test_what_only_some_maps_have_comes_back():
    values = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype(np.float32)
    plain = _map_back(values)
    assert (plain.rows, plain.norms, plain.targets, plain.exact, plain.layer) == (None,) * 4 + ("",)
    norms = np.array([0.5, np.nan, 2.0, 7.0], np.float32)
    back = _map_back(values, rows=[4, 7], norms=norms, targets=[9, -1], layer="embed")
    assert back.rows.tolist() == [4, 7]
    np.testing.assert_array_equal(back.norms, norms)
    assert back.targets.tolist() == [9, -1]
    assert back.layer == "embed"


def test_ids_come_back_exactly():
    ids = np.array([0, 1, 49_999, 2**24], np.float32).reshape(1, 1, 1, 4)
    np.testing.assert_array_equal(_map_back(ids, layout="ids").values, ids)


@pytest.mark.parametrize("curve", [None, [0.0, 0.0, 1.0, np.nan]])
def test_an_activation_function_comes_back(curve):
    message = records.encode_activation_function(
        5, "dense:1", "relu", -1.5, 3.0, [3, 0, 2**31], curve, 2, 0.25, "why"
    )
    back = records.decode_activation_function(message.SerializeToString())
    assert (back.model, back.name, back.function, back.reason) == (5, "dense:1", "relu", "why")
    assert (back.low, back.high, back.nonfinite, back.flat_fraction) == (-1.5, 3.0, 2, 0.25)
    assert back.counts.tolist() == [3, 0, 2**31]
    assert back.edges.tolist() == [-1.5, 0.0, 1.5, 3.0]
    if curve is None:
        assert back.curve is None
    else:
        np.testing.assert_array_equal(back.curve, curve)
