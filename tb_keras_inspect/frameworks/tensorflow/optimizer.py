"""The optimizer's variables, which the TensorFlow trainer has its first step make."""

from typing import Any

import keras

from tb_keras_inspect.frameworks.patches import instance_patch
from tb_keras_inspect.frameworks.tensorflow.functions import traced


class _BuiltError(Exception):
    pass


def build_optimizer(model: keras.Model) -> None:
    """See `Backend.build_optimizer`."""
    optimizer = getattr(model, "optimizer", None)
    # A step of the user's own may never use that optimizer.
    has_own_step = getattr(model.train_step, "__func__", None) is not keras.Model.train_step
    if optimizer is None or optimizer.built or has_own_step:
        return
    variables = model.trainable_weights
    # An unbuilt layer makes weights in the step, which builds the optimizer itself then.
    if not variables or not all(layer.built for layer in model._flatten_layers()):
        return
    original = optimizer.build

    def build(*args: Any, **kwargs: Any) -> None:
        original(*args, **kwargs)
        optimizer.built = True
        raise _BuiltError

    def begin_update() -> None:
        if optimizer.built:  # traced again, as is every function that has made variables
            return
        # As the trainer does, in the optimizer's own scopes, but not beyond `build`.
        gradients = [keras.ops.zeros_like(variable) for variable in variables]
        try:
            with instance_patch(optimizer, "build", build):
                optimizer.apply_gradients(zip(gradients, variables, strict=True))
        except _BuiltError:
            pass

    # In a trace, as in the trainer's step: what `build` assigns to the variables there is lost.
    (begin_update if model.run_eagerly else traced(begin_update))()
