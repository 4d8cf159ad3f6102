"""What stands around each step of a fit besides its sampling, in one order."""

from collections.abc import Callable, Mapping
from typing import Any

import keras

from tb_keras_inspect.training.incidents.incidents import Incidents
from tb_keras_inspect.training.incidents.opening import flight_recorder_for
from tb_keras_inspect.training.measures.measures import measures_for
from tb_keras_inspect.training.options.options import Options
from tb_keras_inspect.training.processes.group import Processes
from tb_keras_inspect.training.recorder import Recorder
from tb_keras_inspect.training.recording import Session
from tb_keras_inspect.training.recovery.opening import guard_for
from tb_keras_inspect.training.steering.command_log import CommandLog
from tb_keras_inspect.training.steering.controller import Controller
from tb_keras_inspect.training.steering.fit import SteeredFit
from tb_keras_inspect.training.steering.live_settings import LiveSettings


class StepChain:
    """Calls the train function of a fit through what may look at a step, measure it or take it back.

    Flight recorder, measures and guard each run the one before; the guard, or who steers the fit,
    holds the train function. Each does nothing where the options do not ask for it.

    Args:
        model: The model in `fit`.
        options: The callback's options.
        session: Records the model; its fit has begun.
        recorder: Where the fit is recorded.
        incidents: Keeps the steps of the fit that break; None if nothing does.
        processes: Those that train the model.
        warn: Shows the user a warning.

    Attributes:
        settings: Changes the learning rate.
        log: Records what is done to the fit.
        guard: Takes steps back.
    """

    def __init__(
        self,
        model: keras.Model,
        options: Options,
        session: Session,
        recorder: Recorder,
        incidents: Incidents | None,
        processes: Processes,
        warn: Callable[[str], Any],
    ):
        self._session, self._warn = session, warn
        slot = session.slot
        self.settings, self.log = LiveSettings(model, slot), CommandLog(recorder)
        self._incidents = incidents
        self._flight = flight_recorder_for(model, options, slot, incidents, warn)
        self._measures = measures_for(model, options.measure, self._flight.run, processes, warn)
        self.guard = guard_for(
            model, options, slot, self.settings, self.log, processes, warn, self._measures.run
        )
        self._controller: Controller | None = None

    def begin(self, controller: Controller | None, steered: Callable[[], SteeredFit]) -> None:
        """The fit begins.

        Args:
            controller: Takes commands; None if the fit takes none.
            steered: The fit, as the controller sees it.
        """
        self._controller = controller
        if controller is not None:
            controller.begin(steered())
        if self._incidents is not None:  # after breakpoints: it asks which were reached
            reached = controller.reached_in if controller is not None else lambda _: ""
            self._incidents.begin_fit(self._session.model_record, reached)
            self._session.subscribe(self._incidents.on_sample)
            self._session.slot.listener = self._incidents

    def begin_epoch(self) -> None:
        """An epoch begins."""
        self.guard.begin_epoch()
        self._measures.begin_epoch()

    def measure(self, what: str) -> None:
        """See `Measures.request`."""
        self._measures.request(what)

    @property
    def wants_sample(self) -> bool:
        """Whether something was measured that no sample has yet."""
        return self._measures.has_found

    def before_sample(self, last_step: int) -> Mapping[str, float]:
        """The step that is about to run is to be sampled.

        Args:
            last_step: Its number in the run; of several in one call, that of the last.

        Returns:
            What the sample records of it: number by the name of its statistic.
        """
        if self._incidents is not None:
            self._incidents.armed(last_step)
        return self._measures.facts()

    def before_batch(self, step: int, last_step: int, epoch: int) -> None:
        """A batch begins.

        Args:
            step: The number of its step in the run; of several in one call, that of the first.
            last_step: That of the last.
            epoch: Its epoch, from 0.
        """
        self._flight.before_batch(step)
        # The hold of each takes the place of the one before, and runs that.
        self.guard.before_batch(step, last_step, self._measures.is_due)
        if self._controller is not None:
            self._controller.before_batch(step, last_step, epoch)

    def report(self) -> None:
        """Tells the user which steps were kept."""
        if self._incidents is not None:
            self._incidents.tell(self._warn)

    def end(self) -> None:
        """The fit has ended, or nothing of it is recorded any more. Safe to call twice."""
        if self._controller is not None:
            self._controller.end()
        self.guard.end()
        self._flight.end()
