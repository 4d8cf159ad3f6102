"""TensorBoard's data providers, for logs whose tensors have untrusted shapes.

Both providers make arrays with a function of their module. Nothing of theirs is replaced: other plugins
use the same provider. Instead a private copy of the module is loaded, with functions that bound the
size, and a copy of the provider takes its class from there.
"""

import copy
import functools
import importlib.util
import types
from typing import Any

from tensorboard.data import provider as provider_lib
from tensorboard.util import tensor_util

from tb_keras_inspect.records.tensors import array_of

_MODULES = (
    "tensorboard.backend.event_processing.data_provider",  # the Python loader
    "tensorboard.data.grpc_provider",  # the fast loader
)


def bounded(provider: provider_lib.DataProvider) -> provider_lib.DataProvider:
    """A provider of the same data whose arrays are no larger than what the log holds.

    A provider of another class is returned as it is.
    """
    kind = type(provider)
    if kind.__module__ not in _MODULES:
        return provider
    view = copy.copy(provider)
    view.__class__ = getattr(_private_copy(kind.__module__), kind.__name__)
    return view


@functools.cache
def _private_copy(name: str) -> types.ModuleType:
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.tensor_util = types.SimpleNamespace(**vars(tensor_util) | {"make_ndarray": array_of})
    if hasattr(module, "_tensor_size"):  # as many blobs as the shape says; the fast loader counts
        size = module._tensor_size
        module._tensor_size = lambda tensor: max(min(size(tensor), len(tensor.string_val)), 0)
    return module  # type: ignore[no-any-return]
