"""The binary container for numbers. docs/http_api.md has an annotated example."""

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

MAGIC = b"TKI1"
VERSION = 1
CONTENT_TYPE = "application/octet-stream"
ALIGNMENT = 8
_DTYPES = {
    np.dtype(name).str.lstrip("<|="): name
    for name in ("float32", "float64", "int32", "uint32", "uint8")
}


def pack(meta: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    """Serializes named arrays.

    Args:
        meta: Anything that JSON can represent, so no NaN.
        arrays: Each of dtype float32, float64, int32, uint32, uint8 or bool (sent as uint8).

    Returns:
        Magic `TKI1`, uint32 length of the header, JSON header padded with spaces to a multiple of 8,
        arrays in little-endian row-major order, each at a multiple of 8.

    Raises:
        ValueError: if a dtype is not accepted, or `meta` contains a NaN.
    """
    entries, parts, offset = [], [], 0
    for name, array in arrays.items():
        data, dtype = _little_endian(name, array)
        entries.append({"name": name, "dtype": dtype, "shape": list(data.shape), "offset": offset})
        padding = -data.nbytes % ALIGNMENT
        parts += [data.tobytes(), bytes(padding)]
        offset += data.nbytes + padding
    header = json.dumps(
        {"version": VERSION, "meta": meta, "arrays": entries}, allow_nan=False
    ).encode()
    header += b" " * (-(len(MAGIC) + 4 + len(header)) % ALIGNMENT)
    return b"".join([MAGIC, struct.pack("<I", len(header)), header, *parts])


def _little_endian(name: str, array: np.ndarray) -> tuple[np.ndarray, str]:
    array = np.asarray(array)
    if array.dtype == bool:
        array = array.view(np.uint8)
    dtype = _DTYPES.get(array.dtype.str.lstrip("<>|="))
    if dtype is None:
        raise ValueError(f"Array {name!r} has dtype {array.dtype}; a container accepts {_DTYPES}")
    return np.ascontiguousarray(array, array.dtype.newbyteorder("<")).reshape(array.shape), dtype
