"""Chooses the gradients that are shown: of which inputs, and of which layer output."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tb_keras_inspect.frameworks.foreign import is_composite
from tb_keras_inspect.training.probe.outputs import Seen
from tb_keras_inspect.training.probe.pictures import map_encoding, maps
from tb_keras_inspect.training.probe.pictures.gradients import InputSite, OutputSite
from tb_keras_inspect.training.probe.pictures.kernels import CONVOLUTIONS


def input_sites(
    inputs: Sequence[tuple[str, Any]], seen: Mapping[str, Seen], ids: Mapping[str, np.ndarray]
) -> tuple[list[InputSite], dict[str, str]]:
    """The inputs whose saliency can be shown.

    Args:
        inputs: Names and arrays of all inputs, flat.
        seen: The layer outputs of the forward pass, in order.
        ids: Site name to the whole numbers, as float32, that a layer made that output of.

    Returns:
        The sites, and name to reason for the others.
    """
    sites, omissions = [], {}
    entries = [site for site in seen.values() if site.takes_ids]
    for position, (name, x) in enumerate(inputs):
        reason, entry = _reason(x), None
        if reason is None and x.dtype.kind in "biu":
            # By value: a mask, say, has the shape of the ids.
            own = x.astype(np.float32)
            entry = next((e for e in entries if np.array_equal(ids[e.output.name], own)), None)
            if entry is None:
                reason = "of integers, and no layer that takes it unchanged outputs floats"
            else:
                entries.remove(entry)
        if reason is not None:
            omissions[name] = reason
            continue
        view = maps.view_of(x.shape, map_encoding.is_channels_first(x.shape))
        sites.append(InputSite(name, position, view, None if entry is None else _site(entry)))
    return sites, omissions


def _reason(x: Any) -> str | None:
    if x is None or is_composite(x):
        return "not a dense array"
    if x.dtype.kind not in "biuf":
        return f"of type {x.dtype}, which has no gradient"
    if not 2 <= x.ndim <= 5 or not x.size:
        return f"has shape {x.shape}; only ranks 2 to 5, including the batch axis, are shown"
    return None


def cam_site(seen: Mapping[str, Seen], wanted: str | None) -> tuple[OutputSite | None, str]:
    """The layer output that Grad-CAM is of.

    Args:
        seen: The layer outputs of the forward pass, in order.
        wanted: Name of a layer or site; None for the last convolution.

    Returns:
        The site, or None and why there is none.
    """
    fitting = [s for s in seen.values() if 3 <= len(s.shape) <= 5 and not s.output.position]
    if wanted is None:
        found = [s for s in fitting if isinstance(s.layer, CONVOLUTIONS)]
        reason = (
            "the model has no convolution; `grad_cam_layer` of `pictures` chooses another layer"
        )
    else:
        found = [s for s in fitting if wanted in (s.output.name, s.output.layer)]
        reason = f"the layer {wanted!r} has no output with channels at several positions"
    return (_site(found[-1]), "") if found else (None, reason)


def _site(seen: Seen) -> OutputSite:
    output = seen.output
    return OutputSite(seen.layer, output.name, output.call, seen.shape, seen.channels_first)
