"""What steering needs to know about a fit."""

import dataclasses
from collections.abc import Callable
from typing import Any

from tb_keras_inspect.frameworks.execution import Run
from tb_keras_inspect.training.live.live_diagnosis import LiveDiagnosis
from tb_keras_inspect.training.processes.group import Processes
from tb_keras_inspect.training.recorder import Recorder
from tb_keras_inspect.training.recording import Session
from tb_keras_inspect.training.schedule import Schedule
from tb_keras_inspect.training.steering.command_log import CommandLog
from tb_keras_inspect.training.steering.live_settings import LiveSettings


@dataclasses.dataclass(frozen=True)
class SteeredFit:
    """The parts of a fit that commands act on.

    Attributes:
        model: The model.
        log_dir: The run's directory.
        recorder: Writes the run.
        session: Records the model.
        schedule: Decides which steps are sampled.
        live_diagnosis: The live diagnosis.
        settings: Those of the model that can be changed.
        log: Records commands.
        run: Calls the train function during a hold of its slot.
        rewind: Of the next step and a number of steps: gives the model the newest state that is kept
            and at least so old; returns its step. Raises `CommandError` if none is.
        measure: Has the next step measured. Raises `CommandError` if it cannot be.
        sample: Makes the step that is about to run a sampled one.
        warn: Shows the user a warning.
        max_bytes: Maximum size of the log.
        epochs: Number of epochs, None if not known.
        steps_per_epoch: Number of batches in an epoch, None if not known.
        obstacle: Why this fit takes no commands. Empty if it does.
        processes: Those that train the model.
    """

    model: Any
    log_dir: str
    recorder: Recorder
    session: Session
    schedule: Schedule
    live_diagnosis: LiveDiagnosis
    settings: LiveSettings
    log: CommandLog
    run: Run
    rewind: Callable[[int, int], int]
    measure: Callable[[str], None]
    sample: Callable[[], Any]
    warn: Callable[[str], Any]
    max_bytes: float
    epochs: int | None = None
    steps_per_epoch: int | None = None
    obstacle: str = ""
    processes: Processes = dataclasses.field(default_factory=Processes)
