"""What an optimizer remembers of earlier gradients: which of its variables are moments, and of what."""

import dataclasses
import math
from typing import Any

import keras

from tb_keras_inspect.training.hooks.optimizers import inner_of, takes_new_value

NO_BIAS = ("RMSprop",)  # their second moment begins at 0 and is not corrected for it
INSIDE_ROOT = ("RMSprop",)  # they add epsilon below the root


@dataclasses.dataclass(frozen=True)
class Moments:
    """The moments of one variable, before a step.

    Attributes:
        first: The average of its gradients, or None.
        second: The average of their squares, or None.
        sign: Of the first: -1 where it points down the gradient.
        beta_2: How much of the second moment a step keeps; 1 where a step cannot be computed from it
            and the gradient alone, so that it counts as it is before the step.
        corrected: Whether the second moment is corrected for having begun at 0.
        epsilon: What is added to the root of the second moment; NaN where nothing is.
    """

    first: Any = None
    second: Any = None
    sign: float = 1.0
    beta_2: float = 1.0
    corrected: bool = False
    epsilon: float = math.nan


def moments_of(optimizer: Any, variable: Any) -> Moments:
    """The moments that an optimizer of Keras, or one built on it, has of a variable; none of others.

    Args:
        optimizer: Not a `MultiOptimizer`, but one of its parts.
        variable: A variable that it trains.
    """
    inner = inner_of(optimizer)
    name = _keras_name(inner)
    if not name or not inner.built or takes_new_value(variable):
        return Moments()
    first, second = (_slot(inner, attribute, variable) for attribute in SLOTS[name])
    beta_2 = getattr(inner, BETAS.get(name, "beta_2"), 1.0)
    if getattr(inner, "amsgrad", False):
        second, beta_2 = _slot(inner, "_velocity_hats", variable), 1.0
    epsilon = float(getattr(inner, "epsilon", None) or math.nan)
    return Moments(
        first,
        second,
        -1.0 if name == "SGD" else 1.0,
        float(beta_2) if second is not None else 1.0,
        name not in NO_BIAS and beta_2 != 1.0,
        math.sqrt(epsilon) if name in INSIDE_ROOT else epsilon,
    )


# Class to the attributes that hold its first and second moments. What ScheduleFreeAdamW calls momentum
# are weights, and the second moment of Adamax is a maximum.
SLOTS = {
    "Adam": ("_momentums", "_velocities"),
    "Nadam": ("_momentums", "_velocities"),
    "Lamb": ("_momentums", "_velocities"),
    "Muon": ("momentums", "adam_velocities"),
    "RMSprop": ("_momentums", "_velocities"),
    "Adafactor": ("", "_v"),
    "Adamax": ("_m", ""),
    "Lion": ("_momentums", ""),
    "SGD": ("momentums", ""),
    "ScheduleFreeAdamW": ("", "_velocities"),
}
BETAS = {"Muon": "adam_beta_2", "RMSprop": "rho", "Adafactor": ""}


def _keras_name(optimizer: Any) -> str:
    """The name of the class of Keras that an optimizer is of; "" where its moments are not known."""
    for name in (each.__name__ for each in type(optimizer).__mro__):
        known = getattr(keras.optimizers, name, None) if name in SLOTS else None
        if known is not None and isinstance(optimizer, known):
            return name
    return ""


def _slot(optimizer: Any, attribute: str, variable: Any) -> Any:
    """The optimizer's variable for a variable of the model; None where it has none."""
    slots = getattr(optimizer, attribute, None) if attribute else None
    if not isinstance(slots, list):
        return None
    index = optimizer._get_variable_index(variable)
    slot = slots[index] if index < len(slots) else None
    # Adafactor has a scalar in place of what it does not need.
    return slot if slot is not None and tuple(slot.shape) == tuple(variable.shape) else None
