"""Units and histograms of one tensor over time."""

import numpy as np

from tb_keras_inspect.plugin.answers.columns import Columns
from tb_keras_inspect.plugin.params import Params
from tb_keras_inspect.plugin.payload import Payload, as_container
from tb_keras_inspect.store.run import RunData
from tb_keras_inspect.store.tables import pooling


def units_impl(run: RunData, params: Params) -> Payload:
    """The units of one layer over time."""
    layer = params.text("layer")
    units = run.units(layer)
    columns = Columns.of(units.steps, params)
    columns.limit(units.max_abs.shape[1])
    arrays = columns.arrays()
    arrays["max_abs"] = columns.pool(units.max_abs, "max").T
    arrays["dead"] = columns.last(units.dead).T
    arrays["window_samples"] = columns.last(units.window_samples).astype(np.int32)
    meta = {
        "run": run.name,
        "layer": layer,
        "samples": columns.samples,
        "window": units.window,
        "problems": run.problems,
    }
    return as_container(meta, arrays)


def histogram_impl(run: RunData, params: Params) -> Payload:
    """The histograms of one tensor over time."""
    kind, name = params.text("kind"), params.text("name")
    histogram = run.histogram(kind, name)
    columns = Columns.of(histogram.steps, params)
    columns.limit(len(histogram.edges))
    arrays = columns.arrays()
    arrays["edges"] = histogram.edges
    arrays["counts"] = pooling.pool_sum(histogram.counts[columns.window], columns.first)
    meta = {
        "run": run.name,
        "kind": kind,
        "name": name,
        "samples": columns.samples,
        "problems": run.problems,
    }
    return as_container(meta, arrays)
