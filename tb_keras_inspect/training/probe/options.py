"""The options `pictures=` and `grad_cam_layer=`: what the probe pass shows."""

import difflib
from collections.abc import Sequence
from typing import Any

import keras

from tb_keras_inspect.catalog.kinds import Kind
from tb_keras_inspect.training.model import names

# What users call them, and what they are in the log.
PICTURES = {
    "activations": Kind.MAPS,
    "attention": Kind.ATTENTION,
    "saliency": Kind.SALIENCY,
    "grad_cam": Kind.GRAD_CAM,
    "kernels": Kind.KERNELS,
    "activation_functions": Kind.ACTIVATION_FUNCTION,
    "representation": Kind.REPRESENTATION,
}
GRADIENTS = frozenset((Kind.SALIENCY, Kind.GRAD_CAM))  # they need a pass of their own
ALL = frozenset(PICTURES.values())


def checked_pictures(pictures: Any, tier: str = "standard") -> frozenset[Kind]:
    """The kinds that an option stands for.

    Args:
        pictures: Names of `PICTURES`, in a list, tuple or set; None for what the tier says: all, but
            in `"economy"` none that needs a backward pass.
        tier: A tier.

    Raises:
        ValueError: for anything else.
    """
    if pictures is None:
        return ALL - GRADIENTS if tier == "economy" else ALL
    names = list(pictures) if isinstance(pictures, (Sequence, set, frozenset)) else None
    if names is None or isinstance(pictures, str) or any(name not in PICTURES for name in names):
        raise ValueError(
            f"`pictures` must be None for all, or a list of some of {sorted(PICTURES)}. "
            f"Received: pictures={pictures!r}"
        )
    return frozenset(PICTURES[name] for name in names)


def layer_name(layer: Any, model: keras.Model) -> str | None:
    """The name of a layer that an option gives, as a layer or as its name; None stays None.

    Raises:
        ValueError: if the model has layers and none is that one.
    """
    if layer is None:
        return None
    found = names.layer_names(model)
    name = layer if isinstance(layer, str) else found.get(id(layer))
    known = list(found.values())
    # A name may also be that of a site: the layer and which of its calls. A model that is not built
    # yet may have no layers.
    is_known = isinstance(name, str) and (not known or name.split(":")[0] in known)
    if not is_known:
        close = difflib.get_close_matches(str(layer), known, n=3) or known[:10]
        raise ValueError(
            f"`grad_cam_layer` must be a layer of the model {model.name!r} or its name, like "
            f"{close}. Received: grad_cam_layer={layer!r}"
        )
    return name
