"""Writes an incident: a directory that is complete or not there."""

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from importlib import resources
from typing import Any

import numpy as np

SCRIPT = "reproduce.py"


def write(
    folder: str, name: str, about: Mapping[str, Any], arrays: Mapping[str, Mapping[str, np.ndarray]]
) -> str:
    """Writes `incident.json`, the arrays and `reproduce.py` into a new directory.

    Args:
        folder: The directory of all incidents; made if it is not there.
        name: Name of this one; where there is one of that name, a number is added.
        about: For `incident.json`; what JSON can hold.
        arrays: Name of an npz file to its arrays by name; without objects, which need pickle.

    Returns:
        The directory.

    Raises:
        OSError: if it cannot be written; nothing is left of it then.
        TypeError: if an array holds objects.
    """
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, name)
    for number in range(2, 100):  # the run was trained over from an earlier step
        if os.path.lexists(path):
            path = os.path.join(folder, f"{name}_{number}")
    made = tempfile.mkdtemp(prefix=".part_", dir=folder)
    try:
        for file, contents in arrays.items():
            if any(array.dtype.hasobject for array in contents.values()):
                raise TypeError(f"{file} would hold Python objects")
            with open(os.path.join(made, file), "xb") as stream:
                np.savez(stream, **contents)  # type: ignore[arg-type]
        script = resources.files(__package__).joinpath(f"{SCRIPT}.txt").read_text("utf-8")
        for file, text in (("incident.json", json.dumps(about, indent=1)), (SCRIPT, script)):
            with open(os.path.join(made, file), "x", encoding="utf-8") as stream:
                stream.write(text)
        os.rename(made, path)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return path
