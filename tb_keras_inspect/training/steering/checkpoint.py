"""Saves a model into the run's directory, local or remote."""

import os
import tempfile
from typing import Any

from tb_keras_inspect.files.locations import below, made
from tb_keras_inspect.steering.channel import FOLDER

CHECKPOINTS = "checkpoints"


def save_checkpoint(model: Any, log_dir: str, step: int) -> tuple[str, int]:
    """Save a model as it is before a step.

    Keras saves only to a path, where a link could lead to any file of the user. So it saves to a
    private directory, from which the file is copied without following links.

    Returns:
        The file's path relative to the run's directory, and its size in bytes.
    """
    name = f"step_{step:08d}.keras"
    with tempfile.TemporaryDirectory() as private:
        path = os.path.join(private, name)
        model.save(path)
        with (
            made(below(log_dir, FOLDER)) as control,
            control.subdirectory(CHECKPOINTS, create=True) as folder,
        ):
            folder.copy_in(name, path)
        return f"{FOLDER}/{CHECKPOINTS}/{name}", os.path.getsize(path)
