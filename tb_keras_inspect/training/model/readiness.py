"""Whether a model is ready to be recorded, and whether it is still the same."""

import keras

from tb_keras_inspect.training.model import names


def structure(model: keras.Model) -> tuple[int, ...]:
    """Identities of the model's layers: another tuple means other layers."""
    return tuple(id(layer) for layer, _ in names.layers_of(model))


def has_weights(model: keras.Model, has_trained: bool) -> bool:
    """Whether the model has all its weights: an unbuilt layer makes them in the first step.

    Args:
        model: The model in `fit`.
        has_trained: Whether a step has run: a layer that is unbuilt after that one is not used.
    """
    # The trainers of JAX and PyTorch build the optimizer last, before the first step.
    complete = has_trained or getattr(getattr(model, "optimizer", None), "built", False)
    # A model whose own step calls its parts (a GAN) is never called, and so never built itself.
    layers = model._flatten_layers(include_self=False)
    return bool(model.variables) and bool(complete or all(layer.built for layer in layers))
