"""Several processes that train one model together: which one writes, and which steps they sample.

Instrumented steps contain collective operations. All processes must therefore run them at the same
steps, or none may; otherwise they would wait for each other forever.
"""

import functools
import logging
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import keras

from tb_keras_inspect import frameworks
from tb_keras_inspect.frameworks.transport import Transport

logger = logging.getLogger(__name__)

JOIN_SECONDS = 30.0  # how long a fit waits for the other processes' callbacks to begin
_TOGETHER, _APART = "together", "apart"
_fits: Counter[str] = Counter()  # of each kind of model, in this process


class Agreement(NamedTuple):
    """What several processes have agreed on.

    Attributes:
        is_ready: Whether the next step of all is instrumented.
        interval: The chief's number of steps until the next sample.
        stops: Whether training ends after the next step.
    """

    is_ready: bool
    interval: int
    stops: bool


class Processes:
    """This process among those that train the model.

    Args:
        transport: The connection to the others. Defaults to None: there are none.
        together: Whether all processes sample the same steps.
        chief: Whether this process writes.
        problem: A warning for the user, or "".
        fit: The fit's name, the same on all processes.

    Attributes:
        writes: Whether this process writes what is recorded.
        takes_samples: Whether this process runs instrumented steps.
    """

    def __init__(
        self,
        transport: Transport | None = None,
        together: bool = False,
        chief: bool = True,
        problem: str = "",
        fit: str = "",
    ):
        self._transport = transport or Transport()
        self._fit, self._messages = fit, 0
        self.together = together and self._transport.count > 1
        self.writes = chief
        self.takes_samples = self.together or (chief and self._transport.separable)
        self.problem = problem

    @property
    def is_alone(self) -> bool:
        """Whether there are no other processes."""
        return self._transport.count == 1

    @property
    def has_whole_batch(self) -> bool:
        """Whether no other process or device trains on a part of each batch."""
        return self.is_alone and frameworks.current().replicas() == 1

    @property
    def count(self) -> int:
        """How many processes record together."""
        return self._transport.count if self.together else 1

    @property
    def index(self) -> int:
        """Which of the processes that record together this is; 0 is the chief."""
        return self._transport.index if self.together else 0

    @property
    def are_separable(self) -> bool:
        """Whether one of them can compute something with the model that the others do not."""
        return self._transport.separable

    def total(self, numbers: Sequence[int]) -> list[int]:
        """Sums of some integers over all processes, each of which must call this."""
        return self._transport.total(numbers) if self.together else list(numbers)

    def of_each(self, number: int) -> list[int]:
        """The number of each process, in their order. Every process must call this."""
        return self.total([number if i == self.index else 0 for i in range(self.count)])

    def tell(self, text: str) -> None:
        """Sends the others a message. Only the chief calls this."""
        self._transport.set_once(self._next_message(), text)

    def hear(self, seconds: float) -> str | None:
        """The chief's next message; None where none has come within the given time."""
        text = self._transport.get(self._next_message(), seconds)
        if text is None:
            self._messages -= 1
        return text

    def _next_message(self) -> str:
        self._messages += 1
        return _key(self._fit, f"message/{self._messages}")

    def agree(self, armed: bool, interval: int, stops: bool = False) -> Agreement:
        """Agrees with the others on the next step. Every process calls this at each sampled step.

        Args:
            armed: Whether this process's next step would be an instrumented one.
            interval: Steps until the next sample, by this process's schedule.
            stops: Whether this process has found something at which training is to end.
        """
        if not self.together:
            return Agreement(armed, interval, False)
        chiefs = interval if self._transport.index == 0 else 0
        ready, interval, stopping = self.total([int(armed), chiefs, int(stops)])
        return Agreement(ready == self._transport.count, interval, stopping > 0)

    def obstacle_to_control(self, is_on: bool) -> str:
        """Why commands are not taken; "" if they can be. Every process must call this.

        Args:
            is_on: Whether this process's callback has `control`.
        """
        if self.is_alone:
            return ""
        if not self.together:
            return (
                "several processes train one model, and not all of them have the callback with the "
                "same `log_dir`"
            )
        on = self.total([int(is_on)])[0]
        return "" if on == self.count else f"`control` is on in {on} of {self.count} processes"

    def chiefs(self, decision: bool) -> bool:
        """The decision of the chief, which alone has a log. Every process must call this."""
        return bool(self.agree(True, int(decision)).interval)


