"""The instrumented training step: the model's own step, observed, for one call at a time."""

import functools
import logging
from collections.abc import Callable, Sequence
from typing import Any

import keras

from tb_keras_inspect import frameworks
from tb_keras_inspect.training.model.layer_filter import LayerFilter
from tb_keras_inspect.training.reduce.layout import LayoutTable
from tb_keras_inspect.training.step.parts import RecordedParts, recorded_parts
from tb_keras_inspect.training.step.recorded_step import RecordedStep
from tb_keras_inspect.training.step.settings import Settings
from tb_keras_inspect.training.step.train_function_slot import (
    NotMade,
    TrainFunction,
    TrainFunctionSlot,
)
from tb_keras_inspect.training.step.undo import Undo, undo_of

logger = logging.getLogger(__name__)

OnSample = Callable[[Any, Any], None]


class InstrumentedStep:
    """Builds an instrumented train function beside the user's own, and has it called.

    What it builds is kept from one fit to the next, as long as the user's function stays the same.

    Args:
        model: A compiled model.
        settings: What to record.
        wanted: Which layers to record.
        on_sample: Called with the packed vector and the first samples of the batch (or None), still on
            the device, as soon as the step is under way.
        samples: How many samples of the batch to pass on; may be set to 0 when no more are wanted.

    Attributes:
        backend: The backend in use.
        layouts: How vectors are divided.
        omissions: (name, what) to the reason why it is not recorded.
        failure: What went wrong inside the instrumentation, or None. After a failure no step is
            instrumented.
        traces: How often the step was traced (or, where steps are not traced, run).
    """

    def __init__(
        self,
        model: keras.Model,
        settings: Settings,
        wanted: LayerFilter,
        on_sample: OnSample,
        samples: int = 0,
    ):
        self.samples = samples
        self._model, self._settings, self._wanted = model, settings, wanted
        self._on_sample = on_sample
        self.backend = frameworks.current()
        self.layouts = LayoutTable()
        self.omissions: dict[tuple[str, str], str] = {}
        self.failure: Exception | None = None
        self.traces = 0
        self._slot: TrainFunctionSlot  # of the fit
        self._own: TrainFunction | None = None  # the user's function, which this was built beside
        self._function: Callable[..., tuple[Any, Any]] | None = None
        self._parts: RecordedParts | None = None
        self._is_proven = False  # whether it has run
        self._trained: tuple[int, ...] = ()

    @property
    def parts(self) -> RecordedParts:
        """The layers and variables that are recorded, as of the last trace."""
        if self._parts is None:
            self._parts = recorded_parts(self._model, self._wanted)
        return self._parts

    def begin_fit(self, slot: TrainFunctionSlot, processes: int = 1) -> None:
        """A fit begins.

        Args:
            slot: The owner of the model's train function in this fit.
            processes: How many processes record together.
        """
        self._slot, self.backend.processes = slot, processes

    def arm(self) -> bool:
        """Asks for the next training step to run instrumented.

        Returns:
            Whether it will run instrumented; False if it cannot.
        """
        own = self._slot.own
        if own is None or not self._is_ready_for(own):
            return False
        self._slot.instrument_next_call(self._call)
        return True

    def disarm(self) -> None:
        """Cancels `arm` if the step has not run yet."""
        self._slot.cancel_instrumented()

    def trained(self) -> tuple[int, ...]:
        """Identities of the variables that are trained now."""
        return tuple(id(variable) for variable in self._model.trainable_variables)

    def _is_ready_for(self, own: TrainFunction) -> bool:
        """Builds the function anew where the user's own, or what it trains, is another one."""
        if self.failure is not None:
            return False
        trained = self.trained()
        if self._function is not None and own is self._own and trained == self._trained:
            return True
        try:
            self._own, self._trained, self._parts, self._is_proven = own, trained, None, False
            self._function = self.backend.instrumented_function(
                self._model, self._observe, self._slot.make_function
            )
        except Exception as error:
            self._fail(error)
        return self.failure is None

    def _observe(self) -> RecordedStep:
        self.traces += 1
        try:
            # Layers and variables may have been made since the function was built.
            self._parts = recorded_parts(self._model, self._wanted)
            return self._recorded_step(self._parts)
        except Exception as error:
            blind = self._recorded_step(RecordedParts())
            blind.failed(error)
            return blind

    def _recorded_step(self, parts: RecordedParts) -> RecordedStep:
        return RecordedStep(
            self.backend,
            self._settings,
            parts,
            self.samples,
            self.layouts,
            self.omissions,
            self._fail,
        )

    def _call(self, own: TrainFunction, arguments: Sequence[Any]) -> Any:
        """One step, instead of a call of the user's own function; an `InstrumentedCall`."""
        if not self._is_ready_for(own) or self._function is None:
            return NotMade(arguments)
        try:
            self.backend.build_optimizer(self._model)
        except Exception as error:
            return NotMade(arguments, functools.partial(self._fail, error))
        traces, undo = self.traces, self._undo(arguments)
        try:
            result, (vector, samples) = self._function(*(undo.arguments if undo else arguments))
        except Exception as error:
            if not self._can_be_tried_again(error, traces, undo):
                raise
            # As if nothing had run: the user's own function shows who is at fault.
            restored = undo.restored() if undo else arguments
            return NotMade(restored, functools.partial(self._fail, error))
        self._is_proven = True
        if self.failure is None:
            wanted = self.samples and samples
            self._on_sample(vector, self.backend.samples_from_output(samples) if wanted else None)
        return result

    def _undo(self, arguments: Sequence[Any]) -> Undo | None:
        if self._is_proven or self.backend.processes > 1:
            return None
        if self.backend.is_stateless:
            return Undo(arguments)
        return None if self.backend.traces_steps(self._model) else undo_of(self._model, arguments)

    def _can_be_tried_again(self, error: Exception, traces: int, undo: Undo | None) -> bool:
        if isinstance(error, StopIteration) or self.traces == traces:
            return False
        return undo is not None or self.backend.traces_steps(self._model)

    def _fail(self, error: Exception) -> None:
        logger.debug("the instrumented step failed", exc_info=error)
        self.failure = self.failure or error
