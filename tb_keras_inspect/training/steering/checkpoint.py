"""Saves a model into the run's directory, local or remote."""

import os
import tempfile
from typing import Any

from tb_keras_inspect.files.locations import below, is_remote, made
from tb_keras_inspect.steering.channel import FOLDER

CHECKPOINTS = "checkpoints"


def save_checkpoint(model: Any, log_dir: str, step: int) -> tuple[str, int]:
    """Save a model as it is before a step.

    Returns:
        The file's path relative to the run's directory, and its size in bytes.
    """
    name = f"step_{step:08d}.keras"
    save = _save_remotely if is_remote(log_dir) else _save
    size = save(model, below(log_dir, FOLDER, CHECKPOINTS), name)
    return f"{FOLDER}/{CHECKPOINTS}/{name}", size


def _save(model: Any, folder: str, name: str) -> int:
    os.makedirs(folder, exist_ok=True)
    path, temporary = os.path.join(folder, name), os.path.join(folder, f".part_{name}")
    model.save(temporary)
    os.replace(temporary, path)  # a reader sees a whole file
    return os.path.getsize(path)


def _save_remotely(model: Any, folder: str, name: str) -> int:
    with tempfile.TemporaryDirectory() as local:  # Keras saves only to disk
        path = os.path.join(local, name)
        model.save(path)
        with open(path, "rb") as file:
            data = file.read()
    with made(folder) as directory:
        directory.write(name, data)
    return len(data)
