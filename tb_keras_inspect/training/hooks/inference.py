"""Forward passes outside training: how a model is called, and what must stay as it was."""

import contextlib
import random
import sys
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np


def call_for_inference(model: keras.Model, inputs: Any) -> Any:
    """Calls a model with `training=False`, if it takes that argument."""
    takes_training = getattr(model, "_call_has_training_arg", True)
    return model(inputs, **({"training": False} if takes_training else {}))


@contextlib.contextmanager
def random_state_kept() -> Iterator[None]:
    """A block after which the global generators of Python, NumPy and PyTorch are as before.

    Keras's own generators are variables, which `keras.StatelessScope` takes care of.
    """
    restore = saved_random_state()
    try:
        yield
    finally:
        restore()


def saved_random_state() -> Callable[[], None]:
    """Returns a function that sets the global generators back to their present state."""
    python_state, numpy_state = random.getstate(), np.random.get_state()
    torch = sys.modules.get("torch")
    # Importing torch in another thread may be under way: then there is no state to keep yet.
    torch = torch if hasattr(torch, "get_rng_state") else None
    cpu_state = torch.get_rng_state() if torch else None
    with_cuda = torch and torch.cuda.is_available() and torch.cuda.is_initialized()
    cuda_states = torch.cuda.get_rng_state_all() if torch and with_cuda else None

    def restore() -> None:
        random.setstate(python_state)
        np.random.set_state(numpy_state)
        if torch:
            torch.set_rng_state(cpu_state)
        if torch and with_cuda:
            torch.cuda.set_rng_state_all(cuda_states)

    return restore


@contextlib.contextmanager
def losses_kept(model: keras.Model) -> Iterator[None]:
    """A block after which the layers have the losses that `add_loss` gave them in the last step."""
    kept = [(layer, list(layer._losses), set(layer._loss_ids)) for layer in _layers(model)]
    try:
        yield
    finally:
        for layer, losses, ids in kept:
            layer._losses[:] = losses
            layer._loss_ids.clear()
            layer._loss_ids.update(ids)


def _layers(model: keras.Model) -> list[keras.layers.Layer]:
    return [layer for layer in model._flatten_layers() if hasattr(layer, "_losses")]
