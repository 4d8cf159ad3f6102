"""Several processes that train one model together: which one writes, and what they agree on.

Instrumented steps hold collective operations. All processes must therefore run them at the same steps,
or none may; otherwise they would wait for each other for ever.
"""

import functools
import importlib
import logging
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import keras

logger = logging.getLogger(__name__)

JOIN_SECONDS = 30.0  # how long a fit waits for the other processes' callbacks to begin
_TOGETHER, _APART = "together", "apart"
_fits: Counter[str] = Counter()  # of each kind of model, in this process


class Transport:
    """How the processes of one training reach each other.

    Attributes:
        count: How many they are.
        index: Which one this is; 0 is the chief.
        separable: Whether a process can run an instrumented step that the others do not run.
    """

    count = 1
    index = 0
    separable = True

    def set_once(self, key: str, value: str) -> None:
        """Sets a key for all processes; leaves it as it is where it has been set."""
        raise NotImplementedError

    def get(self, key: str, seconds: float) -> str | None:
        """What a key was set to, None where it is not set within the given time."""
        raise NotImplementedError

    def total(self, numbers: Sequence[int]) -> list[int]:
        """Sums over all processes, each of which must call this, of some 64-bit integers."""
        return list(numbers)


class Processes:
    """This process among those that train the model.

    Args:
        transport: How to reach the others; by default there are none.
        together: Whether all record together, in step with each other.
        chief: Whether this one is the one that writes.
        problem: What the user should know, or "".

    Attributes:
        writes: Whether this process writes what is recorded.
        takes_samples: Whether it runs instrumented steps.
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
    def count(self) -> int:
        """How many processes record together."""
        return self._transport.count if self.together else 1

    def agree(self, armed: bool, interval: int) -> tuple[bool, int]:
        """What all do: at each sampled step, every process calls this.

        Args:
            armed: Whether this process's next step would be an instrumented one.
            interval: Steps until the next sample, by this process's clock.

        Returns:
            Whether the next step of all is instrumented, and the chief's interval.
        """
        if not self.together:
            return armed, interval
        chiefs = interval if self._transport.index == 0 else 0
        ready, interval = self._transport.total([int(armed), chiefs])
        return ready == self._transport.count, interval

    def chiefs(self, decision: bool) -> bool:
        """The chief's decision, which only it can make: it alone has a log. All must call this."""
        return bool(self.agree(True, int(decision))[1])


def join(model: keras.Model, log_dir: str) -> Processes:
    """Meets the other processes that train the model; every process's callback calls this as `fit`
    begins.

    Args:
        model: The model.
        log_dir: Where this process would write.
    """
    transport = _transport(model)
    if transport is None:
        return Processes()
    try:
        return meet(transport, log_dir, _name_of_fit(model), JOIN_SECONDS)
    except Exception as error:
        logger.debug("meeting the other processes failed", exc_info=error)
        # All processes alike: where they must be together, take them to be.
        together, chief = not transport.separable, transport.index == 0
        problem = f"{_problem(transport)}, if it is not ({type(error).__name__}: {error})"
        return Processes(transport, together, chief, "" if together else problem)


def meet(transport: Transport, log_dir: str, fit: str, seconds: float) -> Processes:
    """Finds out whether all processes have the callback, for the same run.

    The first to know decides, for all: also a process that comes too late does what was decided.

    Args:
        transport: How to reach the others.
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
    # Not a count of all fits: a process may train other models on its own before.
    shapes = repr([tuple(variable.shape) for variable in model.variables])
    kind = f"{zlib.crc32(shapes.encode()):08x}"
    _fits[kind] += 1
    return f"{kind}/{_fits[kind]}"


def _decision(transport: Transport, log_dir: str, others: Iterable[str | None]) -> str:
    # The first that is missing ends the waiting.
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


def _transport(model: keras.Model) -> Transport | None:
    """The transport of the framework in use; None where this process is the only one."""
    name = f"tb_keras_inspect.frameworks.{keras.backend.backend()}.processes"
    try:
        module: Any = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        return None
    return module.transport_of(model)


class NoRecorder:
    """Stands in for `recorder.Recorder` on a process that writes nothing."""

    log_dir = path = ""
    failure = None
    dropped = 0
    is_open = False

    def put(self, job: Any, wait_seconds: float = 0.0, what: str = "") -> bool:
        """Drops a job."""
        return False

    def expected(self, what: str) -> tuple[int, float]:
        """Nothing."""
        return 0, 0.0

    def close(self, wait_seconds: float = 0.0) -> bool:
        """There is nothing to write."""
        return True
