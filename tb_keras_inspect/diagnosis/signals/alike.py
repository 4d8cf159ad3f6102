"""Whether a layer gives all examples of a batch the same output, from what is recorded of it."""

import numpy as np

from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.model.model import SiteInfo

LEAST_SAMPLES = 5
EQUAL = 1e-5  # rounding of float32 in a sum of squares


def where_alike(facts: Facts) -> str:
    """Path of the layer that makes all examples of a batch alike; "" if there is none, or unknown.

    Only outputs of rank 2 tell: of n examples with equal magnitudes the sum of squares is n times that
    of the largest magnitudes of the units, and it is less for all others.
    """
    before = False
    for site in facts.structure.sites:
        alike = _is_alike(facts, site)
        if alike is None:
            continue
        if alike:
            layer = facts.structure.layers[site.layer]
            made = before and not layer.parameters and not facts.structure.is_output(site)
            return (
                layer.path if made else ""
            )  # weights may take the signal away, but mix no examples
        before = True
    return ""


def _is_alike(facts: Facts, site: SiteInfo) -> bool | None:
    """Whether an output is the same for all examples; None if it is not known or always zero."""
    track, step = facts.track("activation"), facts.track("step")
    if len(site.shape) != 2 or track is None or step is None or not step.has("batch_size"):
        return None
    row = track.row(site.name)
    try:
        units = facts.run.units(site.name)
    except NotRecordedError:
        return None
    at, here, there = np.intersect1d(track.at, units.steps, return_indices=True)
    if row is None or len(at) < LEAST_SAMPLES:
        return None
    sizes = np.interp(at, step.steps, step.column("batch_size"))
    squares = track.thin("l2")[here, row] ** 2
    largest = sizes * np.sum(units.max_abs[there].astype(np.float64) ** 2, axis=1)
    told = np.isfinite(squares) & np.isfinite(largest) & (largest > 0) & (sizes > 1)
    if told.sum() < LEAST_SAMPLES:
        return None
    return bool(np.all(squares[told] >= (1 - EQUAL) * largest[told]))
