"""Whether the steps of a fit that break can be taken back."""

from collections.abc import Callable
from typing import Any

import keras

from tb_keras_inspect import frameworks
from tb_keras_inspect.training.options import Options
from tb_keras_inspect.training.processes.group import Processes
from tb_keras_inspect.training.recovery.guard import StepGuard
from tb_keras_inspect.training.steering.command_log import CommandLog
from tb_keras_inspect.training.steering.live_settings import LiveSettings
from tb_keras_inspect.training.step.train_function_slot import TrainFunctionSlot


def guard_for(
    model: keras.Model,
    options: Options,
    slot: TrainFunctionSlot,
    settings: LiveSettings,
    log: CommandLog,
    processes: Processes,
    warn: Callable[[str], Any],
) -> StepGuard | None:
    """What guards the steps of a fit; None where that is not asked for or cannot be done.

    Args:
        model: The model in `fit`.
        options: The callback's options.
        slot: The owner of its train function.
        settings: Changes the learning rate.
        log: Records what is done.
        processes: Those that train the model.
        warn: Shows the user a warning.
    """
    if not options.recovery.is_on:
        return None
    if not processes.is_alone or frameworks.current().replicas() > 1:
        warn(
            "steps that break are not taken back: several processes or devices train one model. "
            "Everything is recorded as usual"
        )
        return None
    is_quiet = options.console is None
    return StepGuard(model, options.recovery, slot, settings, log, is_quiet, warn)
