"""What only the call of `fit` knows, found on the stack: Keras tells a callback neither."""

import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

import keras

from tb_keras_inspect.catalog.kinds import FIXED_SET


def callbacks_of_fit() -> list[Any]:
    """All callbacks of the fit that calls, from a method of one of them; [] outside of one."""
    for frame in frames_with("self", sys._getframe(1)):
        owner = frame.f_locals.get("self")
        if isinstance(owner, keras.callbacks.CallbackList):
            return list(owner.callbacks)
    return []


def data_of_fit() -> str:
    """`FIXED_SET` if all epochs have the samples of the same arrays; "" where each may have others.

    Of a fit of a single epoch nothing is known: the next one may be given other arrays.
    """
    for frame in frames_with("epoch_iterator", sys._getframe(1)):
        iterator = frame.f_locals.get("epoch_iterator")
        adapter = getattr(iterator, "data_adapter", None)
        if adapter is not None:
            steps = getattr(iterator, "steps_per_epoch", None)
            is_whole = steps is None or steps == adapter.num_batches
            is_repeated = (
                frame.f_locals.get("epochs", 1) - frame.f_locals.get("initial_epoch", 0) > 1
            )
            is_array = type(adapter).__name__ == "ArrayDataAdapter"
            return FIXED_SET if is_whole and is_repeated and is_array else ""
    return ""


def frames_with(name: str, frame: FrameType | None) -> Iterator[FrameType]:
    """A frame and those that it was called from, as far as they have a variable of that name.

    A frame whose `f_locals` is read keeps what they hold until it ends: a user's is best left alone.
    """
    while frame is not None:
        if name in frame.f_code.co_varnames or name in frame.f_code.co_cellvars:
            yield frame
        frame = frame.f_back
