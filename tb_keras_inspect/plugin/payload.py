"""The answer of a route, before it becomes an HTTP response."""

import functools
import gzip
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from tb_keras_inspect.plugin import container

COMPRESS_FROM = 1024  # bytes; below this, compression saves less than a packet
SAMPLE = 1 << 16  # bytes compressed as a trial before all of a binary body
WORTH = 0.7  # compressed fraction up to which compression is worth the time on both sides
LEVEL = 1


class Payload:
    """A body and its type.

    Args:
        body: The bytes.
        content_type: The HTTP content type.
    """

    def __init__(self, body: bytes, content_type: str):
        self.body, self.content_type = body, content_type

    @property
    def nbytes(self) -> int:
        """Bytes in memory, including the compressed form."""
        return 2 * len(self.body)

    @functools.cached_property
    def compressed(self) -> bytes | None:
        """The gzipped body, or None if that saves too little."""
        if len(self.body) < COMPRESS_FROM:
            return None
        if self.content_type == container.CONTENT_TYPE and not _is_worth(self.body):
            return None
        return gzip.compress(self.body, LEVEL, mtime=0)


def as_json(content: Any) -> Payload:
    """A JSON payload. Raises ValueError for a NaN, which JSON cannot represent."""
    return Payload(json.dumps(content, allow_nan=False).encode(), "application/json")


def as_container(meta: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Payload:
    """A payload that is a binary container."""
    return Payload(container.pack(meta, arrays), container.CONTENT_TYPE)


def etag_of(*parts: Any) -> str:
    """A short text that changes if any part changes."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:20]


def _is_worth(body: bytes) -> bool:
    middle = max((len(body) - SAMPLE) // 2, 0)  # the beginning contains text and steps
    sample = body[middle : middle + SAMPLE]
    return len(gzip.compress(sample, LEVEL)) < WORTH * len(sample)
