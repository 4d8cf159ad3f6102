"""Processes under `torch.distributed`: `DistributedDataParallel`, or sharded tensors (`DTensor`)."""

import datetime
from collections.abc import Sequence
from typing import Any

import keras
import torch
from torch import distributed

from tb_keras_inspect.frameworks.transport import Transport


def transport_of() -> Transport | None:
    """See `Backend.transport`."""
    if not distributed.is_available() or not distributed.is_initialized():
        return None
    return TorchTransport() if distributed.get_world_size() > 1 else None


def is_sharded() -> bool:
    """Whether a tensor may be spread over the processes, as Keras does from 3.16 on."""
    return isinstance(keras.distribution.distribution(), keras.distribution.ModelParallel)


def whole(tensor: Any) -> Any:
    """A sharded tensor as one device would have it, for which all processes must call this."""
    return tensor.full_tensor() if hasattr(tensor, "full_tensor") else tensor


class TorchTransport(Transport):
    """See `transport.Transport`.

    Steps outside the gradients' averaging need no other process, except where tensors are sharded.
    """

    def __init__(self) -> None:
        self.separable = not is_sharded()
        self.count, self.index = distributed.get_world_size(), distributed.get_rank()
        # There is no public way to the store that the processes met at.
        self._store = distributed.distributed_c10d._get_default_store()

    def set_once(self, key: str, value: str) -> None:
        self._store.compare_set(key, "", value)

    def get(self, key: str, seconds: float) -> str | None:
        if not seconds:  # a short wait could end before the answer comes from a busy process
            return self._value(key) if self._store.check([key]) else None
        try:
            self._store.wait([key], datetime.timedelta(seconds=seconds))
        except RuntimeError:  # also the error of a timeout
            return None
        return self._value(key)

    def _value(self, key: str) -> str:
        return str(self._store.get(key), "utf-8")

    def total(self, numbers: Sequence[int]) -> list[int]:
        tensor = torch.tensor(list(numbers), dtype=torch.int64, device=_device())
        distributed.all_reduce(tensor)
        return [int(number) for number in tensor.tolist()]


def gathered(vector: Any) -> Any:
    """The vectors of all processes, which must all call this.

    Args:
        vector: float32[size] of this process.

    Returns:
        float32[R, size]; of this process alone where the sizes differ: something failed somewhere.
    """
    vector = vector.to(_device())
    sizes = torch.tensor([vector.numel(), -vector.numel()], device=vector.device)
    distributed.all_reduce(sizes, op=distributed.ReduceOp.MAX)
    largest, smallest = sizes[0], -sizes[1]
    if largest != smallest:
        return vector[None]
    vectors = [torch.empty_like(vector) for _ in range(distributed.get_world_size())]
    distributed.all_gather(vectors, vector)
    return torch.stack(vectors)


def _device() -> Any:
    """Where collective operations take tensors from."""
    on_gpu = "nccl" in distributed.get_backend()
    return torch.device("cuda", torch.cuda.current_device()) if on_gpu else torch.device("cpu")
