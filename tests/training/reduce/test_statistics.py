"""Each reduction against a slow, obvious one in float64."""

import keras
import numpy as np
import pytest

from tb_keras_inspect.catalog.tensor_statistics import TENSOR_STATISTICS
from tb_keras_inspect.frameworks import current
from tb_keras_inspect.frameworks.sampling import sampling_stride
from tb_keras_inspect.records import bins
from tb_keras_inspect.training.reduce import parameters, statistics

RNG = np.random.default_rng(0)
TENSORS = {
    "ordinary": RNG.normal(size=(7, 5, 3)),
    "one element": np.array([3.0]),
    "all zero": np.zeros((4, 9)),
    "constant": np.full(300, 0.1),
    "mean far from zero": 1000.0 + RNG.normal(size=700),
    "half zero": np.maximum(RNG.normal(size=(40, 20)), 0),
    "very small": RNG.normal(size=512) * 1e-30,
    "very large": RNG.normal(size=512) * 1e30,
    "a NaN": np.array([1.0, np.nan, 2.0, 0.0]),
    "an infinity": np.array([1.0, -np.inf, 2.0, 0.0]),
    "both": np.array([np.nan, np.inf, np.nan]),
    "whole rows": RNG.normal(size=2 * parameters.ROW),
    "long": RNG.normal(size=5000),
    "long, mean far from zero": 1000.0 + RNG.normal(size=5000),
}


def reference(x):
    """The definitions, one by one, in float64."""
    x = np.asarray(x, np.float32).astype(np.float64).ravel()
    with np.errstate(all="ignore"):
        return {
            "l2": np.sqrt(np.sum(x**2)),
            "mean": np.sum(x) / x.size,
            "std": np.sqrt(np.sum((x - np.sum(x) / x.size) ** 2) / x.size),
            "max_abs": np.max(np.abs(x)),
            "zero_fraction": sum(v == 0 for v in x) / x.size,
            "nonfinite_count": sum(not np.isfinite(v) for v in x),
        }


def check(row, x):
    """Compares a row of statistics with the reference; NaN must meet NaN."""
    for name, value in zip(TENSOR_STATISTICS, row, strict=True):
        want = reference(x)[name]
        if not np.isfinite(want):
            # Of infinities only that they show is asked: inf - inf may come out as either.
            assert not np.isfinite(value), name
            continue
        scale = reference(x)["max_abs"] if np.isfinite(reference(x)["max_abs"]) else 1.0
        absolute = 1e-6 * scale if name in ("mean", "std") else 0.0
        np.testing.assert_allclose(value, want, rtol=2e-5, atol=absolute, err_msg=name)


def flat(x):
    return keras.ops.convert_to_tensor(np.asarray(x, "float32").ravel())


def numpy(tensor):
    return keras.ops.convert_to_numpy(tensor)


@pytest.mark.parametrize("name", TENSORS)
def test_statistics_of_one_tensor_match_the_reference(name):
    x = TENSORS[name].astype("float32")
    found = statistics.tensor_statistics([flat(x)], current())[0]
    check(numpy(found), x)


@pytest.mark.parametrize("small", [2**18, 16, 1], ids=["together", "mixed", "alone"])
def test_statistics_of_many_tensors_are_those_of_each_alone(small, monkeypatch):
    monkeypatch.setattr(parameters, "SMALL", small)
    arrays = [x.astype("float32") for x in TENSORS.values()]
    tensors = parameters.Tensors.of([keras.ops.convert_to_tensor(x) for x in arrays], current())
    table = numpy(tensors.statistics(current(), None))
    assert table.shape == (len(arrays), len(TENSOR_STATISTICS))
    for row, x in zip(table, arrays, strict=True):
        check(row, x)


def test_usual_tensors_take_the_fast_path_to_the_same_numbers():
    usual = ("ordinary", "one element", "all zero", "constant", "half zero", "whole rows", "long")
    arrays = [TENSORS[name].astype("float32") for name in usual]
    tensors = parameters.Tensors.of([keras.ops.convert_to_tensor(x) for x in arrays], current())
    for row, x in zip(numpy(tensors.statistics(current(), None)), arrays, strict=True):
        check(row, x)


def test_differences_are_taken_tensor_by_tensor():
    before = [RNG.normal(size=shape).astype("float32") for shape in [(3, 4), (600,), (1,)]]
    after = [x + 0.5 for x in before]

    def make(arrays):
        return parameters.Tensors.of([keras.ops.convert_to_tensor(x) for x in arrays], current())

    table = numpy(make(after).minus(make(before)).statistics(current(), None))
    np.testing.assert_allclose(table[:, 1], 0.5, rtol=1e-5)
    np.testing.assert_allclose(table[:, 0], [0.5 * np.sqrt(x.size) for x in before], rtol=1e-5)


def test_the_fraction_of_zeros_among_some_elements_approximates_that_among_all():
    x = (RNG.random(100_000) < 0.3).astype("float32")
    wide = keras.ops.convert_to_tensor(x)
    alone = numpy(statistics.tensor_statistics([wide], current(), [current().thin(wide, 16384)]))[
        0, 4
    ]
    together = numpy(parameters.Tensors.of([wide], current()).statistics(current(), 16384))[0, 4]
    assert abs(alone - np.mean(x == 0)) < 0.02
    assert abs(together - np.mean(x == 0)) < 0.02


