"""Whether a model is ready to be recorded, and whether it is still the same."""

import keras

from tb_keras_inspect.training.model import names


def structure(model: keras.Model) -> tuple[int, ...]:
    """Identities of the model's layers: another tuple means other layers."""
    return tuple(id(layer) for layer, _ in names.layers_of(model))


def has_weights(model: keras.Model) -> bool:
    """Whether the model has its weights: an unbuilt one makes them in its first step.

    Builds the optimizer of a model that has: its slots, made inside the first trace, would have
    TensorFlow trace the instrumented step twice. A step of the user's own may never use that
    optimizer: then it stays as it is.
    """
    # A model whose own step calls its parts (a GAN) is never called, and so never built itself.
    built = model.built or all(x.built for x in model._flatten_layers(include_self=False))
    if not built or not model.variables:
        return False
    optimizer = getattr(model, "optimizer", None)
    own_step = getattr(model.train_step, "__func__", None) is not keras.Model.train_step
    if optimizer is not None and not optimizer.built and not own_step:
        optimizer.build(model.trainable_variables)
    return True
