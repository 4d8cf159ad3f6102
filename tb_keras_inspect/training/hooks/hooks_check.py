"""Checks, when training begins, that the parts of Keras that this package hooks into are still there.

Most of them are private to Keras. One that has moved must not surface in the middle of a training run.
"""

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import keras

from tb_keras_inspect import frameworks
from tb_keras_inspect.frameworks.base import Backend
from tb_keras_inspect.training.hooks.optimizers import inner_of

KNOWN = "3.10 to 3.15"  # versions of Keras that the tests were run with


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
    yield (
        own("metrics.Mean.update_state"),
        lambda: callable(vars(keras.metrics.Mean)["update_state"]),
    )
    step = backend.optimizer_method
    for cls in (keras.optimizers.Optimizer, keras.optimizers.LossScaleOptimizer):
        yield own(f"{cls.__name__}.{step}"), functools.partial(_defines, cls, step)
    yield "`StatelessScope`", lambda: keras.StatelessScope
    scope = "`symbolic_scope.in_symbolic_scope`"
    yield scope, lambda: not keras.src.backend.common.symbolic_scope.in_symbolic_scope()


def _of_model(model: Any) -> Iterator[Check]:
    yield "`Model.train_function`", lambda: hasattr(model, "train_function")
    yield "`Model.train_step`", lambda: callable(model.train_step)
    make = "`Model.make_train_function(force)`"
    yield make, lambda: "force" in inspect.signature(model.make_train_function).parameters
    layers = "`Layer._flatten_layers(include_self)`"
    yield layers, lambda: list(model._flatten_layers(include_self=False)) is not None
    optimizer = getattr(model, "optimizer", None)
    if isinstance(optimizer, keras.optimizers.Optimizer):
        for name in ("_iterations", "_trainable_variables", "_clip_gradients"):
            yield f"`Optimizer.{name}`", functools.partial(hasattr, inner_of(optimizer), name)


def _defines(cls: type, name: str) -> bool:
    return any(name in vars(base) for base in cls.__mro__)


def _holds(is_there: Callable[[], Any]) -> bool:
    try:
        return bool(is_there())
    except Exception:
        return False
