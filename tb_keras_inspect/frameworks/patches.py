"""Patches that last for a `with` block: on a class, counted, or on one instance."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

_lock = threading.RLock()
_patched: dict[tuple[type | ModuleType, str], list[Any]] = {}  # (class, name) -> [original, users]


@contextlib.contextmanager
def class_patch(
    cls: type | ModuleType, name: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]
) -> Iterator[None]:
    """Replaces a method of a class, or a function of a module, while at least one block is open.

    Two models may be traced at once from two threads: the first block installs the patch, the last
    one takes it off. What the patch does must therefore depend on the calling thread alone.

    Args:
        cls: The class or module whose own `__dict__` has it.
        name: Its name.
        make: Makes the replacement from the original; called when the patch is installed.
    """
    key = (cls, name)
    with _lock:
        entry = _patched.get(key)
        if entry is None:
            original = cls.__dict__[name]
            entry = _patched[key] = [original, 0]
            setattr(cls, name, make(original))
        entry[1] += 1
    try:
        yield
    finally:
        with _lock:
            entry[1] -= 1
            if not entry[1]:
                setattr(cls, name, entry[0])
                del _patched[key]


@contextlib.contextmanager
def instance_patch(instance: Any, name: str, value: Any) -> Iterator[None]:
    """Shadows an attribute of one object, without its `__setattr__` seeing it.

    Keras tracks what is assigned to a layer; writing to `__dict__` goes past that.

    Args:
        instance: Any object with a `__dict__`.
        name: The attribute's name.
        value: What it is inside the block. Outside it is what it was, or absent.
    """
    attributes = instance.__dict__
    present, before = name in attributes, attributes.get(name)
    attributes[name] = value
    try:
        yield
    finally:
        if present:
            attributes[name] = before
        else:
            attributes.pop(name, None)
