"""The twin: an instrumented copy of the training step that stands in for it, one call at a time."""

import logging
from collections.abc import Callable
from typing import Any

import keras

from tb_keras_inspect.frameworks import Backend, current
from tb_keras_inspect.training.model import names
from tb_keras_inspect.training.model.layer_filter import LayerFilter
from tb_keras_inspect.training.reduce.layout import LayoutTable
from tb_keras_inspect.training.step import pack
from tb_keras_inspect.training.step.observer import Collector, Plan
from tb_keras_inspect.training.step.settings import Settings
from tb_keras_inspect.training.step.undo import Undo, undo_of

logger = logging.getLogger(__name__)

OnSample = Callable[[Any, Any], None]


class Twin:
    """Swaps `model.train_function` for its instrumented twin, for exactly one call.

    Args:
        model: A compiled model, in `fit`.
        settings: What to record.
        wanted: Which layers to record.
        on_sample: Called with the packed vector and the head of the batch (or None), still on the
            device, as soon as the twin's step is under way.
        head: How many samples of the batch to hand over; may be set to 0 when no more are wanted.

    Attributes:
        layouts: How vectors are divided.
        omissions: (name, what) to the reason why it is not recorded.
        failure: What went wrong inside the instrumentation, or None. The twin is not used any more
            then.
        traces: How often the instrumented step was traced (or, where steps are not traced, run).
    """

    def __init__(
        self,
        model: keras.Model,
        settings: Settings,
        wanted: LayerFilter,
        on_sample: OnSample,
        head: int = 0,
    ):
        self.head = head
        self._model, self._settings, self._wanted = model, settings, wanted
        self._on_sample = on_sample
        self.backend: Backend = current()
        self.layouts = LayoutTable()
        self.omissions: dict[tuple[str, str], str] = {}
        self.failure: Exception | None = None
        self.traces = 0
        self._plain: Any = None  # the user's own function, which the twin was built beside
        self._twin: Callable[..., Any] | None = None
        self._stand_in: Callable[..., Any] | None = None
        self._plan: Plan | None = None
        self._fit: Any = None  # in which it was armed
        self._is_proven = False  # whether it has run
        self._trained: tuple[int, ...] = ()

    @property
    def plan(self) -> Plan:
        """The layers and variables looked at, as of the last trace."""
        if self._plan is None:
            self._plan = make_plan(self._model, self._wanted)
        return self._plan

    def arm(self) -> bool:
        """Makes the next training step an instrumented one.

        Returns:
            Whether it will be.
        """
        function = self._model.train_function
        if self.failure is not None or function is None:
            return False
        if function is self._stand_in:
            return True
        try:
            if self._twin is None or function is not self._plain or self._trained != self.trained():
                self._build(function)
        except Exception as error:
            self._fail(error)
            return False
        self._model.__dict__["train_function"] = self._stand_in
        self._fit = self._current_fit()
        return True

    def disarm(self) -> None:
        """Puts the user's function back, if the twin is still in its place."""
        if self._stand_in is not None and self._model.train_function is self._stand_in:
            self._model.__dict__["train_function"] = self._plain

    def _current_fit(self) -> Any:
        # Each fit gives the model a new history.
        return self._model.__dict__.get("history")

    def trained(self) -> tuple[int, ...]:
        """Identities of the variables that are trained now."""
        return tuple(id(variable) for variable in self._model.trainable_variables)

    def _build(self, function: Any) -> None:
        self._plain, self._is_proven = function, False
        self._trained = self.trained()
        self._plan = None
        self._twin = self.backend.build(self._model, self._make_collector)
        # A new function at every build, so that a stale one is never taken for the current one.
        self._stand_in = lambda *args: self._call(*args)

    def _make_collector(self) -> "_ReportingCollector":
        self.traces += 1
        try:
            # Layers and variables may have been made since the twin was built.
            self._plan = make_plan(self._model, self._wanted)
            return _ReportingCollector(self, self._settings, self._plan)
        except Exception as error:
            blind = _ReportingCollector(self, self._settings, Plan({}, [], [], [], []))
            blind.failed(error)
            return blind

    def _call(self, *args: Any) -> Any:
        self._model.__dict__["train_function"] = self._plain  # one call only, whatever happens
        if self._fit is not self._current_fit():
            return self._plain(*args)  # armed in a fit that another callback ended before the step
        traces, undo = self.traces, self._undo(args)
        try:
            result, (vector, head) = self._twin(*(undo.args if undo else args))
        except Exception as error:
            if not self._can_be_tried_again(error, traces, undo):
                raise
            # As if nothing had run: the user's own function shows whether the fault is ours.
            result = self._plain(*(undo.restored() if undo else args))
            self._fail(error)
            return result
        self._is_proven = True
        if self.failure is None:
            self._on_sample(vector, self.backend.received(head) if self.head and head else None)
        return result

    def _undo(self, args: tuple[Any, ...]) -> Undo | None:
        if self._is_proven or self.backend.processes > 1:
            return None
        if self.backend.is_stateless:
            return Undo(args)
        return None if self.backend.traces_steps(self._model) else undo_of(self._model, args)

    def _can_be_tried_again(self, error: Exception, traces: int, undo: Undo | None) -> bool:
        if isinstance(error, StopIteration) or self.traces == traces:
            return False
        return undo is not None or self.backend.traces_steps(self._model)

    def _fail(self, error: Exception) -> None:
        logger.debug("the instrumented step failed", exc_info=error)
        self.failure = self.failure or error


class _ReportingCollector(Collector):
    """A collector that tells its twin what it found when it is done."""

    def __init__(self, twin: Twin, settings: Settings, plan: Plan):
        super().__init__(twin.backend, settings, plan, twin.head)
        self._twin = twin

    def failed(self, error: Exception) -> None:
        super().failed(error)
        self._twin._fail(error)

    def finish(self, packed: list[pack.Packed]) -> Any:
        """The packed vector, or an empty one after an error in a hook."""
        self._twin.omissions.update(self.omissions)
        return pack.empty() if self.error else pack.finish(self._twin.layouts, packed)


def make_plan(model: keras.Model, wanted: LayerFilter) -> Plan:
    """Decides which layers and variables of a model are looked at."""
    all_names = names.layer_names(model)
    layers: dict[int, str] = {}
    chosen_variables: set[int] = set()
    inside_rnn: set[int] = set()
    for layer, _ in names.layers_of(model):
        name = all_names[id(layer)]
        if isinstance(layer, keras.layers.RNN):
            # Called once outside its loop to infer shapes: that would record the first time step.
            inside_rnn |= {id(cell) for cell in layer.cell._flatten_layers()}
        if wanted(name, layer):
            if id(layer) not in inside_rnn:
                layers[id(layer)] = name
            chosen_variables |= {id(variable) for variable in layer.trainable_variables}
    variables = list(model.trainable_variables)
    paths = names.variable_names(variables, model)
    of_a_layer = {id(v) for layer, _ in names.layers_of(model) for v in layer.trainable_variables}
    pairs = [
        (variable, path)
        for variable, path in zip(variables, paths, strict=True)
        if id(variable) in chosen_variables
        or (id(variable) not in of_a_layer and wanted(path, model))
    ]
    return Plan(
        layers,
        [variable for variable, _ in pairs],
        [path for _, path in pairs],
        [tensor.name for tensor in getattr(model, "inputs", None) or []],
        list(getattr(model, "output_names", None) or []),
        getattr(model, "_loss_tracker", None),
    )
