"""What the state file says about a training run."""

import logging
import math
from typing import Any

from tb_keras_inspect.steering.channel import ENDED, PAUSED, RUNNING
from tb_keras_inspect.training.steering.breakpoints import Breakpoints
from tb_keras_inspect.training.steering.fit import SteeredFit
from tb_keras_inspect.training.steering.live_settings import LiveSettings
from tb_keras_inspect.training.steering.pause_state import PauseState

logger = logging.getLogger(__name__)


class Status:
    """The state of one fit. `as_dict` runs on the command server's thread too.

    Args:
        fit: The fit.
        pause_state: Whether training is paused.
        breakpoints: The breakpoints.
        settings: The settings that can be changed.

    Attributes:
        step: The step that is about to run.
        epoch: Its epoch, from 0.
        is_waiting: Whether the training thread is waiting in a pause.
        has_ended: Whether the fit has ended.
    """

    def __init__(
        self,
        fit: SteeredFit,
        pause_state: PauseState,
        breakpoints: Breakpoints,
        settings: LiveSettings,
    ):
        self._fit, self._pause_state = fit, pause_state
        self._breakpoints, self._settings = breakpoints, settings
        self._values: dict[str, Any] = {}
        self.step = self.epoch = 0
        self.is_waiting = self.has_ended = False
        self.read_settings()

    def read_settings(self) -> None:
        """Read the settings, which is possible only between steps."""
        try:
            value, source = self._settings.learning_rate()
            self._values = {
                "learning_rate": value if math.isfinite(value) else None,
                "learning_rate_source": source,
                "clipping": self._settings.clipping(),
            }
        except Exception:  # no Keras optimizer, or one that only resembles it
            logger.debug("the optimizer cannot be read", exc_info=True)
            self._values = {}

    def as_dict(self) -> dict[str, Any]:
        """Return the contents of the state file."""
        return {
            "status": self._status(),
            "step": self.step,
            "epoch": self.epoch,
            "epochs": self._fit.epochs,
            "steps_per_epoch": self._fit.steps_per_epoch,
            "why": self._pause_state.reason,
            "may_retry": self._pause_state.can_retry,
            "every": self._fit.schedule.every,
            "interval": self._fit.schedule.interval,
            "frozen": self._settings.frozen(),
            "breakpoints": self._breakpoints.as_list(),
            **self._values,
        }

    def _status(self) -> str:
        if self.has_ended:
            return ENDED
        return PAUSED if self.is_waiting and self._pause_state.is_paused else RUNNING