def join(model: keras.Model, log_dir: str) -> Processes:
    """Finds the other processes that train the model. Every process calls this when `fit` begins.

    Args:
        model: The model.
        log_dir: Where this process would write.
    """
    transport = frameworks.current().transport(model)
    if transport is None:
        return Processes()
    fit = _name_of_fit(model)
    try:
        return meet(transport, log_dir, fit, JOIN_SECONDS)
    except Exception as error:
        logger.debug("meeting the other processes failed", exc_info=error)
        # The same on all processes: where they must sample together, assume that they do.
        together, chief = not transport.separable, transport.index == 0
        why = f"The processes could not reach each other ({type(error).__name__}: {error})"
        problem = f"{_problem(transport)}. {why}"
        return Processes(transport, together, chief, "" if together else problem, fit)


def meet(transport: Transport, log_dir: str, fit: str, seconds: float) -> Processes:
    """Finds out whether all processes have the callback, for the same run.

    The first process that knows decides for all. One that is late follows that decision.

    Args:
        transport: The connection to the others.
        log_dir: Where this process would write.
        fit: The fit's name, the same on all processes.
        seconds: How long to wait for the others.
    """
    key = functools.partial(_key, fit)
    transport.set_once(key(transport.index), log_dir)
    if transport.index == 0:
        others = (transport.get(key(i), seconds) for i in range(1, transport.count))
        transport.set_once(key("decision"), _decision(transport, log_dir, others))
    elif transport.get(key("decision"), seconds * transport.count) is None:
        transport.set_once(key("decision"), _APART)
    decision = transport.get(key("decision"), seconds) or _APART
    if decision == _TOGETHER:
        return Processes(transport, together=True, chief=transport.index == 0, fit=fit)
    chief = transport.index == 0 or transport.get(key(0), 0.0) not in (None, log_dir)
    return Processes(transport, chief=chief, problem=_problem(transport))


def _key(fit: str, what: int | str) -> str:
    return f"tb_keras_inspect/{fit}/{what}"


def _name_of_fit(model: keras.Model) -> str:
    # Not a count of all fits: a process may have trained other models alone.
    shapes = repr([tuple(variable.shape) for variable in model.variables])
    kind = f"{zlib.crc32(shapes.encode()):08x}"
    _fits[kind] += 1
    return f"{kind}/{_fits[kind]}"


def _decision(transport: Transport, log_dir: str, others: Iterable[str | None]) -> str:
    # The first missing process ends the wait.
    met = all(other == log_dir if transport.separable else other is not None for other in others)
    return _TOGETHER if met else _APART


def _problem(transport: Transport) -> str:
    recorded = (
        "layer outputs, inputs and the loss are recorded of a process's own part of each batch"
        if transport.separable
        else "only what Keras reports at the end of each epoch is recorded"
    )
    return (
        f"this is one of {transport.count} processes that train one model, and not all of them have "
        f"the callback with the same `log_dir`: {recorded}. Give it to `fit` in every process"
    )


class NoRecorder:
    """Replaces `recorder.Recorder` in a process that writes nothing.

    Args:
        log_dir: The run's directory, in which another process writes.
    """

    path = ""
    failure = None
    dropped = 0
    bytes_written = 0
    is_open = False

    def __init__(self, log_dir: str = ""):
        self.log_dir = log_dir

    def put(
        self, job: Any, wait_seconds: float = 0.0, what: str = "", may_wait: bool = False
    ) -> bool:
        """Drops a job."""
        return False

    def expected(self, what: str) -> tuple[int, float]:
        """Nothing."""
        return 0, 0.0

    def close(self, wait_seconds: float = 0.0) -> bool:
        """Nothing is written."""
        return True
