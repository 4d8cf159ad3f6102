"""Whether the steps of a fit that break can be kept."""

from collections.abc import Callable
from typing import Any

import keras

from tb_keras_inspect import frameworks
from tb_keras_inspect.files.locations import is_remote
from tb_keras_inspect.training.incidents.incidents import Incidents
from tb_keras_inspect.training.options.options import Options
from tb_keras_inspect.training.processes.group import NoRecorder, Processes
from tb_keras_inspect.training.recorder import Recorder


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
    if not processes.is_alone or backend.replicas() > 1:
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
    warn(f"no steps that break are kept: {why}. Everything else is recorded")
    return None
