"""Several processes that train one model together: which one writes, and which steps they sample.

Instrumented steps contain collective operations. All processes must therefore run them at the same
steps, or none may; otherwise they would wait for each other forever.
"""

import functools
import logging
import zlib
from collections import Counter
from collections.abc import Iterable
from typing import Any

import keras

from tb_keras_inspect import frameworks
from tb_keras_inspect.frameworks.transport import Transport

logger = logging.getLogger(__name__)

JOIN_SECONDS = 30.0  # how long a fit waits for the other processes' callbacks to begin
_TOGETHER, _APART = "together", "apart"
_fits: Counter[str] = Counter()  # of each kind of model, in this process


class Processes:
    """This process among those that train the model.

    Args:
        transport: The connection to the others. Defaults to None: there are none.
        together: Whether all processes sample the same steps.
        chief: Whether this process writes.
        problem: A warning for the user, or "".

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
    ):
        self._transport = transport or Transport()
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

    def agree(self, armed: bool, interval: int) -> tuple[bool, int]:
        """Agrees with the others on the next step. Every process calls this at each sampled step.

        Args:
            armed: Whether this process's next step would be an instrumented one.
            interval: Steps until the next sample, by this process's schedule.

        Returns:
            Whether the next step of all is instrumented, and the chief's interval.
        """
        if not self.together:
            return armed, interval
        chiefs = interval if self._transport.index == 0 else 0
        ready, interval = self._transport.total([int(armed), chiefs])
        return ready == self._transport.count, interval

    def chiefs(self, decision: bool) -> bool:
        """The decision of the chief, which alone has a log. Every process must call this."""
        return bool(self.agree(True, int(decision))[1])


def join(model: keras.Model, log_dir: str) -> Processes:
    """Finds the other processes that train the model. Every process calls this when `fit` begins.

    Args:
        model: The model.
        log_dir: Where this process would write.
    """
    transport = frameworks.current().transport(model)
    if transport is None:
        return Processes()
    try:
        return meet(transport, log_dir, _name_of_fit(model), JOIN_SECONDS)
    except Exception as error:
        logger.debug("meeting the other processes failed", exc_info=error)
        # The same on all processes: where they must sample together, assume that they do.
        together, chief = not transport.separable, transport.index == 0
        why = f"The processes could not reach each other ({type(error).__name__}: {error})"
        problem = f"{_problem(transport)}. {why}"
        return Processes(transport, together, chief, "" if together else problem)


def meet(transport: Transport, log_dir: str, fit: str, seconds: float) -> Processes:
    """Finds out whether all processes have the callback, for the same run.

    The first process that knows decides for all. One that is late follows that decision.

    Args:
        transport: The connection to the others.
        log_dir: Where this process would write.
        fit: The fit's name, the same on all processes.
        seconds: How long to wait for the others.
    """
    key = functools.partial("tb_keras_inspect/{}/{}".format, fit)
    transport.set_once(key(transport.index), log_dir)
    if transport.index == 0:
        others = (transport.get(key(i), seconds) for i in range(1, transport.count))
        transport.set_once(key("decision"), _decision(transport, log_dir, others))
    elif transport.get(key("decision"), seconds * transport.count) is None:
        transport.set_once(key("decision"), _APART)
    decision = transport.get(key("decision"), seconds) or _APART
    if decision == _TOGETHER:
        return Processes(transport, together=True, chief=transport.index == 0)
    chief = transport.index == 0 or transport.get(key(0), 0.0) not in (None, log_dir)
    return Processes(transport, chief=chief, problem=_problem(transport))


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
