"""What a backend is given to run inside a training step."""

import contextlib
from collections.abc import Callable, Sequence
from typing import Any, Protocol

ValuesOf = Callable[[Sequence[Any]], list[Any]]  # from variables to their values at that moment


class StepObservation(Protocol):
    """Sees one step, or one trace of it, from inside. Its methods do not raise."""

    def begin(self, data: Any, values_of: ValuesOf) -> None:
        """The step begins.

        Args:
            data: Its batch.
            values_of: Gives the values of variables before the step.
        """

    def observing(self) -> contextlib.AbstractContextManager[None]:
        """The block in which the user's own `train_step` runs."""

    def in_forward_pass(self) -> contextlib.AbstractContextManager[None]:
        """The block in which a forward pass runs that has a trace of its own."""

    def saw_added_losses(self, losses: Sequence[Any]) -> None:
        """The model's losses that are not of its outputs: scalars or tensors to be summed up.

        For a step in which they are added where they cannot be packed any more.
        """

    def pack_outputs(self) -> tuple[tuple[Any, ...], Any] | None:
        """What is recorded of the layers' outputs: its sections and their vector; None for nothing.

        For a step whose layer outputs exist only inside its forward pass, and called there.
        """

    def pack_losses(self) -> Any:
        """float32[examples, columns] of the loss of each example; None where there is none.

        For a step whose loss exists only inside a function that is differentiated, and called there.
        """

    def end(
        self,
        logs: Any,
        values_of: ValuesOf,
        outputs: tuple[tuple[Any, ...], Any] | None = None,
        losses: Any = None,
    ) -> tuple[Any, Any]:
        """The step has run.

        Args:
            logs: The logs that it returned.
            values_of: Gives the values of variables after the step.
            outputs: What `pack_outputs` returned, where that was called.
            losses: What `pack_losses` returned, likewise.

        Returns:
            The packed vector, and what is kept of the batch.
        """


Observe = Callable[[], StepObservation]
MakeFunction = Callable[[Callable[..., Any]], Callable[..., Any]]  # from a `train_step`
InstrumentedFunction = Callable[..., tuple[Any, tuple[Any, Any]]]
FunctionBeside = Callable[[Any], tuple[Any, Any]]  # from an `Execution`
