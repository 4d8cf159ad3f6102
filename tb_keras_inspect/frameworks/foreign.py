"""Data and state of frameworks that Keras does not run on: a `tf.data` pipeline, a PyTorch loader."""

import importlib
import sys
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

_PACKAGE = __package__


def is_composite(x: Any) -> bool:
    """Whether `x` is a ragged or sparse tensor, which NumPy cannot hold."""
    return type(x).__name__ in ("RaggedTensor", "SparseTensor", "BCOO")


def first_rows(x: Any, count: int) -> Any:
    """The first `count` rows of a tensor or array of any framework."""
    if type(x).__name__ == "SparseTensor":  # the one kind that has no slices
        return importlib.import_module(f"{_PACKAGE}.tensorflow.sparse").first_rows(x, count)
    return x[:count]


def to_host(x: Any) -> np.ndarray:
    """A dense tensor or array of any framework as an array."""
    if keras.ops.is_tensor(x):
        return np.asarray(keras.ops.convert_to_numpy(x))
    if hasattr(x, "detach"):  # PyTorch
        x = x.detach().cpu().numpy()
    return np.asarray(x)


def saved_random_state() -> Callable[[], None]:
    """Returns a function that restores the present state of the global generators of PyTorch.

    Does nothing where PyTorch is not loaded, or is being imported by another thread.
    """
    if not hasattr(sys.modules.get("torch"), "get_rng_state"):
        return lambda: None
    restore: Callable[[], None] = importlib.import_module(f"{_PACKAGE}.torch.random").saved_state()
    return restore


def independent(dataset: Any) -> Any | None:
    """A copy of a `tf.data` pipeline that can be iterated without changing the order of the original.

    None for anything else, and where it cannot be copied.
    """
    if not hasattr(sys.modules.get("tensorflow"), "data"):
        return None
    return importlib.import_module(f"{_PACKAGE}.tensorflow.pipelines").independent(dataset)
