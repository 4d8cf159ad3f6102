"""The layer that `grad_cam_layer` names."""

import difflib
from typing import Any

import keras

from tb_keras_inspect.training.model import names


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
