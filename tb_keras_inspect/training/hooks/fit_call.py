"""What only the call of `fit` knows, found on the stack: Keras tells a callback neither."""

import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

import keras

from tb_keras_inspect.catalog.kinds import FIXED_SET

_ALWAYS = ("shuffle",)
_IF_GIVEN = ("class_weight", "validation_split")
_MAX_TEXT = 200


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
    frame = _fit_frame()
    if frame is None:
        return ""
    iterator = frame.f_locals["epoch_iterator"]
    adapter = iterator.data_adapter
    steps = getattr(iterator, "steps_per_epoch", None)
    is_whole = steps is None or steps == adapter.num_batches
    is_repeated = frame.f_locals.get("epochs", 1) - frame.f_locals.get("initial_epoch", 0) > 1
    is_array = type(adapter).__name__ == "ArrayDataAdapter"
    return FIXED_SET if is_whole and is_repeated and is_array else ""


def settings_of_fit() -> dict[str, str]:
    """Arguments of `fit` that change what is learned, as text; {} if they cannot be found.

    Returns:
        `fit.shuffle` and, where given, `fit.class_weight`, `fit.validation_split` and
        `fit.sample_weight` ("given"); of targets in an array `fit.target_shape`, "()" for a number
        for each sample.
    """
    frame = _fit_frame()
    given = frame.f_locals if frame is not None else {}
    found = {f"fit.{name}": str(given[name])[:_MAX_TEXT] for name in _ALWAYS if name in given}
    found |= {f"fit.{name}": str(given[name])[:_MAX_TEXT] for name in _IF_GIVEN if given.get(name)}
    if given.get("sample_weight") is not None:
        found["fit.sample_weight"] = "given"
    shape = getattr(given.get("y"), "shape", None)
    if isinstance(shape, tuple) and shape:
        found["fit.target_shape"] = str(tuple(shape[1:]))
    return found


def _fit_frame() -> FrameType | None:
    """The call of `fit`, once it has its data."""
    for frame in frames_with("epoch_iterator", sys._getframe(2)):
        if hasattr(frame.f_locals.get("epoch_iterator"), "data_adapter"):
            return frame
    return None


def frames_with(name: str, frame: FrameType | None) -> Iterator[FrameType]:
    """A frame and those that it was called from, as far as they have a variable of that name.

    A frame whose `f_locals` is read keeps what they hold until it ends: a user's is best left alone.
    """
    while frame is not None:
        if name in frame.f_code.co_varnames or name in frame.f_code.co_cellvars:
            yield frame
        frame = frame.f_back
