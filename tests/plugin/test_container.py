import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tb_keras_inspect.plugin import container
from tests.plugin import containers

dtypes = st.sampled_from(["float32", "float64", "int32", "uint32", "uint8", "bool"])
arrays = dtypes.flatmap(
    lambda d: hnp.arrays(d, hnp.array_shapes(min_dims=0, min_side=0, max_side=5))
)


@given(st.dictionaries(st.text(max_size=8), arrays, max_size=4))
def test_what_is_packed_is_unpacked_the_same(named):
    meta, got = containers.unpack(container.pack({"é": [1, None, "x"]}, named))
    assert meta == {"é": [1, None, "x"]}
    assert list(got) == list(named)
    for name, array in named.items():
        expected = array.view(np.uint8) if array.dtype == bool else array
        assert got[name].dtype == expected.dtype
        np.testing.assert_array_equal(got[name], expected)


@given(st.dictionaries(st.text(max_size=8), arrays, max_size=4))
def test_header_and_arrays_are_aligned_for_typed_arrays(named):
    data = container.pack({}, named)
    (length,) = struct.unpack_from("<I", data, 4)
    assert data[:4] == b"TKI1"
    assert (8 + length) % 8 == 0
    header = json.loads(data[8 : 8 + length])
    assert header["version"] == 1
    assert all(entry["offset"] % 8 == 0 for entry in header["arrays"])
    assert len(data) % 8 == 0


def test_the_bytes_are_those_of_the_documentation():
    data = container.pack(
        {"run": "a"},
        {"steps": np.array([10.0, 20.0]), "l2/last": np.array([[1.0, 2.0]], np.float32)},
    )
    assert data[4:8] == bytes.fromhex("c0000000")
    assert data[8 + 0xC0 :] == bytes.fromhex(
        "0000000000002440 0000000000003440 0000803f00000040".replace(" ", "")
    )


def test_other_byte_orders_and_layouts_become_little_endian_rows():
    array = np.arange(6, dtype=">f4").reshape(2, 3).T
    np.testing.assert_array_equal(
        containers.unpack(container.pack({}, {"a": array}))[1]["a"], array
    )


@pytest.mark.parametrize("array", [np.zeros(2, np.int64), np.array(["x"]), np.zeros(2, np.float16)])
def test_a_dtype_the_browser_cannot_hold_is_refused(array):
    with pytest.raises(ValueError, match="dtype"):
        container.pack({}, {"a": array})


def test_a_nan_in_the_header_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        container.pack({"x": float("nan")}, {})


def test_other_bytes_are_refused():
    with pytest.raises(ValueError, match="TKI1"):
        containers.unpack(b"PNG")
