"""Makes the model of an incident again, in its state before the step."""

from collections.abc import Iterator
from typing import Any

import keras

from tb_keras_inspect import frameworks
from tb_keras_inspect.replay.incident import Incident, IncidentError
from tb_keras_inspect.training.failsafe import words

# Keras's layers that load programs of others from files.
_LOADERS = frozenset({"TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"})


def model_of(incident: Incident) -> keras.Model:
    """The compiled model of an incident.

    Only classes of Keras, and those that a program has registered with Keras, are made.

    Raises:
        IncidentError: if it has other classes, or does not fit its state.
    """
    config = incident.about.get("model")
    try:
        for name in _loaders(config):
            raise IncidentError(f"the model has a {name}, which runs code from other files")
        for name in _foreign(config):
            raise IncidentError(
                f"the model has {name}, which is neither Keras's nor registered. Give the module that "
                "registers it with keras.saving.register_keras_serializable: --import MODULE"
            )
        model = keras.saving.deserialize_keras_object(config, safe_mode=True)
        if not isinstance(model, keras.Model) or model.optimizer is None:
            raise IncidentError("it is not a compiled model")
        if not model.built:
            model(keras.tree.map_structure(keras.ops.convert_to_tensor, incident.batch[0]))
        model.optimizer.build(model.trainable_variables)
    except IncidentError:
        raise
    except Exception as error:
        raise IncidentError(f"the model cannot be made again: {words(error)}") from error
    restore(model, incident)
    return model


def restore(model: keras.Model, incident: Incident) -> None:
    """Gives the model the state before the step.

    Raises:
        IncidentError: if it has other variables.
    """
    groups = {"weights": model.variables, "optimizer": model.optimizer.variables}
    for group, variables in groups.items():
        values = incident.state[group]
        if len(values) != len(variables):
            raise IncidentError(
                f"the model has {len(variables)} variables among its {group}; the incident has "
                f"{len(values)}"
            )
        for variable, value in zip(variables, values, strict=True):
            if tuple(variable.shape) != value.shape:
                raise IncidentError(
                    f"{variable.path} has the shape {tuple(variable.shape)}; the incident has "
                    f"{value.shape}"
                )
            try:
                variable.assign(value)
            except Exception as error:
                raise IncidentError(
                    f"{variable.path} cannot have the value that the incident has: {words(error)}"
                ) from error
    try:
        frameworks.current().set_random_states(incident.random_states)
    except (RuntimeError, TypeError, ValueError) as error:
        raise IncidentError(f"the state of the random generators cannot be set: {error}") from error
    model.reset_metrics()


def _loaders(config: Any) -> Iterator[str]:
    """Classes in a serialized object that run what they load."""
    for item in _objects(config):
        yield from _LOADERS.intersection(
            map(str, (item["class_name"], item.get("registered_name")))
        )


def _foreign(config: Any) -> Iterator[str]:
    """Classes in a serialized object that are neither Keras's nor registered."""
    registered = keras.saving.get_custom_objects()
    for item in _objects(config):
        module, name = item.get("module"), item.get("registered_name")
        is_of_keras = str(module or "").split(".")[0] in ("", "keras", "builtins")
        if name not in registered and (not is_of_keras or (module is None and name)):
            yield str(name or item["class_name"])


def _objects(config: Any) -> Iterator[dict[str, Any]]:
    """The serialized objects in what JSON has held."""
    if isinstance(config, dict):
        if "class_name" in config and "config" in config:
            yield config
        for value in config.values():
            yield from _objects(value)
    elif isinstance(config, list):
        for value in config:
            yield from _objects(value)
