"""Stands before the training function for one call."""

from collections.abc import Callable, Sequence
from typing import Any


class Gate:
    """Has a function see the next call of `model.train_function` before it is made.

    The trainer reads that attribute for each step. It is set, past Keras, for one call only; a step
    that nobody wants to see runs the user's own function, untouched.

    Args:
        model: The model in `fit`.
        enter: Called with the arguments of the call in its place; `model.train_function` is again what
            it was.
    """

    def __init__(self, model: Any, enter: Callable[[Sequence[Any]], Any]):
        self._model, self._enter = model, enter
        self._inner: Any = None
        self._fit: Any = None
        self._function = lambda *arguments: self._call(*arguments)  # one object, to compare with

    def install(self) -> None:
        """Sees the next call."""
        function = self._model.train_function
        if function is None or function is self._function:
            return
        self._inner, self._fit = function, self._current_fit()
        self._model.__dict__["train_function"] = self._function

    def remove(self) -> None:
        """Does not, if the call has not been made."""
        if self._model.train_function is self._function:
            self._model.__dict__["train_function"] = self._inner

    def _call(self, *arguments: Any) -> Any:
        self._model.__dict__["train_function"] = self._inner
        if self._fit is not self._current_fit():  # of a fit that ended before the call
            return self._inner(*arguments)
        return self._enter(arguments)

    def _current_fit(self) -> Any:
        return self._model.__dict__.get("history")  # each fit gives the model a new one
