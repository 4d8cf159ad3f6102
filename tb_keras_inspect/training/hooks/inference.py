"""Forward passes outside training: how a model is called, and what must stay as it was."""

import contextlib
import random
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from tb_keras_inspect.frameworks import foreign


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


def random_state() -> object:
    """The state of Python's and NumPy's global generators, to be compared."""
    return random.getstate(), str(np.random.get_state(legacy=False))


def saved_random_state() -> Callable[[], None]:
    """Returns a function that sets the global generators back to their present state."""
    python_state, numpy_state = random.getstate(), np.random.get_state()
    restore_torch = foreign.saved_random_state()

    def restore() -> None:
        random.setstate(python_state)
        np.random.set_state(numpy_state)
        restore_torch()

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
