"""Chooses the directory of a fit's run: a run goes on, or a new one gets a directory of its own."""

import contextlib
import dataclasses
import os
import re
import shutil
from typing import Any

import keras

from tb_keras_inspect.files.claim import LOCK_FILE, Claim, claim, numbered
from tb_keras_inspect.files.locations import is_remote, name_of, opened
from tb_keras_inspect.records.event_order import begun_at
from tb_keras_inspect.records.held import Held, event_files, holds_a_run, read_held
from tb_keras_inspect.training.model.names import layers_of

INCIDENTS = "incidents"  # name of the folder of steps that broke, in a run's directory
_INCIDENT = re.compile(r"step_\d{6,}(_\d+)?|\.part_\w+")


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a fit is recorded.

    Attributes:
        claim: The directory, claimed.
        why: Why it is another one than asked for, as text for the user; "" where it is not.
        is_busy: Whether the reason is another recording that is under way.
    """

    claim: Claim
    why: str = ""
    is_busy: bool = False


def place_for(
    root: str, model: keras.Model, iterations: int, own: str | None, oldest: float | None = None
) -> Place:
    """Where the fit of a model is recorded.

    It goes on with the run of this model, if this process has recorded it in that directory or below,
    or if the model is a trained one and a run there ends where its training has got to: training is
    resumed. A run that came to its end is not trained over from an earlier step. Whatever else is
    there stays as it is.

    Args:
        root: The directory asked for.
        model: The model.
        iterations: Steps it has been trained for.
        own: Where this process has recorded the model before, None if it has not.
        oldest: Seconds since the epoch: runs that were begun before are removed first. None: none are.

    Raises:
        OSError: If no directory can be created.
    """
    if own is not None:
        place = Claim(own)
        if place.is_free:
            return Place(place)
        place.release()
    if oldest is not None:
        _remove_old(root, oldest)
    if iterations:
        for path in reversed([root, *numbered(root)]):
            held = read_held(path)
            if held is not None and _goes_on(held, model, iterations):
                place = Claim(path)
                if place.is_free:
                    return Place(place)
                place.release()
    rejected: list[str] = []

    def suits(path: str) -> bool:
        if holds_a_run(path):
            rejected.append(path)
        return path not in rejected

    found = claim(root, suits)
    if found.path == root:
        return Place(found)
    if root in rejected:
        return Place(found, f"{root} holds another run")
    why = (
        f"another process records into {root} at the same time, or the lock file there is another "
        "user's"
    )
    return Place(found, why, is_busy=True)


def _goes_on(held: Held, model: keras.Model, iterations: int) -> bool:
    if held.model is None or _shape(model) != _recorded_shape(held.model):
        return False
    return iterations > held.last_step or not held.is_finished


def _shape(model: keras.Model) -> list[tuple[str, int]]:
    layers = [layer for layer, _ in layers_of(model)]
    return [(type(x).__name__, x.count_params() if x.built else 0) for x in layers]


def _recorded_shape(record: Any) -> list[tuple[str, int]]:
    return [(layer.class_name, layer.parameters) for layer in record.layers]


def _remove_old(root: str, oldest: float) -> None:
    """Removes what this package has recorded in a directory, and in the numbered ones below."""
    for path in [root, *numbered(root)]:
        files = event_files(path)
        if not files or any(begun_at(file) >= int(oldest) for file in files):
            continue
        place = Claim(path)
        try:
            if place.is_free:
                _remove(path, files)
                if not is_remote(path):
                    _remove_incidents(os.path.join(path, INCIDENTS))
        finally:
            place.release()
        if path != root and not is_remote(path):
            with contextlib.suppress(OSError):  # something else is in it
                os.remove(os.path.join(path, LOCK_FILE))
                os.rmdir(path)


def _remove(path: str, files: list[str]) -> None:
    with opened(path) as directory:
        for file in files:
            directory.remove(name_of(file))


def _remove_incidents(folder: str) -> None:
    """Removes the steps that were kept, and nothing else that somebody has put there."""
    with contextlib.suppress(OSError):  # there are none
        if os.path.islink(folder):
            return
        for entry in os.scandir(folder):
            if _INCIDENT.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
        os.rmdir(folder)
