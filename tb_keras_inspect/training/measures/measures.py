"""When to measure in a fit, and what is recorded of it."""

import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras

from tb_keras_inspect import frameworks
from tb_keras_inspect.catalog.commands import CommandError
from tb_keras_inspect.catalog.run_statistics import MEASURES
from tb_keras_inspect.frameworks.execution import Run
from tb_keras_inspect.training.failsafe import words
from tb_keras_inspect.training.hooks.optimizers import accumulation_steps, inner_of
from tb_keras_inspect.training.measures.critical_rate import LossAlongUpdate, critical_factor
from tb_keras_inspect.training.measures.gradient_noise import GradientNoise
from tb_keras_inspect.training.model import names
from tb_keras_inspect.training.model.readiness import has_weights
from tb_keras_inspect.training.processes.group import Processes
from tb_keras_inspect.training.samples.sample_decoder import NOISE_OF

logger = logging.getLogger(__name__)

MOST_TIME = 0.02  # of a fit, but for the first measurement, which may compile
UNKNOWN = math.nan


WORDS = {"critical_rate": "the critical learning rate", "gradient_noise": "the gradient noise"}


class Measures:
    """Measures at the first step of epochs, and on request; the gradient noise also for samples.

    Args:
        model: The model in `fit`.
        wanted: Names of what is to be measured.
        run: Calls its train function, during a hold of its slot.
        has_whole_batch: Whether this process trains the model alone, on one device.
        warn: Shows the user a warning.
    """

    def __init__(
        self,
        model: keras.Model,
        wanted: Sequence[str],
        run: Run,
        has_whole_batch: bool,
        warn: Callable[[str], Any],
    ):
        self._model, self._run, self._warn = model, run, warn
        self._wanted = self._recorded = tuple(wanted)  # again and again; in this fit so far
        self._is_on, self._has_whole_batch = bool(wanted), has_whole_batch
        self._has_trained = False
        self._due: set[str] = set()  # at the next step
        self._found: dict[str, float] = {}  # not recorded yet
        self._is_urgent = False  # whether a sample is to be taken for it
        self._spent, self._began = 0.0, time.perf_counter()
        self._loss: LossAlongUpdate | None = None
        self._noise: GradientNoise | None = None
        if self._is_on and (why := self._obstacle):
            self._turn_off(why)

    @property
    def is_due(self) -> bool:
        """Whether the next step is measured."""
        return self._is_on and bool(self._due or self._has_time_for_noise)

    @property
    def _has_time_for_noise(self) -> bool:
        return "gradient_noise" in self._wanted and not self._found and self._has_time

    @property
    def _has_time(self) -> bool:
        return self._spent <= MOST_TIME * (time.perf_counter() - self._began)

    @property
    def has_found(self) -> bool:
        """Whether something was measured that no sample has yet, and that is worth one of its own."""
        return bool(self._found) and self._is_urgent

    def begin_epoch(self) -> None:
        """An epoch begins."""
        if self._has_time:
            self._due.update(self._wanted)

    def request(self, what: str) -> None:
        """Has the next step measured, however long that takes.

        Args:
            what: One of `MEASURES`.

        Raises:
            CommandError: If it cannot be measured.
        """
        if why := self._obstacle:
            raise CommandError(f"{WORDS[what].capitalize()} cannot be measured: {why}")
        if not self._is_on:  # nothing was asked for, or something had failed
            self._wanted, self._is_on = (), True
        self._recorded = tuple(dict.fromkeys((*self._recorded, what)))
        self._due.add(what)

    @property
    def _obstacle(self) -> str:
        if not self._has_whole_batch:
            return "several processes or devices train one model"
        return _obstacle(self._model)

    def facts(self) -> Mapping[str, float]:
        """What the next sample records; NaN where nothing new was measured."""
        if not self._is_on:
            return {}
        found, self._found, self._is_urgent = self._found, {}, False
        columns = [column for name in self._recorded for column in MEASURES[name]]
        return dict.fromkeys(columns, UNKNOWN) | found

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
        found: dict[str, float] = {}
        due, self._due = self._due, set()
        if "critical_rate" in due:
            found |= self._critical_rate(before, after, batch)
        if "gradient_noise" in (due or {"gradient_noise"}):
            found |= self._gradient_noise(before, batch)
        self._found, self._is_urgent = self._found | found, bool(due)

    def _critical_rate(self, before: Any, after: Any, batch: Any) -> dict[str, float]:
        if self._loss is None:
            self._loss = LossAlongUpdate(self._model)
        factor = critical_factor(self._loss.of(before, after, batch))
        if not math.isfinite(factor):
            return {}
        rate = _rate_of(self._model, before)
        return {"critical_rate": rate * factor, "rate_of_critical": 1 / factor}

    def _gradient_noise(self, before: Any, batch: Any) -> dict[str, float]:
        if self._noise is None:
            self._noise = GradientNoise(self._model)
        found = self._noise.of(before, batch)
        if found is None:
            return {}
        numbers = {
            "gradient_noise": float(found.noise.sum()),
            "gradient_signal": float(found.signal.sum()),
        }
        paths = names.variable_names(self._noise.variables, self._model)
        for path, noise, signal in zip(paths, found.noise, found.signal, strict=True):
            numbers[NOISE_OF + path] = float(noise / signal) if signal > 0 else UNKNOWN
        return numbers

    def _failed(self, error: Exception) -> None:
        logger.debug("nothing could be measured", exc_info=error)
        self._turn_off(words(error))

    def _turn_off(self, why: str) -> None:
        self._is_on = False
        what = " and ".join(WORDS[name] for name in self._recorded)
        self._warn(
            f"{what} {'is' if len(self._recorded) == 1 else 'are'} not measured: {why}. Everything "
            "else is recorded, and training goes on"
        )


def measures_for(
    model: keras.Model,
    wanted: Sequence[str],
    run: Run,
    processes: Processes,
    warn: Callable[[str], Any],
) -> Measures:
    """What measures in a fit; it does nothing where that is not asked for or cannot be done."""
    return Measures(model, wanted, run, processes.has_whole_batch, warn)


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
