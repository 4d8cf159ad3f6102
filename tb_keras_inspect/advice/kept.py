"""Everything that training steps change, kept such that it can be restored, also more than once."""

import contextlib
import random
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from tb_keras_inspect import frameworks
from tb_keras_inspect.frameworks.execution import all_variables
from tb_keras_inspect.training.hooks.inference import (
    losses_kept,
    random_state_kept,
    saved_random_state,
)

_GLOBAL = "global_seed_generator"  # of Keras, for random operations without a seed
_SEED = "global_random_seed"  # which it is made from
_ATTRIBUTES = ("train_function", "steps_per_execution", "stop_training")


@contextlib.contextmanager
def everything_kept(model: keras.Model, batch: Any) -> Iterator[Callable[[], None]]:
    """A block after which a model is as before, to the bit, and so are all random states.

    That is: weights, the optimizer's variables, metrics, the train function, Keras's seeds, and the
    global generators of Python, NumPy and PyTorch. What is not built yet is built first, as `fit` would
    build it; weights and the optimizer then stay.

    Args:
        model: A compiled model, not while `fit` runs.
        batch: Inputs, targets and weights, arrays or None.

    Yields:
        A function that restores all of it at once; training can go on from there.
    """
    unbuild = _unbuilding(model)
    _build(model, batch)
    kept = {name: vars(model)[name] for name in _ATTRIBUTES if name in vars(model)}
    restore = _saved_numbers(model)
    with losses_kept(model):
        try:
            yield restore
        finally:
            for name, value in kept.items():
                setattr(model, name, value)
            restore()
            unbuild()


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """A block whose random numbers come from a seed; afterwards all generators are as before."""
    state = keras.src.backend.common.global_state
    before = {name: state.get_global_attribute(name) for name in (_GLOBAL, _SEED)}
    with random_state_kept():
        random.seed(seed)
        np.random.seed(seed)
        state.set_global_attribute(_SEED, seed)
        state.set_global_attribute(_GLOBAL, None)  # made again from the seed
        try:
            yield
        finally:
            for name, value in before.items():
                state.set_global_attribute(name, value)


def _build(model: keras.Model, batch: Any) -> None:
    x, y, weights = batch
    if not all(layer.built for layer in model._flatten_layers()):
        model._symbolic_build(data_batch=(x, y, weights))
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)


def _unbuilding(model: keras.Model) -> Callable[[], None]:
    """Has Keras build again what is not built yet of metrics and losses.

    Where they are not, `fit` on JAX and PyTorch draws a batch to build them by: it has to do so as well
    after the block, or it would train on other batches.
    """
    parts = (getattr(model, name, None) for name in ("_compile_metrics", "_compile_loss"))
    unbuilt = [part for part in parts if part is not None and not part.built]

    def unbuild() -> None:
        for part in unbuilt:
            part.built = False
            if isinstance(part, keras.losses.Loss):
                del part._metrics[:]  # building it adds them

    return unbuild


def _saved_numbers(model: keras.Model) -> Callable[[], None]:
    state = keras.src.backend.common.global_state
    seeds = state.get_global_attribute(_GLOBAL)
    variables = [*all_variables(model), *([] if seeds is None else [seeds.state])]
    known = {id(variable) for variable in variables}
    # Copies: an array may share memory with its variable.
    arrays = [np.array(keras.ops.convert_to_numpy(variable.value)) for variable in variables]
    restore_random = saved_random_state()
    restore_more = frameworks.current().saved_more(model)

    def restore() -> None:
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(array.copy())
        for metric in model.metrics:  # TensorFlow makes some in the first step
            if known.isdisjoint(map(id, metric.variables)):
                metric.reset_state()
        if seeds is None:
            state.set_global_attribute(_GLOBAL, None)  # made again from the same seed
        restore_more()
        restore_random()

    return restore
