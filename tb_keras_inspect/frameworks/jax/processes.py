"""Processes under `jax.distributed`, as `keras.distribution.initialize` sets it up."""

import contextlib
from collections.abc import Sequence
from typing import Any

import jax
import keras
import numpy as np
from jax.experimental import multihost_utils

from tb_keras_inspect.frameworks.transport import Transport


def transport_of() -> Transport | None:
    """See `Backend.transport`."""
    if keras.distribution.distribution() is None:
        return None
    return JaxTransport() if jax.process_count() > 1 else None


class JaxTransport(Transport):
    """See `transport.Transport`. A step is one program over the devices of all processes."""

    separable = False

    def __init__(self) -> None:
        self.count, self.index = jax.process_count(), jax.process_index()

    def set_once(self, key: str, value: str) -> None:
        with contextlib.suppress(jax.errors.JaxRuntimeError):  # it is set
            _client().key_value_set(key, value)

    def get(self, key: str, seconds: float) -> str | None:
        try:
            # Not shorter: the answer itself takes time where processes share cores.
            return str(_client().blocking_key_value_get(key, max(int(seconds * 1000), 500)))
        except jax.errors.JaxRuntimeError:
            return None

    def total(self, numbers: Sequence[int]) -> list[int]:
        # As halves of 32 bits: JAX has no wider ones unless it is told so.
        halves = np.array([[n >> 32, n & 0xFFFFFFFF] for n in numbers], np.uint32)
        everyones = np.asarray(multihost_utils.process_allgather(halves)).reshape(-1, *halves.shape)
        return [
            sum((int(high) << 32) + int(low) for high, low in row)
            for row in everyones.swapaxes(0, 1)
        ]


def _client() -> Any:
    # The coordination service has no public interface.
    from jax._src import distributed

    return distributed.global_state.client
