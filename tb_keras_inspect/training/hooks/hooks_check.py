"""Checks, when training begins, that the parts of Keras that this package hooks into are still there.

Most of them are private to Keras. One that has moved must not surface in the middle of a training run.
"""

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import keras

from tb_keras_inspect import frameworks
from tb_keras_inspect.frameworks.base import Backend
from tb_keras_inspect.training.hooks.optimizers import accumulation_steps, inner_of, is_several

KNOWN = "3.10 to 3.16"  # versions of Keras that the tests were run with


def missing_hooks(model: Any) -> list[str]:
    """Names of the hooks that are missing or have changed.

    Args:
        model: The model that is about to be trained.
    """
    backend = frameworks.current()
    checks = [*_of_keras(backend), *_of_model(model), *backend.private_hooks(model)]
    return [name for name, is_there in checks if not _holds(is_there)]


def warning_about(missing: list[str]) -> str:
    """The warning about missing hooks."""
    return (
        f"nothing is recorded: Keras {keras.__version__} no longer has {', '.join(missing)}, which "
        f"this version of tb_keras_inspect needs; it supports Keras {KNOWN}. Training goes on "
        "as it would without the callback"
    )


Check = tuple[str, Callable[[], Any]]


def _of_keras(backend: Backend) -> Iterator[Check]:
    own = "`{}` of its own".format
    yield own("Layer.__call__"), lambda: callable(vars(keras.layers.Layer)["__call__"])
    yield own("metrics.Mean.update_state"), lambda: "values" in _arguments(_own_update_state())
    yield own("losses.Loss.__call__"), lambda: callable(vars(keras.losses.Loss)["__call__"])
    step = backend.optimizer_method
    for cls in (keras.optimizers.Optimizer, keras.optimizers.LossScaleOptimizer):
        takes = functools.partial(_takes, cls, step, ("grads", "trainable_variables"))
        yield own(f"{cls.__name__}.{step}"), takes
    yield "`backend.get_keras_mask`", lambda: callable(keras.src.backend.get_keras_mask)
    scope = "`StatelessScope(state_mapping)`"
    yield scope, lambda: "state_mapping" in _arguments(keras.StatelessScope)
    scope = "`symbolic_scope.in_symbolic_scope`"
    yield scope, lambda: not keras.src.backend.common.symbolic_scope.in_symbolic_scope()
    yield "`naming.to_snake_case`", lambda: keras.src.utils.naming.to_snake_case("A") == "a"
    yield "`functional.Functional`", lambda: isinstance(_functional(), type)


def _of_model(model: Any) -> Iterator[Check]:
    yield "`Model.train_function`", lambda: hasattr(model, "train_function")
    yield "`Model.train_step`", lambda: callable(model.train_step)
    make = "`Model.make_train_function(force)`"
    yield make, lambda: "force" in _arguments(model.make_train_function)
    layers = "`Layer._flatten_layers(include_self)`"
    yield layers, lambda: list(model._flatten_layers(include_self=False)) is not None
    yield from _attributes("Layer", model, ("path", "_losses", "_loss_ids"))
    yield from _attributes("Model", model, ("_compute_loss",))
    if (functional := _functional()) and isinstance(model, functional):
        names = ("_inputs_struct", "_outputs_struct", "_nodes_by_depth")
        yield from _attributes("Functional", model, names)
        operation = "`KerasTensor._keras_history.operation._inbound_nodes`"
        yield operation, lambda: _first_input(model)._keras_history.operation._inbound_nodes
    optimizer = getattr(model, "optimizer", None)
    if isinstance(optimizer, keras.optimizers.Optimizer):
        inner = inner_of(optimizer)
        needed = ["_iterations", "_learning_rate", "_trainable_variables", "_clip_gradients"]
        needed += ["_get_variable_index", "_use_weight_decay"]
        if inner.built and accumulation_steps(optimizer) > 1:
            needed.append("_accumulated_gradients")
        if hasattr(inner, "adam_weight_decay"):
            needed.append("_should_use_adamw")
        if is_several(inner):
            needed.append("_var_key")
        yield from _attributes("Optimizer", inner, needed)


def _attributes(owner: str, thing: Any, names: Iterable[str]) -> Iterator[Check]:
    for name in names:
        yield f"`{owner}.{name}`", functools.partial(hasattr, thing, name)


def _first_input(model: Any) -> Any:
    return keras.tree.flatten(model._inputs_struct)[0]


def _functional() -> Any:
    return getattr(keras.src.models.functional, "Functional", None)


def _own_update_state() -> Any:
    return vars(keras.metrics.Mean)["update_state"]


def _takes(cls: type, name: str, arguments: tuple[str, ...]) -> bool:
    return _defines(cls, name) and set(arguments) <= set(_arguments(getattr(cls, name)))


def _arguments(function: Any) -> Iterable[str]:
    return inspect.signature(function).parameters


def _defines(cls: type, name: str) -> bool:
    return any(name in vars(base) for base in cls.__mro__)


def _holds(is_there: Callable[[], Any]) -> bool:
    try:
        return bool(is_there())
    except Exception:
        return False
