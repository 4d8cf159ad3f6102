"""What an optimizer does with gradients: scaling, accumulation, clipping."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops


def inner_of(optimizer: Any) -> Any:
    """The optimizer that updates the weights: the inner one of a `LossScaleOptimizer`."""
    return getattr(optimizer, "inner_optimizer", optimizer)


def iterations_of(model: Any) -> int:
    """Training steps, each of one batch, that the model's optimizer has seen; 0 if it has none."""
    try:
        optimizer = inner_of(model.optimizer)
        # Not `iterations`, which counts updates: one for several batches with accumulation.
        value = optimizer._iterations.value if optimizer.built else 0
        return int(
            value.item() if hasattr(value, "item") else value
        )  # which JAX has, and is faster
    except (AttributeError, TypeError, ValueError):  # none, or one that only resembles an optimizer
        return 0


def trained_by(optimizer: Any) -> list[Any]:
    """The variables an optimizer was built with (before Keras 3.12 only the inner one has them)."""
    known = optimizer._trainable_variables or inner_of(optimizer)._trainable_variables
    return list(known)


def takes_new_value(variable: Any) -> bool:
    """Whether its new value stands among the gradients, as for the scales and histories of float8."""
    return bool(getattr(variable, "overwrite_with_gradient", False))


def parts_of(
    optimizer: Any, gradients: Sequence[Any], variables: Sequence[Any]
) -> list[tuple[Any, Sequence[Any], Sequence[Any]]]:
    """The optimizers that share the variables of a `MultiOptimizer`, each with its own.

    Returns:
        Triples like the arguments: the arguments themselves for any other optimizer.
    """
    several = inner_of(optimizer)
    positions = getattr(several, "_var_to_optimizer_idx", None) if is_several(several) else None
    if positions is None:
        return [(optimizer, gradients, variables)]
    parts: dict[int, tuple[list[Any], list[Any]]] = {}
    for gradient, variable in zip(gradients, variables, strict=False):
        mine = parts.setdefault(positions[several._var_key(variable)], ([], []))
        mine[0].append(gradient)
        mine[1].append(variable)
    return [(several.optimizers[position], *parts[position]) for position in sorted(parts)]


def is_several(optimizer: Any) -> bool:
    """Whether it is a `MultiOptimizer`, which older versions of Keras do not have."""
    known = getattr(keras.optimizers, "MultiOptimizer", None)
    return known is not None and isinstance(optimizer, known)


def loss_scale(optimizer: Any) -> Any:
    """The factor by which gradients that reach `apply` are scaled; None where they are not."""
    if hasattr(optimizer, "inner_optimizer") and hasattr(optimizer, "initial_scale"):
        return optimizer.dynamic_scale if optimizer.built else optimizer.initial_scale
    return getattr(optimizer, "loss_scale_factor", None)


def accumulation_steps(optimizer: Any) -> int:
    """Number of batches whose gradients make one update."""
    return int(getattr(inner_of(optimizer), "gradient_accumulation_steps", None) or 1)


def applies_now(optimizer: Any) -> Any:
    """Scalar bool: whether this step applies the accumulated gradients."""
    inner = inner_of(optimizer)
    return ops.equal((inner._iterations + 1) % accumulation_steps(optimizer), 0)


def accumulated(optimizer: Any, gradients: Sequence[Any], variables: Sequence[Any]) -> list[Any]:
    """Mean of the gradients since the last update, including those of this step.

    As in `BaseOptimizer._backend_apply_gradients`, which must not have run yet for this step.
    """
    inner = inner_of(optimizer)
    if not inner.built:
        return [gradient / accumulation_steps(optimizer) for gradient in gradients]
    sums = [inner._accumulated_gradients[inner._get_variable_index(v)].value for v in variables]
    count = accumulation_steps(optimizer)
    return [(gradient + so_far) / count for gradient, so_far in zip(gradients, sums, strict=True)]


def decay_of(optimizer: Any, variable: Any) -> Any:
    """By which part of itself the optimizer's weight decay shrinks a variable in this step.

    Returns:
        Scalar float32; 0 for a variable that is left out; None where there is no decay, or where only
        some steps update the weights.
    """
    inner = inner_of(optimizer)
    decay = getattr(inner, "weight_decay", None)
    if hasattr(inner, "adam_weight_decay") and inner._should_use_adamw(variable):
        decay = inner.adam_weight_decay  # of Muon, for what it leaves to AdamW
    if not decay or accumulation_steps(optimizer) > 1:
        return None
    if not inner._use_weight_decay(variable):
        return ops.zeros((), "float32")
    return ops.cast(inner.learning_rate, "float32") * float(decay)


def clips(optimizer: Any) -> bool:
    """Whether the optimizer clips gradients."""
    inner = inner_of(optimizer)
    return any(getattr(inner, name, None) for name in ("clipnorm", "global_clipnorm", "clipvalue"))


def clipped_norms(optimizer: Any, norms: Any, gradients: Sequence[Any]) -> Any:
    """Norms of gradients after clipping, by the rules of `Optimizer._clip_gradients`.

    Its code is not called: a compiler merges equal operations of one graph, and training would round
    differently.

    Args:
        optimizer: One for which `clips` is true.
        norms: float32[G] norms of the gradients.
        gradients: The gradients.

    Returns:
        float32[G], NaN where a norm is not finite.
    """
    inner = inner_of(optimizer)
    if inner.clipnorm:
        limited = ops.minimum(norms, inner.clipnorm)
    elif inner.global_clipnorm:
        total = ops.sqrt(ops.sum(ops.square(norms)))
        limited = norms * (inner.global_clipnorm / ops.maximum(total, inner.global_clipnorm))
    else:
        limit = inner.clipvalue
        squares = [ops.sum(ops.square(ops.clip(x, -limit, limit))) for x in gradients]
        limited = ops.sqrt(ops.stack(squares))
    return ops.where(ops.isfinite(norms), limited, float("nan"))
