"""Whether the steps of a fit that break can be kept."""

from collections.abc import Callable
from typing import Any

import keras

from tb_keras_inspect import frameworks
from tb_keras_inspect.files.locations import is_remote
from tb_keras_inspect.training.incidents.flight_recorder import FlightRecorder
from tb_keras_inspect.training.incidents.incidents import Incidents
from tb_keras_inspect.training.options.incident_options import ALL
from tb_keras_inspect.training.options.options import Options
from tb_keras_inspect.training.processes.group import NoRecorder, Processes
from tb_keras_inspect.training.recorder import Recorder
from tb_keras_inspect.training.step.train_function_slot import TrainFunctionSlot


def incidents_for(
    model: keras.Model,
    options: Options,
    recorder: Recorder | NoRecorder,
    processes: Processes,
    warn: Callable[[str], Any],
) -> Incidents | None:
    """What keeps the steps of a fit that break; None where none are asked for or none can be kept.

    Args:
        model: The model in `fit`.
        options: The callback's options.
        recorder: Where the fit is recorded.
        processes: Those that train the model.
        warn: Shows the user a warning.
    """
    if options.incidents is None or isinstance(recorder, NoRecorder):
        return None
    backend, together = frameworks.current(), getattr(model, "steps_per_execution", None) or 1
    if not processes.has_whole_batch:
        why = "several processes or devices train one model, and each has a part of the batch"
    elif int(together) > 1:
        why = f"of {together} batches in one call (`steps_per_execution`), which one broke is not known"
    elif is_remote(recorder.log_dir):
        why = f"they need a directory of this machine, and {recorder.log_dir} is a URL"
    else:
        return Incidents(
            model,
            backend,
            options.incidents,
            options.record.keep_data,
            recorder.log_dir,
            options.console is None,
        )
    if not options.incidents_by_default:
        warn(f"no steps that break are kept: {why}. Everything else is recorded")
    return None


def flight_recorder_for(
    model: keras.Model,
    options: Options,
    slot: TrainFunctionSlot,
    incidents: Incidents | None,
    warn: Callable[[str], Any],
) -> FlightRecorder:
    """What looks after the steps that are not sampled; it does nothing where that is not asked for.

    Args:
        model: The model in `fit`.
        options: The callback's options.
        slot: The owner of its train function.
        incidents: Keeps the steps of the fit; None if nothing does.
        warn: Shows the user a warning.
    """
    wanted = options.incidents
    is_on = wanted is not None and wanted.steps == ALL
    return FlightRecorder(
        model,
        frameworks.current(),
        slot,
        incidents if is_on else None,
        wanted.batches if wanted is not None else 1,
        warn,
    )
