"""What the probe pass needs of the backend in use."""

import importlib
from types import ModuleType

import keras


def current() -> ModuleType:
    """The module for `keras.backend.backend()`.

    It has `ready(model)`, after which variables can be read; `compiled(forward, model)`, a function
    of the inputs that runs `forward` with the model's present weights, traced once; `eager(forward,
    model)`, the same without tracing; `gradients(function, by)`, for a function from a dict of
    tensors to (a scalar, something aside), the dict of its gradients (zeros where it does not depend
    on one), and what is aside; `kept(tensor)`, a tensor that later in-place operations do not change;
    and `to_host(tensor)`, a float32 array.
    """
    return importlib.import_module(f"tb_keras_inspect.frameworks.{keras.backend.backend()}.probe")
