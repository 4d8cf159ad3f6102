"""The probe pass on PyTorch: always eager."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
import torch


def ready(model: keras.Model) -> None:
    """See `probe_backend.current`. Variables always are."""


def compiled(forward: Callable[[Any], Any], model: keras.Model) -> Callable[[Any], Any]:
    """See `probe_backend.current`."""
    return eager(forward, model)


def eager(forward: Callable[[Any], Any], model: keras.Model) -> Callable[[Any], Any]:
    """See `probe_backend.current`."""

    def run(inputs: Any) -> Any:
        with torch.no_grad(), _modules_kept(model), keras.StatelessScope():
            return forward(inputs)

    return run


def gradients(function: Callable[[Any], Any], by: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """See `probe_backend.current`. Gradients of weights are neither computed nor touched."""
    with torch.enable_grad():
        by = {name: tensor.detach().requires_grad_() for name, tensor in by.items()}
        score, aside = function(by)
        found = torch.autograd.grad(score, list(by.values()), allow_unused=True)
    zeros = {name: torch.zeros_like(tensor) for name, tensor in by.items()}
    result = {n: zeros[n] if g is None else g for n, g in zip(by, found, strict=True)}
    return result, keras.tree.map_structure(_detached, aside)


def _detached(x: Any) -> Any:
    return x.detach() if isinstance(x, torch.Tensor) else x


def kept(tensor: Any) -> Any:
    """See `probe_backend.current`. A copy on the host: a later layer may work in place."""
    return tensor.detach().to("cpu", torch.float32, copy=True)


def to_host(tensor: Any) -> np.ndarray:
    """See `probe_backend.current`."""
    return tensor.detach().to("cpu", torch.float32).numpy()


@contextlib.contextmanager
def _modules_kept(model: keras.Model) -> Iterator[None]:
    """Restores train and eval modes, and the buffers, of wrapped PyTorch modules."""
    modes = [(module, module.training) for module in model.modules()]
    buffers = [(buffer, buffer.detach().clone()) for buffer in model.buffers()]
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode
        for buffer, before in buffers:
            buffer.copy_(before)
