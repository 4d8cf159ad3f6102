"""What a route answers, before it becomes a response."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from tb_keras_inspect.plugin import container


@dataclasses.dataclass(frozen=True)
class Payload:
    """A body and its type."""

    body: bytes
    content_type: str

    @property
    def nbytes(self) -> int:
        return len(self.body)

    def as_bytes_array(self) -> np.ndarray:
        """uint8[n], the body as an array of a container."""
        return np.frombuffer(self.body, np.uint8)


def as_json(content: Any) -> Payload:
    """JSON. Raises ValueError for a NaN, which JSON cannot hold."""
    return Payload(json.dumps(content, allow_nan=False).encode(), "application/json")


def as_container(meta: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Payload:
    """The binary container."""
    return Payload(container.pack(meta, arrays), container.CONTENT_TYPE)