@pytest.mark.parametrize("small", [2**18, 16])
def test_histogram_of_all_elements_is_that_of_the_host(small, monkeypatch):
    monkeypatch.setattr(parameters, "SMALL", small)
    special = [0.0, -0.0, 1.0, -1.0, 2.0**-48, -(2.0**-49), 2.0**15, -(2.0**40), np.nan, np.inf]
    arrays = [np.array(special, "float32"), TENSORS["very small"].astype("float32")]
    arrays += [np.exp(RNG.normal(size=(30, 20)) * 15).astype("float32")]
    tensors = parameters.Tensors.of([keras.ops.convert_to_tensor(x) for x in arrays], current())
    slots = bins.BINS + 1
    index = numpy(tensors.bin_index(current(), None, slots))
    counts = np.bincount(index[index >= 0], minlength=len(arrays) * slots).reshape(-1, slots)
    for row, x in zip(counts, arrays, strict=True):
        np.testing.assert_array_equal(row[: bins.BINS], bins.count(x))
        assert row[bins.BINS] == np.count_nonzero(~np.isfinite(x))


def test_each_index_is_counted():
    index = keras.ops.convert_to_tensor(np.array([0, 3, 3, 5], "int32"))
    np.testing.assert_array_equal(numpy(current().count_by_index(index, 7)), [1, 0, 0, 2, 0, 1, 0])


@pytest.mark.parametrize(("shape", "axis"), [((6, 4), 1), ((2, 3, 3, 5), 3), ((2, 5, 3, 3), 1)])
def test_the_largest_magnitude_of_each_unit_matches_the_reference(shape, axis):
    x = RNG.normal(size=shape).astype("float32")
    found = numpy(statistics.unit_max_abs(keras.ops.convert_to_tensor(x), axis, current()))
    want = [np.abs(np.take(x, unit, axis)).max() for unit in range(shape[axis])]
    np.testing.assert_array_equal(found, want)


def test_a_nan_in_a_unit_is_kept():
    x = np.ones((64, 3), "float32")
    x[40, 1] = np.nan
    found = numpy(statistics.unit_max_abs(keras.ops.convert_to_tensor(x), 1, current()))
    np.testing.assert_array_equal(np.isnan(found), [False, True, False])


def test_the_range_of_inputs_matches_the_reference():
    x = RNG.normal(size=(8, 4)).astype("float32")
    found = numpy(statistics.range_statistics([flat(x)], current())[0])
    np.testing.assert_allclose(
        found[:6],
        [x.min(), x.max(), x.mean(), x.std(), np.mean(x == 0), 0],
        rtol=1e-5,
        atol=1e-6,
    )
    assert found[6] == hash_reference(x)


def hash_reference(x):
    """The definition, element by element, with Python's integers."""
    total = 0
    for position, bits in enumerate(np.asarray(x, "<f4").ravel().view("<i4").tolist(), 1):
        mixed = bits ^ (bits >> 15)
        for factor, shift in ((0x45D9F3B, 13), (0x27D4EB2D, 16)):
            mixed = ((mixed + position) * factor + 2**31) % 2**32 - 2**31
            mixed ^= mixed >> shift
        total += mixed
    return total % 2**24


def hash_of(x):
    return float(numpy(statistics.content_hash(flat(np.asarray(x, "float32")), current())))


@pytest.mark.parametrize("kind", TENSORS)
def test_the_hash_matches_the_reference(kind):
    assert hash_of(TENSORS[kind]) == hash_reference(TENSORS[kind])


def test_other_content_has_another_hash():
    """Zeros and ones differ in few bits, and a batch in another order has the same sums."""
    bits = RNG.integers(0, 2, size=(60, 40)).astype("float32")
    tokens = RNG.integers(0, 50, size=(60, 40)).astype("float32")
    order = np.roll(np.eye(40, dtype="float32"), 1, axis=0)
    contents = [*bits, *tokens, *np.eye(40), order, np.eye(40), np.zeros(40), np.ones(40)]
    assert len({hash_of(x) for x in contents}) == len({x.tobytes() for x in contents})


def test_the_hash_of_a_long_tensor_is_of_evenly_spaced_elements():
    x = RNG.normal(size=3 * statistics.HASHED).astype("float32")
    assert hash_of(x) == hash_reference(x[:: sampling_stride(x.size, statistics.HASHED)])


def test_the_update_ratio_is_nan_where_all_weights_are_zero():
    update, weight = np.array([1.0, 1.0], "float32"), np.array([4.0, 0.0], "float32")
    found = numpy(statistics.update_ratio(*map(keras.ops.convert_to_tensor, (update, weight))))
    assert found[0] == 0.25
    assert np.isnan(found[1])


@pytest.mark.parametrize(
    ("shape", "limit", "samples"),
    [((8, 10), 30, 3), ((8, 10), 5, 1), ((8, 10), 800, 8), ((8, 10), None, 8), ((8,), 3, 8)],
)
def test_few_samples_keep_the_tensor_small(shape, limit, samples):
    assert statistics.few_samples(np.zeros(shape), limit).shape[0] == samples
