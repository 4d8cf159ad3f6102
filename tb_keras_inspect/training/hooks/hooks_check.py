"""Whether Keras still is where this package takes hold of it: asked when training begins.

Most of these places are private to Keras. One that has moved must not show half way through a training.
"""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import keras

from tb_keras_inspect.training.hooks.optimizers import inner_of

KNOWN = "3.10 to 3.15"  # versions of Keras that the tests were run with


def missing_hooks(model: Any) -> list[str]:
    """Names of what is not there, or no longer as it was.

    Args:
        model: The model that is about to be trained.
    """
    checks = [*_of_keras(), *_of_model(model)]
    return [name for name, is_there in checks if not _holds(is_there)]


def unwatched(missing: list[str]) -> str:
    """What the user is told of it."""
    return (
        f"nothing is recorded: Keras {keras.__version__} has no longer {', '.join(missing)}, where "
        f"this version of tb_keras_inspect takes hold of it; it knows Keras {KNOWN}. Training goes on "
        "as it would without the callback"
    )


Check = tuple[str, Callable[[], Any]]


def _of_keras() -> Iterator[Check]:
    own = "`{}` of its own".format
    yield own("Layer.__call__"), lambda: callable(vars(keras.layers.Layer)["__call__"])
    yield (
        own("metrics.Mean.update_state"),
        lambda: callable(vars(keras.metrics.Mean)["update_state"]),
    )
    step = "stateless_apply" if keras.backend.backend() == "jax" else "apply"
    for cls in (keras.optimizers.Optimizer, keras.optimizers.LossScaleOptimizer):
        yield (
            own(f"{cls.__name__}.{step}"),
            lambda cls=cls: any(step in vars(c) for c in cls.__mro__),
        )
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
            yield f"`Optimizer.{name}`", lambda name=name: hasattr(inner_of(optimizer), name)
    if keras.backend.backend() == "jax":
        yield "`Layer.stateless_call`", lambda: callable(model.stateless_call)
        yield "`Layer._seed_generators`", lambda: isinstance(model._seed_generators, list)


def _holds(is_there: Callable[[], Any]) -> bool:
    try:
        return bool(is_there())
    except Exception:
        return False
