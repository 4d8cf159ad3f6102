"""The global random number generators of PyTorch, whatever backend Keras runs on."""

from collections.abc import Callable, Mapping

import numpy as np
import torch

_CPU, _CUDA = "torch_cpu", "torch_cuda"


def saved_state() -> Callable[[], None]:
    """Returns a function that restores the present state of the generators."""
    cpu_state = torch.get_rng_state()
    with_cuda = torch.cuda.is_available() and torch.cuda.is_initialized()
    cuda_states = torch.cuda.get_rng_state_all() if with_cuda else None

    def restore() -> None:
        torch.set_rng_state(cpu_state)
        if with_cuda:
            torch.cuda.set_rng_state_all(cuda_states)

    return restore


def states() -> dict[str, np.ndarray]:
    """The generators of the CPU and of the GPU in use, as uint8 arrays."""
    found = {_CPU: torch.get_rng_state().numpy()}
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        found[_CUDA] = torch.cuda.get_rng_state().cpu().numpy()
    return found


def set_states(found: Mapping[str, np.ndarray]) -> None:
    """Sets the generators that `states` has returned, as far as they are here."""
    if _CPU in found:
        torch.set_rng_state(torch.from_numpy(found[_CPU].copy()))
    if _CUDA in found and torch.cuda.is_available():
        torch.cuda.set_rng_state(torch.from_numpy(found[_CUDA].copy()))
