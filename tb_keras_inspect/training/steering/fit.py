"""What the training's side of control needs of a fit."""

import dataclasses
from collections.abc import Callable
from typing import Any

from tb_keras_inspect.training.live.live_diagnosis import Watch
from tb_keras_inspect.training.recorder import Recorder
from tb_keras_inspect.training.recording import Session
from tb_keras_inspect.training.schedule import Schedule


@dataclasses.dataclass(frozen=True)
class Fit:
    """What a fit is made of.

    Attributes:
        model: The model.
        log_dir: The run's directory.
        recorder, session, schedule, watch: The callback's.
        sample: Has the step that is about to run recorded.
        warn: Tells the user something.
        max_bytes: Limit of the log's size.
        epochs: Number of epochs, None where not known.
        steps_per_epoch: Batches of an epoch, None where not known.
        obstacle: Why this fit takes no commands; empty where it does.
    """

    model: Any
    log_dir: str
    recorder: Recorder
    session: Session
    schedule: Schedule
    watch: Watch
    sample: Callable[[], Any]
    warn: Callable[[str], Any]
    max_bytes: float
    epochs: int | None = None
    steps_per_epoch: int | None = None
    obstacle: str = ""
