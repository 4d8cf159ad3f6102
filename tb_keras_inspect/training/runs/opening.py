"""Opens the recorder of a fit where its run is, and says so if that is another directory."""

from collections.abc import Callable
from typing import Any

import keras

from tb_keras_inspect.training.failsafe import print_safely
from tb_keras_inspect.training.hooks.optimizers import iterations_of
from tb_keras_inspect.training.processes.group import NoRecorder, Processes
from tb_keras_inspect.training.recorder import Recorder
from tb_keras_inspect.training.runs import fits
from tb_keras_inspect.training.runs.place import Place, place_for


def open_recorder(
    model: keras.Model,
    root: str,
    processes: Processes,
    after: Recorder | NoRecorder | None,
    oldest: float | None,
    is_quiet: bool,
    warn: Callable[[str], Any],
) -> tuple[Recorder | NoRecorder, int]:
    """Opens the recorder of a fit that begins.

    Args:
        model: The model in `fit`.
        root: The directory asked for.
        processes: Those that train the model.
        after: The recorder of the fit before, whose file is continued if it can be.
        oldest: See `place_for`.
        is_quiet: Whether nothing is to be printed.
        warn: Shows the user a warning.

    Returns:
        The recorder, and the run's step number of the fit's first batch.

    Raises:
        OSError: If the directory cannot be written.
    """
    fits.make_way(root, model)
    # A new optimizer counts from 0 again; an interrupted or unrecorded fit went on counting.
    where = fits.identity(root)
    iterations, (own, step) = iterations_of(model), fits.recorded(model, where)
    recorder: Recorder | NoRecorder = NoRecorder(root)
    if processes.writes:
        place = place_for(root, model, iterations, own, oldest)
        after = None if isinstance(after, NoRecorder) else after
        recorder = Recorder(root, place=place.claim, after=after)
        fits.opened(recorder, root, model)
        _tell_where(root, place, recorder.neighbour, is_quiet, warn)
    if processes.writes and processes.problem:
        warn(processes.problem)
    fits.note(model, where, recorder.log_dir, max(step, iterations))
    return recorder, max(step, iterations)


def _tell_where(
    root: str, place: Place, neighbour: str, is_quiet: bool, warn: Callable[[str], Any]
) -> None:
    path = place.claim.path
    if place.is_busy:
        warn(
            f"{place.why}. This training run is recorded in {path}, as a run of its own; nothing "
            "is lost or mixed. Give each training run a directory of its own"
        )
    elif place.why and not is_quiet:
        print_safely(f"InspectCallback: {place.why}; this one is recorded in {path}.")
    if neighbour:
        warn(
            f"another process records into {root}, or has just ended: {neighbour} was written in the "
            "last 30 seconds. A URL cannot be locked; if both go on, of each step only one is shown. "
            "Give each training run a URL of its own"
        )
