"""PyTorch: steps run eagerly, so that the twin wraps each of them."""

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import torch

from tb_keras_inspect.frameworks import base
from tb_keras_inspect.frameworks.stateful import stateful_step
from tb_keras_inspect.frameworks.torch import processes


class TorchBackend(base.Backend):
    """See `base.Backend`."""

    name = "torch"

    def unrecordable(self, tensor: Any, token: Any) -> str | None:
        if not isinstance(tensor, torch.Tensor):
            return f"a {type(tensor).__name__}, not a tensor"
        if not tensor.is_floating_point():
            return f"of type {str(tensor.dtype).removeprefix('torch.')}, not floating point"
        return None

    def is_dense(self, value: Any) -> bool:
        return isinstance(value, torch.Tensor) and value.ndim > 0 and not value.is_sparse

    def is_numeric(self, value: Any) -> bool:
        dense = isinstance(value, torch.Tensor) and value.layout is torch.strided
        return dense and value.dtype is not torch.bool and not value.is_complex()

    def replicas(self) -> int:
        return self.processes

    def as_output(self, vector: Any) -> Any:
        return processes.gathered(vector) if self.processes > 1 else vector[None]

    def detach(self, tensor: Any) -> Any:
        return tensor.detach()

    def no_gradient(self) -> contextlib.AbstractContextManager[Any]:
        return torch.no_grad()

    # Keras's operations cost several times what PyTorch's own do on tensors of this size.

    def flat(self, tensor: Any) -> Any:
        return tensor.reshape(-1).to(torch.float32)

    def kept(self, x: Any) -> Any:
        return x.clone()

    def reductions(self, tensors: Sequence[Any]) -> tuple[Any, Any, Any]:
        lowest, highest = zip(*(torch.aminmax(x) for x in tensors), strict=True)
        sums = [x.sum() for x in tensors]
        return torch.stack(highest), torch.stack(lowest), torch.stack(sums)

    def sum_of_squares(self, x: Any) -> Any:
        return torch.dot(x, x)

    def zero_fraction(self, x: Any) -> Any:
        return 1.0 - torch.count_nonzero(x) / x.numel()

    def largest_magnitude(self, x: Any, axes: tuple[int, ...]) -> Any:
        return (torch.amax(x.abs(), axes) if axes else x.abs()).to(torch.float32)

    def bits(self, x: Any) -> Any:
        return x.to(torch.float32).contiguous().view(torch.int32)

    def count_by_index(self, index: Any, size: int) -> Any:
        return torch.bincount(index, minlength=size).to(torch.float32)

    def dense(self, gradient: Any, shape: Sequence[int]) -> Any:
        return gradient.to_dense() if gradient.is_sparse else gradient

    def snapshot(self, variables: Sequence[Any]) -> list[Any]:
        return [variable.value.detach().clone() for variable in variables]

    def traces_steps(self, model: keras.Model) -> bool:
        return False

    def build(self, model: keras.Model, make_collector: Callable[[], Any]) -> Callable[..., Any]:
        step = stateful_step(model, model.train_step, make_collector)
        # Keras hands over a list with one batch.
        return lambda data: step(data[0])

    def to_numpy(self, vector: Any) -> np.ndarray:
        return vector.detach().cpu().numpy()
