"""The global random number generators of PyTorch, whatever backend Keras runs on."""

from collections.abc import Callable

import torch


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
