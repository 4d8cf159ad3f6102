"""Whether two batches hold the same examples."""

import numpy as np

from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.run import RunData


def order_of_examples(runs: tuple[RunData, RunData], step: int) -> str:
    """What the fingerprints of the examples say of two batches that differ, behind a comma; "" where
    they are not recorded."""
    found: list[np.ndarray] = []
    for run in runs:
        try:
            samples = run.samples(step)
        except NotRecordedError:
            return ""
        if samples.salted or not len(samples):
            return ""
        found.append(np.sort(samples.fingerprints))
    a, b = found
    common = len(np.intersect1d(a, b))
    if np.array_equal(a, b):
        return ", the same examples in another order"
    if not common:
        return ", with no example in common"
    return f", {common} of {max(map(len, found))} examples in common"
