"""Reads the binary container, as the tab does; see docs/http_api.md."""

import json
import struct

import numpy as np

from tb_keras_inspect.plugin.container import MAGIC


def unpack(data):
    """The meta and the arrays by name.

    Raises:
        ValueError: if the bytes are not a container.
    """
    if data[:4] != MAGIC:
        raise ValueError(f"Expected a container that begins with {MAGIC!r}. Received: {data[:4]!r}")
    (length,) = struct.unpack_from("<I", data, 4)
    header = json.loads(data[8 : 8 + length])
    arrays = {entry["name"]: _array(data, 8 + length, entry) for entry in header["arrays"]}
    return header["meta"], arrays


def _array(data, start, entry):
    dtype = np.dtype(entry["dtype"]).newbyteorder("<")
    count = int(np.prod(entry["shape"], dtype=np.int64))
    return np.frombuffer(data, dtype, count, start + entry["offset"]).reshape(entry["shape"])
