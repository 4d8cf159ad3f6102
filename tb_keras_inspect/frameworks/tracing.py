"""What tracing a forward pass needs of the backend in use."""

import importlib
from types import ModuleType

import keras


def current() -> ModuleType:
    """The module for `keras.backend.backend()`.

    It has `trace(run, recorder, model, inputs)`, which calls `run(inputs)` such that the recorder,
    told by `is_of_trace` which tensors count, notes the calls; it returns them as events, and a
    function from the key that stands for a tensor to those of the tensors it was computed from.
    """
    return importlib.import_module(f"tb_keras_inspect.frameworks.{keras.backend.backend()}.trace")
