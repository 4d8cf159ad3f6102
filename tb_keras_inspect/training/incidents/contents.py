"""What an incident holds: arrays, and a description of them that JSON takes."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from tb_keras_inspect.frameworks.base import Backend
from tb_keras_inspect.training.failsafe import words
from tb_keras_inspect.training.incidents.before import Before, arrays_of
from tb_keras_inspect.training.model.config import without_loading_tensorflow
from tb_keras_inspect.training.model.description import versions

BATCH, STATE = "batch.npz", "state.npz"


@dataclasses.dataclass(frozen=True)
class Contents:
    """Files of an incident.

    Attributes:
        about: For `incident.json`.
        arrays: File name to arrays by name.
    """

    about: dict[str, Any]
    arrays: dict[str, dict[str, np.ndarray]]


def contents_of(
    model: keras.Model,
    config: tuple[Any, str],
    backend: Backend,
    before: Before,
) -> Contents:
    """Describes a step.

    Args:
        model: The model.
        config: What `config_of` it returned.
        backend: The backend in use.
        before: What the step began with.
    """
    serialized, why_no_model = config
    arrays: dict[str, dict[str, np.ndarray]] = {}
    described = None
    if before.batch:
        arrays[BATCH] = {}
        parts = arrays_of(before.batch, backend.held_to_host)
        described = [_described(part, arrays[BATCH]) for part in parts]
    earlier = []
    for step, batch in before.earlier:
        file = f"batch_{step:06d}.npz"
        arrays[file] = {}
        parts = arrays_of(batch, backend.held_to_host)
        earlier.append({"step": step, "batch": [_described(part, arrays[file]) for part in parts]})
    values = {id(variable): value for variable, value in before.arrays(backend.held_to_host)}
    variables: list[dict[str, Any]] = []
    # In the order in which the model made again has them; those of metrics begin anew.
    of_optimizer = getattr(model.optimizer, "variables", ())
    for group, known in (("weights", model.variables), ("optimizer", of_optimizer)):
        for variable in known:
            # Meanwhile a further step under JAX may have lent the model a variable (`packed_outputs`).
            if (value := values.get(id(variable))) is None:
                continue
            arrays.setdefault(STATE, {})[f"{len(variables)}"] = value
            variables.append({"group": group, "path": variable.path, "shape": list(value.shape)})
    if variables:
        arrays[STATE].update(before.random_states)
    missing = []
    if described is None:
        missing.append(f"the batch: {before.missing.get('batch', 'it is empty')}")
    if not variables:
        missing.append(f"weights and optimizer state: {before.missing.get('state', 'none')}")
    if serialized is None:
        missing.append(f"the model: {why_no_model}")
    about = {
        "schema": 1,
        "backend": backend.name,
        "versions": dict(versions()),
        "contains_data": described is not None,
        "missing": missing,
        "batch": described,
        "earlier": earlier,
        "variables": variables,
        "model": serialized,
    }
    return Contents(about, arrays)


def config_of(model: keras.Model) -> tuple[Any, str]:
    """The model as Keras serializes it, or None and why it cannot be."""
    try:
        with without_loading_tensorflow():
            config = keras.saving.serialize_keras_object(model)
        json.dumps(config)
    except Exception as error:
        return None, f"Keras cannot serialize it: {words(error)}"
    if "config" not in config or not config.get("compile_config"):
        return None, "its class has no `get_config`, or it was compiled with what has none"
    return config, ""


def _described(structure: Any, arrays: dict[str, np.ndarray]) -> Any:
    """A structure of arrays, with the names that they get."""
    if _is_nothing(structure):
        return None
    if isinstance(structure, Mapping):
        return {"dict": {name: _described(part, arrays) for name, part in structure.items()}}
    if isinstance(structure, (list, tuple)):
        return {"list": [_described(part, arrays) for part in structure]}
    name = f"{len(arrays)}"
    arrays[name] = structure
    return {"array": name}


def _is_nothing(structure: Any) -> bool:
    return structure is None or (isinstance(structure, tuple) and not structure)
