"""TensorFlow, JAX and PyTorch behind one interface, `base.Backend`.

A backend is a folder whose module `backend` has a function `create`. It is loaded only when Keras runs
on it, and nothing outside the folder imports the framework. Imports nothing else of the package.
"""

import functools
import importlib
import pkgutil
from typing import Any

import keras

from tb_keras_inspect.frameworks.base import Backend


def current() -> Backend:
    """A new object for the backend that Keras runs on.

    Raises:
        RuntimeError: if Keras runs on one that is not supported, such as "openvino" or "numpy".
    """
    backend: Backend = _module(keras.backend.backend()).create()
    return backend


@functools.cache  # looking for it takes longer than all else when a short fit begins
def _module(name: str) -> Any:
    supported = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.ispkg)
    if name not in supported:
        raise RuntimeError(
            f"InspectCallback works with the backends {supported}. Received: {name!r}"
        )
    return importlib.import_module(f"{__name__}.{name}.backend")
