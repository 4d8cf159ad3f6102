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
    """`FIXED_SET` if the samples are those of arrays; "" where each epoch may have others."""
    for frame in frames_with("epoch_iterator", sys._getframe(1)):
        iterator = frame.f_locals.get("epoch_iterator")
        adapter = getattr(iterator, "data_adapter", None)
        if adapter is not None:
            steps = getattr(iterator, "steps_per_epoch", None)
            is_whole = steps is None or steps == adapter.num_batches
            return FIXED_SET if is_whole and type(adapter).__name__ == "ArrayDataAdapter" else ""
    return ""


def frames_with(name: str, frame: FrameType | None) -> Iterator[FrameType]:
    """A frame and those that it was called from, as far as they have a variable of that name.

    A frame whose `f_locals` is read keeps what they hold until it ends: a user's is best left alone.
    """
    while frame is not None:
        if name in frame.f_code.co_varnames or name in frame.f_code.co_cellvars:
            yield frame
        frame = frame.f_back
