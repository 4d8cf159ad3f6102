"""Reads an incident. Its files are untrusted: no pickle, no code, no names of files."""

import dataclasses
import json
import math
import os
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from tb_keras_inspect.catalog.backends import BACKENDS
from tb_keras_inspect.files.safe_directory import open_plain

ABOUT, BATCH, STATE = "incident.json", "batch.npz", "state.npz"
MOST_TEXT = 64_000_000  # bytes of incident.json
MOST_BYTES = 4_000_000_000  # of one file of arrays, unpacked
MOST_ARRAYS = 100_000  # in it
MOST_DEPTH = 20  # of a structure
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
_UNREADABLE = (
    OSError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    MemoryError,
    RuntimeError,  # encrypted, or compressed in a way that is not implemented
)


class IncidentError(ValueError):
    """An incident cannot be read, or not be done again; the text says why."""


@dataclasses.dataclass(frozen=True)
class Incident:
    """A step that broke.

    Attributes:
        path: Its directory.
        about: What `incident.json` says; a dict with text keys.
        batch: Inputs, targets and weights, None for each that is not there.
        random_states: Of the framework's global generators, by name.
        state: "weights" and "optimizer" to the values of the variables, in order.
    """

    path: str
    about: Mapping[str, Any]
    batch: tuple[Any, Any, Any]
    state: Mapping[str, list[np.ndarray]]
    random_states: Mapping[str, np.ndarray]

    @property
    def loss(self) -> float | None:
        """The loss of the step; NaN where it was not finite, None where it is not known."""
        numbers = self.about.get("numbers")
        if not isinstance(numbers, dict) or "loss" not in numbers:
            return None
        value = numbers["loss"]
        return value if isinstance(value, float) else float("nan")

    @property
    def exception(self) -> str:
        """Name of the class of the exception that the step raised, or ""."""
        raised = self.about.get("exception")
        name = raised.get("class") if isinstance(raised, dict) else None
        return name if isinstance(name, str) else ""


def read_about(path: str) -> dict[str, Any]:
    """What `incident.json` says.

    Raises:
        IncidentError: if it is not there or cannot be right.
    """
    file = os.path.join(path, ABOUT)
    try:
        if not os.path.isfile(file):
            raise IncidentError(
                f"Expected the directory of an incident, such as RUN/incidents/step_000340, with "
                f"{ABOUT} in it. Received: {path!r}"
            )
        with open_plain(file) as stream:
            text = stream.read(MOST_TEXT + 1)
        if len(text) > MOST_TEXT:
            raise IncidentError(f"{file!r} is larger than {MOST_TEXT // 1_000_000} MB")
        about = json.loads(text.decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, IncidentError):
            raise
        raise IncidentError(f"{file!r} cannot be read: {error}") from error
    if not isinstance(about, dict) or about.get("schema") != 1:
        raise IncidentError(f"{file!r} is not an incident that this version can read")
    if about.get("backend") not in BACKENDS:
        raise IncidentError(f"{file!r} names no backend of {', '.join(BACKENDS)}")
    return about


def read(path: str) -> Incident:
    """Reads an incident that can be done again.

    Raises:
        IncidentError: if a part of it is missing, and which, or if one cannot be right.
    """
    about = read_about(path)
    missing = about.get("missing")
    if missing:
        lacks = "; ".join(map(str, missing)) if isinstance(missing, list) else str(missing)
        raise IncidentError(f"{path!r} does not hold all that the step needs. Missing: {lacks}")
    batch = _arrays(os.path.join(path, BATCH))
    described = about.get("batch")
    if not isinstance(described, list) or not 1 <= len(described) <= 3:
        raise IncidentError(f"the batch in {path!r} cannot be right")
    parts = [_structure(part, batch, MOST_DEPTH) for part in described]
    x, y, weights = (*parts, None, None)[:3]
    arrays = _arrays(os.path.join(path, STATE))
    states = {name: array for name, array in arrays.items() if not name.isdecimal()}
    return Incident(path, about, (x, y, weights), _state(path, about, arrays), states)


def _state(
    path: str, about: Mapping[str, Any], arrays: Mapping[str, np.ndarray]
) -> dict[str, list[np.ndarray]]:
    found: dict[str, list[np.ndarray]] = {"weights": [], "optimizer": []}
    variables = about.get("variables")
    if not isinstance(variables, list):
        raise IncidentError(f"the variables in {path!r} cannot be right")
    for number, item in enumerate(variables):
        group = item.get("group") if isinstance(item, dict) else None
        if group not in found or str(number) not in arrays:
            raise IncidentError(f"variable {number} in {path!r} cannot be right")
        found[group].append(arrays[str(number)])
    return found


def _arrays(file: str) -> dict[str, np.ndarray]:
    """The arrays of a plain file, no larger than the limits: what it says of its sizes is checked."""
    try:
        with open_plain(file) as stream:
            with zipfile.ZipFile(stream) as archive:
                for item in _checked(file, archive.infolist()):
                    with archive.open(item) as member:
                        _check_header(member, item.file_size)
            stream.seek(0)
            with np.load(stream, allow_pickle=False) as arrays:
                return {name: arrays[name] for name in arrays.files}
    except IncidentError:
        raise
    except _UNREADABLE as error:
        raise IncidentError(f"{file!r} cannot be read: {error}") from error


def _checked(file: str, items: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    if len(items) > MOST_ARRAYS or sum(item.file_size for item in items) > MOST_BYTES:
        limits = f"{MOST_BYTES // 1_000_000_000} GB or {MOST_ARRAYS} arrays"
        raise IncidentError(f"{file!r} is larger than {limits}")
    return items


def _check_header(member: Any, size: int) -> None:
    """Raises ValueError where an array is larger than its file: NumPy would make room for it."""
    read = _HEADERS.get(np.lib.format.read_magic(member))
    if read is None:
        raise ValueError("an array of an unknown version")
    shape, _, dtype = read(member)
    if dtype.hasobject or math.prod(shape) * dtype.itemsize > size:
        raise ValueError("an array is larger than its file, or holds objects")


def _structure(item: Any, arrays: Mapping[str, np.ndarray], depth: int) -> Any:
    if item is None:
        return None
    if isinstance(item, dict) and len(item) == 1 and depth:
        ((form, content),) = item.items()
        if form == "dict" and isinstance(content, dict):
            return {name: _structure(part, arrays, depth - 1) for name, part in content.items()}
        if form == "list" and isinstance(content, list):
            return [_structure(part, arrays, depth - 1) for part in content]
        if form == "array" and isinstance(content, str) and content in arrays:
            return arrays[content]
    raise IncidentError("the batch cannot be right")
