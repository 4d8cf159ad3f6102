"""When to measure in a fit, and what is recorded of it."""

import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras

from tb_keras_inspect import frameworks
from tb_keras_inspect.frameworks.execution import Run
from tb_keras_inspect.training.failsafe import words
from tb_keras_inspect.training.hooks.optimizers import accumulation_steps, inner_of
from tb_keras_inspect.training.measures.critical_rate import LossAlongUpdate, critical_factor
from tb_keras_inspect.training.model.readiness import has_weights
from tb_keras_inspect.training.processes.group import Processes

logger = logging.getLogger(__name__)

MOST_TIME = 0.02  # of a fit, but for the first measurement, which may compile
UNKNOWN = math.nan


class Measures:
    """Measures the critical learning rate at the first step of epochs.

    Args:
        model: The model in `fit`.
        wanted: Names of what is to be measured.
        run: Calls its train function, during a hold of its slot.
        obstacle: Why nothing can be measured; "" where it can.
        warn: Shows the user a warning.
    """

    def __init__(
        self,
        model: keras.Model,
        wanted: Sequence[str],
        run: Run,
        obstacle: str,
        warn: Callable[[str], Any],
    ):
        self._model, self._run, self._warn = model, run, warn
        self._is_on = bool(wanted)
        self._is_due = self._has_trained = False
        self._found: dict[str, float] | None = None  # not recorded yet
        self._spent, self._began = 0.0, time.perf_counter()
        self._loss: LossAlongUpdate | None = None
        if self._is_on and (why := obstacle or _obstacle(model)):
            self._turn_off(why)

    @property
    def is_due(self) -> bool:
        """Whether the next step is measured."""
        return self._is_on and self._is_due

    @property
    def has_found(self) -> bool:
        """Whether something was measured that no sample has yet."""
        return self._found is not None

    def begin_epoch(self) -> None:
        """An epoch begins."""
        passed = time.perf_counter() - self._began
        self._is_due = self._spent <= MOST_TIME * passed

    def facts(self) -> Mapping[str, float]:
        """What the next sample records; NaN where nothing new was measured."""
        if not self._is_on:
            return {}
        found, self._found = self._found, None
        return found or {"critical_rate": UNKNOWN, "rate_of_critical": UNKNOWN}

    def run(self, arguments: Sequence[Any]) -> Any:
        """Calls the train function, and measures if that is due; during a hold of its slot."""
        ready = self.is_due and has_weights(self._model, self._has_trained)
        self._has_trained = True
        if not ready:
            return self._run(arguments)
        execution = frameworks.current().executions(self._model, self._run)(arguments)
        began, before, batch = time.perf_counter(), None, None
        try:
            state = execution.copy_state()
            before, batch = execution.values_in(state), execution.copy_batch()
        except Exception as error:  # no memory for it
            self._failed(error)
        self._spent += time.perf_counter() - began
        result = execution.run()
        began = time.perf_counter()
        try:
            if before is not None and batch is not None:
                after = execution.values(list(self._model.trainable_variables), result)
                self._measure(before, after, batch)
        except Exception as error:
            self._failed(error)
        self._spent += time.perf_counter() - began
        return result

    def _measure(self, before: Any, after: Any, batch: Any) -> None:
        if self._loss is None:
            self._loss = LossAlongUpdate(self._model)
        factor = critical_factor(self._loss.of(before, after, batch))
        if self._is_due and math.isfinite(factor):
            rate = _rate_of(self._model, before)
            self._found = {"critical_rate": rate * factor, "rate_of_critical": 1 / factor}
        self._is_due = False

    def _failed(self, error: Exception) -> None:
        logger.debug("the critical learning rate could not be measured", exc_info=error)
        self._turn_off(words(error))

    def _turn_off(self, why: str) -> None:
        self._is_on = False
        self._warn(
            f"the critical learning rate is not measured: {why}. Everything else is recorded, and "
            "training goes on"
        )


def measures_for(
    model: keras.Model,
    wanted: Sequence[str],
    run: Run,
    processes: Processes,
    warn: Callable[[str], Any],
) -> Measures:
    """What measures in a fit; it does nothing where that is not asked for or cannot be done."""
    can_measure = not wanted or processes.has_whole_batch
    obstacle = "" if can_measure else "several processes or devices train one model"
    return Measures(model, wanted, run, obstacle, warn)


def _obstacle(model: keras.Model) -> str:
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None:
        return "the model was compiled without a Keras optimizer"
    own = getattr(model.train_step, "__func__", None) is not keras.Model.train_step
    if own:
        return "the model has a `train_step` of its own"
    if int(getattr(model, "steps_per_execution", None) or 1) > 1:
        return "`steps_per_execution` is greater than 1"
    if accumulation_steps(optimizer) > 1:
        return "gradients are accumulated over several batches"
    return ""


def _rate_of(model: keras.Model, before: Sequence[tuple[Any, Any]]) -> float:
    """The learning rate of the step; NaN where there are several."""
    optimizer = inner_of(model.optimizer)
    rate = getattr(optimizer, "_learning_rate", None)
    values = {id(variable): value for variable, value in before}
    if isinstance(rate, keras.Variable):
        found = values[id(rate)]  # inside `fit` on JAX the variable itself is empty
    elif isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
        found = rate(keras.ops.convert_to_tensor(values[id(optimizer._iterations)]))
    else:
        return UNKNOWN
    return float(keras.ops.convert_to_numpy(found))
