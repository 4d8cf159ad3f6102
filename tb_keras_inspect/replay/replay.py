"""Does the step of an incident again."""

import contextlib
import dataclasses
import math
from typing import Any

import keras
import numpy as np

from tb_keras_inspect.replay.incident import Incident
from tb_keras_inspect.replay.model import model_of, restore
from tb_keras_inspect.replay.operations import first_not_finite
from tb_keras_inspect.training.failsafe import words
from tb_keras_inspect.training.model.description import versions

CLOSE = 1e-4  # relative; backends and compilers round differently


@dataclasses.dataclass(frozen=True)
class Replay:
    """What a step did when it was done again.

    Attributes:
        loss: Its loss, NaN where it raised an exception.
        recorded: The loss when it was trained; NaN where it was not finite, None if not known.
        raised: The exception that it raised, or "".
        same: Whether both are the same, up to rounding; or both raised an exception of one class.
        first: The first operation whose output is not finite, or what else was, or "".
        versions_differ: Packages that have another version than when the step was trained.
    """

    loss: float
    recorded: float | None
    raised: str
    same: bool
    first: str
    versions_differ: tuple[str, ...]


def replay(incident: Incident) -> Replay:
    """Does the step again: once operation by operation, and once as `train_on_batch` does it.

    Raises:
        IncidentError: if the model cannot be made again.
    """
    model = model_of(incident)
    x, y, weights = incident.batch
    tensors = [keras.tree.map_structure(_tensor, part) for part in (x, y, weights)]
    first, raised, name, loss = "", "", "", math.nan
    with contextlib.suppress(Exception):  # if it is the step's own, the step raises it again
        first = first_not_finite(model, *tensors)
    restore(model, incident)
    try:
        loss = float(model.train_on_batch(x, y, weights, return_dict=True)["loss"])
    except Exception as error:
        raised, name = words(error), type(error).__name__
    if not first and not raised:
        bad = [v.path for v in model.trainable_variables if not np.isfinite(_array(v)).all()]
        if bad:  # the backward pass begins at the output
            first = f"the gradient of {bad[-1]}, or its update"
    both_raise = incident.exception == name
    is_same = both_raise if incident.exception or raised else _same(loss, incident.loss)
    return Replay(loss, incident.loss, raised, is_same, first, _differing(incident))


def _tensor(part: Any) -> Any:
    return None if part is None else keras.ops.convert_to_tensor(part)


def _array(variable: Any) -> np.ndarray:
    return np.asarray(keras.ops.convert_to_numpy(keras.ops.cast(variable.value, "float32")))


def _same(loss: float, recorded: float | None) -> bool:
    if recorded is None:
        return False
    if not math.isfinite(recorded) or not math.isfinite(loss):
        return not math.isfinite(recorded) and not math.isfinite(loss)
    return math.isclose(loss, recorded, rel_tol=CLOSE, abs_tol=1e-7)


def _differing(incident: Incident) -> tuple[str, ...]:
    then, now = incident.about.get("versions"), dict(versions())
    if not isinstance(then, dict):
        return ()
    return tuple(
        f"{name} {then[name]} then, {now[name]} now"
        for name in sorted(now)
        if name in then and then[name] != now[name]
    )
