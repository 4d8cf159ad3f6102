"""The configuration of a layer or an optimizer, as Keras gives it."""

import contextlib
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import keras


def config_of(owner: Any) -> Mapping[str, Any]:
    """`owner.get_config()`; empty where that fails, as with custom classes that have none."""
    with without_loading_tensorflow():
        try:
            config = owner.get_config()
        except Exception:
            return {}
    return config if isinstance(config, Mapping) else {}


@contextlib.contextmanager
def without_loading_tensorflow() -> Iterator[None]:
    """Keras loads an installed TensorFlow with any backend, in seconds and 450 MB, to ask whether a
    value is one of TensorFlow's. Before it is loaded there are none."""
    lazy: Any = getattr(keras.src.utils.module_utils, "tensorflow", None)
    known = getattr(lazy, "_available", False)
    if known is not None or "tensorflow" in sys.modules:
        yield
        return
    lazy._available = False
    try:
        yield
    finally:
        lazy._available = None
