"""Whether the steps of a fit that break can be taken back."""

from collections.abc import Callable
from typing import Any

import keras

from tb_keras_inspect.frameworks.execution import Run
from tb_keras_inspect.training.options.options import Options
from tb_keras_inspect.training.options.recovery_options import RecoveryOptions
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
    run: Run,
) -> StepGuard:
    """What guards the steps of a fit; it does nothing where that is not asked for or cannot be done.

    Args:
        model: The model in `fit`.
        options: The callback's options.
        slot: The owner of its train function.
        settings: Changes the learning rate.
        log: Records what is done.
        processes: Those that train the model.
        warn: Shows the user a warning.
        run: Calls the train function, during a hold of the slot.
    """
    wanted = options.recovery
    guard = StepGuard(model, wanted, slot, settings, log, options.console is None, warn, run)
    if guard.is_on and not processes.has_whole_batch:
        warn(
            "steps that break are not taken back: several processes or devices train one model. "
            "Everything is recorded as usual"
        )
        return StepGuard(model, RecoveryOptions(), slot, settings, log, True, warn, run)
    return guard
