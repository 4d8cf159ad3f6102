"""The instrumented training step: the model's own step, observed, for one call at a time."""

import contextlib
import functools
import logging
from collections.abc import Callable, Sequence
from typing import Any

import keras

from tb_keras_inspect import frameworks
from tb_keras_inspect.frameworks.execution import Execution
from tb_keras_inspect.frameworks.instrumentation import FunctionBeside, InstrumentedFunction
from tb_keras_inspect.frameworks.stateful import stateful_step
from tb_keras_inspect.training.hooks.inference import random_state, random_state_kept
from tb_keras_inspect.training.model.layer_filter import LayerFilter
from tb_keras_inspect.training.reduce.layout import LayoutTable
from tb_keras_inspect.training.step.example_losses import BatchExamples, examples_of
from tb_keras_inspect.training.step.parts import RecordedParts, recorded_parts
from tb_keras_inspect.training.step.recorded_step import RecordedStep
from tb_keras_inspect.training.step.settings import Settings
from tb_keras_inspect.training.step.train_function_slot import (
    NotMade,
    TrainFunction,
    TrainFunctionSlot,
)
from tb_keras_inspect.training.step.undo import undo_of

logger = logging.getLogger(__name__)

OnSample = Callable[[Any, Any, BatchExamples | None], None]


