"""Checksums and projections against slow, obvious ones, element by element."""

import keras
import ml_dtypes
import numpy as np
import pytest
from keras import ops

from tb_keras_inspect.frameworks import current
from tb_keras_inspect.training.reduce import checksums, parameters
from tests.training.references import checksum_of, sign_at

RNG = np.random.default_rng(0)
CURRENT = current()  # one, which traces its functions once
HAS_FLOAT64 = keras.backend.backend() != "jax"  # where it has to be asked for
ARRAYS = {
    "ordinary": RNG.normal(size=(7, 5, 3)).astype("float32"),
    "a number": np.float32(2.5),
    "empty": np.zeros((0, 3), "float32"),
    "whole rows": RNG.normal(size=2 * parameters.ROW).astype("float32"),
    "long": RNG.normal(size=5000).astype("float32"),
    "longer than a piece": RNG.normal(size=70_000).astype("float32"),
    "not finite": np.array([1, np.nan, -np.inf, np.inf, -0.0, 0.0], "float32"),
    "subnormal": np.array([1e-40, -1e-45, 0.0], "float32"),
    "half": RNG.normal(size=(9, 4)).astype("float16"),
    "bfloat16": RNG.normal(size=(9, 4)).astype(ml_dtypes.bfloat16),
    "integers": RNG.integers(-(2**31), 2**31, size=(6, 5)).astype("int32"),
    "bytes": RNG.integers(0, 256, size=(6, 5)).astype("uint8"),
    "truth values": RNG.integers(0, 2, size=40).astype(bool),
}


def of(x):
    return ops.convert_to_numpy(checksums.checksum(tensor(x), CURRENT))


def tensor(x):
    return ops.convert_to_tensor(x, dtype=keras.backend.standardize_dtype(x.dtype))


def check(found, x):
    bits, projection, l2 = checksum_of(x)
    assert found[0] == bits
    if np.isfinite(l2):
        assert found[1:] == pytest.approx(
            [projection, l2], rel=1e-5, abs=1e-5 * l2 + 1e-37
        )  # sums flush
    else:
        assert not np.isfinite(found[1:]).any()


@pytest.mark.parametrize("name", ARRAYS)
def test_the_checksum_matches_the_reference(name):
    check(of(ARRAYS[name]), ARRAYS[name])


@pytest.mark.skipif(not HAS_FLOAT64, reason="JAX has no float64 by default")
def test_every_bit_of_a_float64_counts():
    x = RNG.normal(size=20)
    check(of(x), x)
    y = x.copy()
    y[7] = np.nextafter(y[7], 9.0)
    assert of(y)[0] != of(x)[0]


@pytest.mark.parametrize("small", [2**18, 16], ids=["together", "mixed"])
def test_many_tensors_have_the_checksums_of_each_alone(small, monkeypatch):
    monkeypatch.setattr(parameters, "SMALL", small)
    arrays = [x for name, x in ARRAYS.items() if name != "empty"]
    table = ops.convert_to_numpy(checksums.checksums([tensor(x) for x in arrays], CURRENT))
    for found, x in zip(table, arrays, strict=True):
        check(found, x)


def test_no_tensors_have_no_checksums():
    assert tuple(checksums.checksums([], CURRENT).shape) == (0, 3)


def test_the_same_numbers_in_half_precision_have_the_same_checksum():
    x = ARRAYS["half"]
    assert of(x)[0] == of(x.astype("float32"))[0]


def test_zeros_of_either_sign_differ():
    assert of(np.array([0.0], "float32"))[0] != of(np.array([-0.0], "float32"))[0]


def test_any_change_of_one_bit_and_any_swap_shows():
    x = RNG.integers(0, 2, size=(16, 12)).astype("float32")
    others = []
    for _ in range(150):
        i, j = RNG.integers(x.size, size=2)
        swapped, changed = x.copy().ravel(), x.copy().ravel()
        swapped[[i, j]] = swapped[[j, i]]
        changed.view("<u4")[i] ^= np.uint32(1 << RNG.integers(32))
        others += [y for y in (swapped, changed) if y.tobytes() != x.tobytes()]
    others += [np.roll(x, 1, axis=0), x.T, x[::-1]]
    assert of(x)[0] not in {of(np.ascontiguousarray(y))[0] for y in others}


@pytest.mark.parametrize("distance", [1, 2, 3, 4, 10, 32, 64])
def test_signs_are_as_good_as_random_at_any_spacing(distance):
    """Channels lie at equal distances: a constant channel must not add up."""
    signs = np.array([sign_at(position) for position in range(1, 6001)])
    for first in range(distance):
        chosen = signs[first::distance]
        assert abs(chosen.sum()) < 4 * np.sqrt(len(chosen))


def test_the_difference_of_projections_is_about_the_norm_of_the_difference():
    """Over many differences of one size, the mean square is that size."""
    x = RNG.normal(size=3000).astype("float32")
    found = []
    for _ in range(60):
        change = RNG.normal(size=x.size).astype("float32") * 1e-2
        found.append((of(x + change)[1] - of(x)[1]) / np.linalg.norm(change))
    assert np.sqrt(np.mean(np.square(found))) == pytest.approx(1.0, rel=0.35)
