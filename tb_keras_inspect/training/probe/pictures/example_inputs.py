"""The inputs of single examples to a message: pictures, whole numbers, values, or text."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tb_keras_inspect.records import encode_sample_inputs
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.training.probe.pictures.map_encoding import input_maps
from tb_keras_inspect.training.probe.pictures.map_sizes import Caps

CAPS = Caps(max_channels=3, max_pixels=64 * 64, max_bytes=100_000)
MOST_TOKENS = 512  # of an example
MOST_TEXT = 1000  # characters of one


def encode_example_inputs(
    model: int, fingerprints: np.ndarray, inputs: Sequence[tuple[str, np.ndarray]]
) -> pb.SampleInputRecord | None:
    """The record of some examples' inputs; None where nothing of them can be shown.

    Args:
        model: Fingerprint of the model record.
        fingerprints: uint64[M], of the examples.
        inputs: Names and arrays, M examples each.
    """
    texts, arrays = {}, []
    for name, x in inputs:
        if x.dtype.kind in "OSU":
            texts[name] = [_text(row) for row in x]
            continue
        x = x[:, None] if x.ndim == 1 else x
        is_ids = x.ndim == 2 and x.dtype.kind in "iu"
        arrays.append((name, x[:, :MOST_TOKENS] if is_ids else x))
    maps = input_maps(model, arrays, CAPS, exact=True)
    return encode_sample_inputs(model, fingerprints, maps, texts) if maps or texts else None


def _text(row: Any) -> str:
    words = (
        part.decode("utf-8", "replace") if isinstance(part, bytes) else str(part)
        for part in np.ravel(row).tolist()
    )
    # What UTF-8 cannot hold, no message can.
    return " ".join(words)[:MOST_TEXT].encode("utf-8", "replace").decode()