class InstrumentedStep:
    """Builds an instrumented train function and has it called.

    There are two ways. The instrumented function may *replace* the user's own for a call. Or it runs
    *beside* it: on the same state and batches, leaving both as they were, and the user's function
    makes the update. This is the way where a compiler would round differently in a function that
    computes more, and where the user's function does more than Keras's does.

    What it builds is kept from one fit to the next, as long as the user's function stays the same.

    Args:
        model: A compiled model.
        settings: What to record.
        wanted: Which layers to record.
        on_sample: Called with the packed vector, the first samples of the batch (or None) and its
            examples (or None), still on the device, as soon as the step is under way.
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
        # Of all fits: what they share is traced once.
        self._executions = self.backend.executions(
            model, lambda arguments: self._slot.run(arguments)
        )
        self.traces = 0
        self._slot: TrainFunctionSlot  # of the fit
        self._own: TrainFunction | None = None  # the user's function, which this was built beside
        self._is_models_own = True  # whether that function is as Keras makes it
        self._replacement: InstrumentedFunction
        self._beside: FunctionBeside
        self._parts: RecordedParts | None = None
        self._is_proven = False  # whether it has run
        self._kinds: set[Any] = set()  # of steps, that it has been traced for
        # Whether tracing draws from Python's or NumPy's generators: each trace is another function.
        self._draws_while_traced = False
        self._trained: list[Any] = []

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
        if own is None:
            return False
        if own is not self._own and not self._slot.is_held:
            self.backend.load_state(self._model)  # on JAX: where arrays are distributed, it is read
        if not self._is_ready_for(own):
            return False
        self._slot.instrument_next_call(self._call)
        return True

    def disarm(self) -> None:
        """Cancels `arm` if the step has not run yet."""
        self._slot.cancel_instrumented()

    @property
    def trained(self) -> list[Any]:
        """The variables that the step trains: a traced one those of when it was traced."""
        is_traced = self._own is not None and self.backend.traces_steps(self._model)
        return self._trained if is_traced else self._model.trainable_variables

    def _trains_others_now(self) -> bool:
        return [*map(id, self._model.trainable_variables)] != [*map(id, self._trained)]

    def _is_ready_for(self, own: TrainFunction) -> bool:
        """Begins anew where the user's own function is another one, or follows other weights."""
        if self.failure is not None:
            return False
        # A traced step goes on training the weights that it was traced for.
        is_traced = self.backend.traces_steps(self._model)
        if own is self._own and (is_traced or not self._trains_others_now()):
            return True
        self._own, self._is_proven = own, False
        self._trained = list(self._model.trainable_variables)
        self._parts = None
        self._kinds, self._draws_while_traced = set(), False
        try:
            made = self._slot.make_function(self._model.train_step)
            self._is_models_own = _code_of(own) is _code_of(made)
            # Now: while JAX trains, the model's variables are empty.
            self._replacement = self.backend.instrumented_function(
                self._model, self._observe, self._slot.make_function
            )
            self._beside = self.backend.function_beside(
                self._model, self._observe, self._replacement
            )
        except Exception as error:
            self._fail(error)
        return self.failure is None

    def _observe(self) -> RecordedStep:
        self.traces += 1
        try:
            # Layers and variables may have been made since the function was built.
            self._parts = recorded_parts(self._model, self._wanted)
            self._trained = list(self._model.trainable_variables)
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
            self.backend.replicas() == 1 and self.backend.processes == 1,
            self.layouts,
            self.omissions,
            self._fail,
        )

    def _call(self, own: TrainFunction, arguments: Sequence[Any]) -> Any:
        """One step, instead of a call of the user's own function; an `InstrumentedCall`."""
        if not self._is_ready_for(own):
            return NotMade(arguments)
        execution = self._executions(arguments)
        is_first = execution.kind() not in self._kinds
        if is_first and not self._prepare(own, execution):
            return NotMade(execution.arguments)
        if self._slot.listener is not None:
            self._slot.listener.before_step(execution)
        is_compiled = self.backend.compiles_steps(self._model)
        is_repeatable = self._is_models_own and not self._draws_while_traced
        if is_repeatable and not (is_compiled and self._settings.exact):
            return self._run_in_place(execution, self._replacement)
        if not execution.batches:  # several devices; or none is left
            if self._is_models_own:
                return self._run_in_place(execution, self._replacement)
            return NotMade(execution.arguments)
        if is_compiled or self.backend.is_stateless or self.backend.traces_steps(self._model):
            return self._run_beside(execution, is_first)
        if len(execution.batches) > 1:
            return NotMade(execution.arguments)
        observed = stateful_step(self.backend, lambda _: own(*execution.arguments), self._observe)
        return self._run_in_place(execution, lambda *_: observed(execution.batch()))

    def _prepare(self, own: TrainFunction, execution: Execution) -> bool:
        """Prepares for a step of a new kind; False where it must not be traced now."""
        if self._kinds and self._trains_others_now() and self.backend.traces_steps(self._model):
            return False  # the user's function may have been traced when others were trained
        if self._is_models_own:
            # Before ours: Python code that runs while tracing then runs in the same order.
            before = random_state()
            with contextlib.suppress(Exception):  # what is wrong with it, its call will say
                execution.trace(own)
            self._draws_while_traced |= random_state() != before
        self.backend.build_optimizer(self._model)
        self._kinds.add(execution.kind())
        return True

    def _run_beside(self, execution: Execution, is_first: bool) -> NotMade:
        alone = self.backend.programs_exclude_each_other()
        if is_first and self.backend.is_stateless and not alone:
            try:
                state = execution.copy_state()  # the user's function may overwrite its own
            except Exception as error:  # no memory for it
                return NotMade(execution.arguments, functools.partial(self._fail, error))

            def observe() -> None:
                execution.restore(state)
                self._observe_beside(execution)()

            return NotMade(execution.arguments, observe)
        if is_first and not self.backend.traces_steps(self._model):
            return NotMade(execution.arguments)  # it makes variables, which could not be restored
        blame = self._observe_beside(execution)
        execution.rewind()
        return NotMade(execution.arguments, blame)

    def _observe_beside(self, execution: Execution) -> Callable[[], None]:
        """Returns what is to be called once the user's own function has run without an error."""
        try:
            with random_state_kept():
                recorded = self._beside(execution)
        except Exception as error:
            return functools.partial(self._fail, error)
        self._deliver(*recorded)
        return lambda: None

    def _run_in_place(self, execution: Execution, function: InstrumentedFunction) -> Any:
        traces, undo = self.traces, self._undo(execution)
        try:
            result, recorded = function(*execution.arguments)
        except Exception as error:
            if not self._can_be_tried_again(error, traces, undo):
                raise
            # As if nothing had run: the user's own function shows who is at fault.
            if undo:
                undo()
            return NotMade(execution.arguments, functools.partial(self._fail, error))
        self._is_proven = True
        self._deliver(*recorded)
        return result

    def _deliver(self, vector: Any, kept: Any) -> None:
        if self.failure is None:
            samples, losses, inputs, targets = kept
            wanted = self.samples and samples
            head = self.backend.samples_from_output(samples) if wanted else None
            known = self.parts.compiled_loss
            self._on_sample(vector, head, examples_of(losses, inputs, targets, known))

    def _undo(self, execution: Execution) -> Callable[[], None] | None:
        if self._is_proven or self.backend.processes > 1:
            return None
        # Its state is among the arguments; or an error in a trace comes before anything has changed.
        if self.backend.is_stateless or self.backend.traces_steps(self._model):
            return execution.rewind if execution.batches else None
        return undo_of(self._model, execution)

    def _can_be_tried_again(
        self, error: Exception, traces: int, undo: Callable[[], None] | None
    ) -> bool:
        if isinstance(error, StopIteration) or self.traces == traces:
            return False
        return undo is not None or self.backend.traces_steps(self._model)

    def _fail(self, error: Exception) -> None:
        logger.debug("the instrumented step failed", exc_info=error)
        self.failure = self.failure or error


def _code_of(function: Any) -> Any:
    """The code of a Python function, also of one that a framework has wrapped."""
    for name in ("python_function", "_torchdynamo_orig_callable"):
        function = getattr(function, name, function)
    return getattr(function, "__code__", function)
