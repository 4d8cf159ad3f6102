"""Which units of a running fit are dead, to revive them."""

from typing import Any

import keras
import numpy as np

from tb_keras_inspect.catalog.commands import CommandError, short
from tb_keras_inspect.training.model import names
from tb_keras_inspect.training.model.revival import (
    Revived,
    after,
    can_be_revived,
    is_passed,
    revive,
)


def revive_dead(model: keras.Model, run: Any, path: str, seed: int) -> Revived:
    """Revives the units of a layer that are dead at the newest sample.

    Args:
        model: The model in `fit`.
        run: The fit so far, as the store reads it.
        path: Of the layer.
        seed: Of the new weights.

    Raises:
        CommandError: If there is no such layer, or none of its units is known to be dead.
    """
    found = names.layer_names(model)
    layers: dict[str, Any] = {found[id(layer)]: layer for layer, _ in names.layers_of(model)}
    if path not in layers:
        raise CommandError(f"The model has no layer {short(path)}")
    if not can_be_revived(layers[path]):
        kind = type(layers[path]).__name__
        raise CommandError(f"Dense and Conv layers can be revived. {short(path)} is a {kind}")
    run.refresh()
    recorded = run.model if "model" in run.kinds else None
    edges = []
    if recorded is not None:
        edges = [(recorded.layers[a].path, recorded.layers[b].path) for a, b in recorded.edges]
    units = int(layers[path].kernel.shape[-1])
    sites = [path, *(name for name in after(layers, edges, path) if is_passed(layers[name]))]
    dead = [mask for site in sites if len(mask := _dead(run, site)) == units]
    if not dead:
        raise CommandError(
            f"No sample tells which units of {short(path)} are dead. They are recorded in the tiers "
            "'standard' and 'full'"
        )
    mask = np.any(dead, axis=0)
    if not mask.any():
        raise CommandError(f"No unit of {short(path)} is dead at the newest sample")
    return revive(model, layers, edges, path, mask, seed)


def _dead(run: Any, site: str) -> np.ndarray:
    """bool[U], of length 0 where it is not recorded."""
    try:
        found: np.ndarray = run.units(site).dead
    except KeyError:  # NotRecordedError
        return np.zeros(0, bool)
    return found[-1] if len(found) else np.zeros(0, bool)
