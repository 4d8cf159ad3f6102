"""The one owner of `model.train_function`: it decides what the next call of that function runs."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, Protocol, cast

import keras

from tb_keras_inspect.frameworks.execution import Execution
from tb_keras_inspect.frameworks.patches import instance_patch

TrainFunction = Callable[..., Any]
Hold = Callable[[Sequence[Any]], Any]  # from the arguments of a call to its result
# From the user's function and the arguments to the result of the step, or to a `NotMade`: then the
# user's function makes the step.
InstrumentedCall = Callable[[TrainFunction, Sequence[Any]], Any]


def _nothing() -> None:
    pass


@dataclasses.dataclass(frozen=True)
class NotMade:
    """What an instrumented call returns where it made no update and left everything as it was.

    Attributes:
        arguments: For the user's own function; they yield the batches that were read again.
        afterwards: To be called once the user's own function has made the step: only then is a
            failure that of the instrumentation.
    """

    arguments: Sequence[Any]
    afterwards: Callable[[], None] = _nothing


class StepListener(Protocol):
    """Is told of each instrumented call, on the training thread."""

    def before_step(self, execution: Execution) -> None:
        """The call begins. Raises nothing but what reading its batch raises."""

    def step_raised(self, error: Exception) -> None:
        """The call has raised, and will raise the same when this returns. Raises nothing."""


class TrainFunctionSlot:
    """Replaces `model.train_function`, in one fit, for one call at a time.

    Keras reads that attribute for each step. A step that nobody asked for runs the user's own
    function, untouched. Two parts of the package ask for the next call, and what they ask for is
    always nested in the same order, whoever asked first:

    1. Outermost a hold (steering). It gets the arguments of the call, may wait, and calls `run` with
       them: once, again after a step that was undone, or not at all.
    2. Then an instrumented call (recording), which the next `run` makes.
    3. Innermost the user's own function, as it is at that moment, where the instrumented call has
       not made the update itself.

    Args:
        model: The model in `fit`.

    Attributes:
        listener: Is told of instrumented calls; None, the default, for nobody.
    """

    def __init__(self, model: keras.Model):
        self._model = model
        self.listener: StepListener | None = None
        self._next: _NextCall | None = None
        self._held: _Held | None = None  # the call that a hold has
        self._hold: Hold | None = None
        self._instrumented: InstrumentedCall | None = None

    @property
    def own(self) -> TrainFunction | None:
        """The user's own function; None where Keras has not made it yet."""
        function: Any = self._model.train_function
        held, next_call = self._held, self._next
        if held is not None and function is held.function:
            return held.own
        if next_call is not None and function is next_call:
            return next_call.own
        return cast("TrainFunction | None", function)

    @property
    def is_instrumented(self) -> bool:
        """Whether the next `run`, during a hold, is an instrumented call."""
        return self._instrumented is not None

    @property
    def is_held(self) -> bool:
        """Whether a hold has the call, so that only it may give the model its state."""
        return self._held is not None

    # Asking for the next call.

    def hold_next_call(self, hold: Hold) -> None:
        """Replaces the next call of the train function by a call of `hold`."""
        if self._install():
            self._hold = hold

    def instrument_next_call(self, instrumented: InstrumentedCall) -> None:
        """Runs the next call instrumented. During a hold, this applies to the hold's next `run`."""
        if self._held is not None or self._install():
            self._instrumented = instrumented

    def cancel_hold(self) -> None:
        """Cancels `hold_next_call` if the call has not begun."""
        self._hold = None
        self._restore_if_unused()

    def cancel_instrumented(self) -> None:
        """Cancels `instrument_next_call` if the step has not run yet."""
        self._instrumented = None
        self._restore_if_unused()

    # The functions that Keras makes.

    def make_function(self, train_step: Callable[..., Any]) -> TrainFunction:
        """A train function that Keras makes of another `train_step`; the model keeps its own."""
        before = self._model.train_function
        try:
            with instance_patch(self._model, "train_step", train_step):
                self._model.make_train_function(force=True)
            function: TrainFunction = self._model.train_function
            return function
        finally:
            self._model.__dict__["train_function"] = before

    def remake(self) -> None:
        """Has Keras make the user's own function again, for a model that has changed."""
        step = self._model.train_step
        # As a function of its own: of one that equals an earlier one, JAX would take that one's trace.
        with instance_patch(self._model, "train_step", lambda *arguments: step(*arguments)):
            self._model.make_train_function(force=True)

    def discard(self) -> None:
        """Removes the function, so that the next fit makes it again."""
        self._model.train_function = None

    # The call.

    def run(self, arguments: Sequence[Any]) -> Any:
        """Makes the call that a hold got; to be called by that hold only."""
        instrumented, self._instrumented = self._instrumented, None
        return self._step(self.own, instrumented, arguments)

    def _step(self, own: Any, instrumented: InstrumentedCall | None, arguments: Any) -> Any:
        if instrumented is None:
            return own(*arguments)
        try:
            made = instrumented(own, arguments)
            if not isinstance(made, NotMade):
                return made
            result = own(*made.arguments)
        except Exception as error:
            if self.listener is not None:
                self.listener.step_raised(error)
            raise
        made.afterwards()
        return result

    def _enter(self, call: "_NextCall", arguments: Sequence[Any]) -> Any:
        hold, instrumented = self._hold, self._instrumented
        is_asked_for = call is self._next and call.fit is self._current_fit()
        if call is self._next:
            self._restore()  # first of all: the replacement is for one call, whatever happens
        if not is_asked_for:
            return call.own(*arguments)
        if hold is None:
            return self._step(call.own, instrumented, arguments)
        self._instrumented = instrumented
        self._held = _Held(call.own, self._model.train_function)
        try:
            return hold(arguments)
        finally:
            self._held = self._instrumented = None

    def _install(self) -> bool:
        function = self._model.train_function
        if self._next is not None and function is self._next:
            return True
        self._next = self._hold = self._instrumented = None  # of a call that will not come
        if function is None:
            return False
        self._next = _NextCall(self, function, self._current_fit())
        self._model.__dict__["train_function"] = self._next
        return True

    def _restore_if_unused(self) -> None:
        if self._hold is None and self._instrumented is None:
            self._restore()

    def _restore(self) -> None:
        if self._next is not None and self._model.train_function is self._next:
            self._model.__dict__["train_function"] = self._next.own
        self._next = self._hold = self._instrumented = None

    def _current_fit(self) -> Any:
        return self._model.__dict__.get("history")  # each fit gives the model a new one


class _NextCall:
    """Replaces a train function for one call; called again, it only calls that function.

    Attributes:
        own: The function.
        fit: The fit in which the call was asked for.
    """

    def __init__(self, slot: TrainFunctionSlot, own: TrainFunction, fit: Any):
        self._slot, self.own, self.fit = slot, own, fit

    def __call__(self, *arguments: Any) -> Any:
        return self._slot._enter(self, arguments)


@dataclasses.dataclass(frozen=True)
class _Held:
    """A call that a hold has.

    Attributes:
        own: The function that it is a call of.
        function: `model.train_function` when the hold got it: the same, or the user's wrapper of it.
    """

    own: TrainFunction
    function: Any
