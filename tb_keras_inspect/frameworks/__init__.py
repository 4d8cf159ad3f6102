"""Where TensorFlow, JAX and PyTorch differ: one module each, loaded only when Keras runs on it.

Each defines a subclass of `base.Backend`; nothing else in the package imports a framework.
"""

import importlib

import keras

from tb_keras_inspect.frameworks.base import Backend

_MODULES = {"tensorflow": "TensorFlowBackend", "jax": "JaxBackend", "torch": "TorchBackend"}


def current() -> Backend:
    """The backend that Keras runs on.

    Raises:
        RuntimeError: for one that cannot train, such as "openvino" or "numpy".
    """
    name = keras.backend.backend()
    if name not in _MODULES:
        raise RuntimeError(
            f"InspectCallback works with the backends {sorted(_MODULES)}. Received: {name!r}"
        )
    module = importlib.import_module(f"{__name__}.{name}.step")
    return getattr(module, _MODULES[name])()
