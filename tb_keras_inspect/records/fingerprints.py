"""Fingerprints: which example it was, without keeping it."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

NO_FINGERPRINTS = np.zeros(0, np.uint64)


def fingerprints(inputs: Any, key: bytes = b"") -> np.ndarray:
    """A fingerprint of each example's inputs, as `RunData.samples` has them.

    It depends on the values alone: not on the place in the batch, the backend, the process, or whether
    numbers are stored in 32 or 64 bits.

    Args:
        inputs: The inputs of N examples, as the model gets them: an array, or a dict or list of arrays.
        key: At most 64 bytes, without which fingerprints cannot be compared. Defaults to none.

    Returns:
        uint64[N].

    Raises:
        ValueError: if the arrays do not have the same number of examples.

    Example:

    ```python
    import numpy as np
    from tb_keras_inspect import fingerprints

    x = np.random.normal(size=(256, 4))
    index = {value: number for number, value in enumerate(fingerprints(x).tolist())}
    ```
    """
    parts = [_canonical(np.asarray(part)) for part in _flat(inputs)]
    counts = {len(part) for part in parts}
    if len(counts) != 1:
        raise ValueError(
            "`inputs` must be arrays with the same number of examples. "
            f"Received: {sorted(counts) or 'no array'}"
        )
    found = np.empty(counts.pop(), np.uint64)
    for number in range(len(found)):
        digest = hashlib.blake2b(digest_size=8, key=key)
        for part in parts:
            row = part[number]
            digest.update(len(row).to_bytes(8, "little"))  # so that arrays do not run together
            digest.update(row)
        found[number] = int.from_bytes(digest.digest(), "little")
    return found


def _flat(structure: Any) -> Iterator[Any]:
    """The arrays of a structure, in Keras's order: those of a dict by name."""
    if isinstance(structure, Mapping):
        for name in sorted(structure):
            yield from _flat(structure[name])
    elif isinstance(structure, (list, tuple)):
        for item in structure:
            yield from _flat(item)
    elif structure is not None:
        yield structure


def _canonical(array: np.ndarray) -> Any:
    """Bytes of each example, the same for all types that hold the same numbers on some backend."""
    if array.ndim == 0:
        raise ValueError(f"`inputs` must have an axis of examples. Received: {array!r}")
    if array.dtype.kind in "OSU":
        return [b"\0".join(map(_bytes, np.ravel(row).tolist())) for row in array]
    if array.dtype.kind in "biu":
        array = array.astype("<i4")  # JAX has no others by default
    elif array.dtype.kind != "c":
        array = array.astype("<f4") + np.float32(0)  # so that -0.0 is 0.0
    rows = np.ascontiguousarray(array).reshape(len(array), -1)
    return rows.view(np.uint8) if rows.size else [b""] * len(rows)


def _bytes(text: Any) -> bytes:
    return text if isinstance(text, bytes) else str(text).encode()
