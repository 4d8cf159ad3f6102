"""Keeps the last batches, and notices after each step whether its loss and weights are finite."""

import collections
import dataclasses
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Any

import keras

from tb_keras_inspect.frameworks.base import Backend
from tb_keras_inspect.frameworks.execution import Execution
from tb_keras_inspect.training.incidents.before import Before, nothing_of, state_bytes_of
from tb_keras_inspect.training.incidents.incidents import Incidents
from tb_keras_inspect.training.model.readiness import has_weights
from tb_keras_inspect.training.step.train_function_slot import TrainFunctionSlot

logger = logging.getLogger(__name__)

MOST_STATE = 4e6  # bytes of a state that is copied before each step: about a millisecond
WAITING = 4  # steps under way whose batch is held: of older ones only the numbers are examined
MOST_RESULTS = 1000  # of steps under way; of further ones none is examined
LATE = "the device computed its result too late"
PATIENCE = 5.0  # seconds, at the end of a fit, for those


class FlightRecorder:
    """Looks after the steps between two sampled ones; a sampled step is examined by its sample.

    No step waits for the device: a thread of its own reads what was computed.

    Args:
        model: The model in `fit`.
        backend: The backend in use.
        slot: The owner of its train function.
        incidents: Keeps the steps; None for no recorder.
        batches: How many batches are held: the step's own, and those before it.
        warn: Shows the user a warning.
    """

    def __init__(
        self,
        model: keras.Model,
        backend: Backend,
        slot: TrainFunctionSlot,
        incidents: Incidents | None,
        batches: int,
        warn: Callable[[str], Any],
    ):
        self._model, self._backend, self._slot = model, backend, slot
        self._incidents, self._warn = incidents, warn
        self._make_execution = backend.executions(model, slot.run)
        self._last: collections.deque[tuple[int, Before]] = collections.deque(maxlen=batches - 1)
        self._step = 0
        self._is_ready = self._has_trained = False
        self._why_no_state: str | None = None  # None where that is not known yet
        self._under_way: dict[int, Before] = {}
        self._results: queue.Queue[tuple[int, list[Any]] | None] = queue.Queue(MOST_RESULTS)
        self._thread: threading.Thread | None = None

    def before_batch(self, step: int) -> None:
        """Prepares for the call of the train function that is a step."""
        self._step = step
        if self._incidents is None:
            return
        if self._incidents.has_news:
            self._incidents.tell(self._warn)
        if self._incidents.is_open:
            self._slot.hold_next_call(self.run)

    def end(self) -> None:
        """The fit has ended."""
        if self._incidents is not None:
            self._slot.cancel_hold()
        if self._thread is not None:
            thread, self._thread = self._thread, None
            self._results.put(None)
            thread.join(PATIENCE)

    def run(self, arguments: Sequence[Any]) -> Any:
        """Calls the train function; during a hold of its slot."""
        self._is_ready = self._is_ready or has_weights(self._model, self._has_trained)
        self._has_trained = True
        incidents = self._incidents
        if not self._is_ready or incidents is None or not incidents.is_open:
            return self._slot.run(arguments)
        execution = self._make_execution(arguments)
        is_sampled = self._slot.is_instrumented
        why = "the step is sampled" if is_sampled else self._reason_for_no_state()
        before = incidents.held(execution, self._last, why)
        self._last.append(
            (self._step, dataclasses.replace(before, values=(), state_bytes=0, earlier=()))
        )
        try:
            result = execution.run()
        except Exception as error:
            if not is_sampled:  # else it is kept already
                incidents.raised(self._step, error, before)
            raise
        if not is_sampled:
            self._examine_later(execution, result, before)
        return result

    def _reason_for_no_state(self) -> str:
        if self._why_no_state is None:
            size = state_bytes_of(self._model)
            self._why_no_state = (
                ""
                if size <= MOST_STATE
                else (
                    f"they take {size / 1e6:.4g} MB, and are copied before each step up to "
                    f"{MOST_STATE / 1e6:g} MB"
                )
            )
        return self._why_no_state

    def _examine_later(self, execution: Execution, result: Any, before: Before) -> None:
        try:
            loss = _loss_in(execution.logs_of(result))
            values = [execution.finite(result), *([] if loss is None else [loss])]
            self._under_way[self._step] = before
            while len(self._under_way) > WAITING:
                self._under_way.pop(min(list(self._under_way)), None)
            self._results.put_nowait((self._step, values))
        except queue.Full:
            return
        except Exception:
            logger.debug("a step cannot be examined", exc_info=True)
            return
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._examine, name="keras_inspect_flight_recorder", daemon=True
            )
            self._thread.start()

    def _examine(self) -> None:
        """On a thread of its own: reads results, which waits for the device."""
        while (item := self._results.get()) is not None:
            step, values = item
            before = self._under_way.pop(step, None) or nothing_of(LATE)
            try:
                numbers = [float(self._backend.to_host(value)) for value in values]
                if self._incidents is not None:
                    self._incidents.examined(step, bool(numbers[0]), numbers[1:], before)
            except Exception:
                logger.debug("a step cannot be examined", exc_info=True)


def _loss_in(logs: Any) -> Any:
    """The loss in a step's logs, on its device: the mean of the epoch so far; None if it has none."""
    loss = logs.get("loss") if isinstance(logs, dict) else None
    return loss if hasattr(loss, "dtype") else None
