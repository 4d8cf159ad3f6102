"""Observers of Keras's operations: code that sees what a softmax or a matrix product returned."""

import contextlib
import functools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import keras

from tb_keras_inspect.frameworks.patches import class_patch

# Called after an operation on the thread of the block, with its arguments and its result.
Saw = Callable[[str, tuple[Any, ...], dict[str, Any], Any], None]

_thread = threading.local()


@contextlib.contextmanager
def operations(names: dict[str, str], saw: Saw) -> Iterator[None]:
    """A block in which a function sees operations of Keras on this thread, but not its own.

    Keras looks each operation up in a module of its backend when it is called, whoever calls it.

    Args:
        names: Name of an operation to the name of its module in `keras.src.backend`.
        saw: Called after each.
    """
    with contextlib.ExitStack() as stack:
        for name, module_name in names.items():
            module = getattr(keras.src.backend, module_name)
            if name in vars(module):  # an older Keras has fewer
                make = functools.partial(_make, name)
                stack.enter_context(class_patch(module, name, make))
        before, _thread.saw = getattr(_thread, "saw", None), saw
        try:
            yield
        finally:
            _thread.saw = before


def _make(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def operation(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        saw = getattr(_thread, "saw", None)
        if saw is not None:
            _thread.saw = None
            try:
                saw(name, args, kwargs, result)
            finally:
                _thread.saw = saw
        return result

    return operation
