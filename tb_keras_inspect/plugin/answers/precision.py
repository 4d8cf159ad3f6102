"""What a lower precision would lose of each tensor."""

import math

from tb_keras_inspect.catalog.precisions import PRECISIONS
from tb_keras_inspect.plugin.errors import BadRequestError
from tb_keras_inspect.plugin.params import Params
from tb_keras_inspect.plugin.payload import Payload, as_json
from tb_keras_inspect.store.precision import COLUMNS, forecast_precision
from tb_keras_inspect.store.run import RunData


def precision_impl(run: RunData, params: Params) -> Payload:
    """The forecast for one number format: a row for each tensor that has a histogram."""
    name = params.text("precision")
    if name not in PRECISIONS:
        raise BadRequestError(
            f"Parameter 'precision' must be one of {', '.join(PRECISIONS)}. Received: {name[:80]!r}"
        )
    scaled = params.integer("loss_scaling", 0, 1) == 1
    found = forecast_precision(run, name, loss_scaling=scaled)
    rows = [
        {"kind": kind, "name": tensor}
        | {
            column: float(value) if math.isfinite(value) else None
            for column, value in zip(COLUMNS, values, strict=True)
        }
        for kind, tensor, values in zip(found.kinds, found.names, found.values, strict=True)
    ]
    meta = {"run": run.name, "precision": name, "loss_scale": found.loss_scale, "rows": rows}
    return as_json(meta | {"problems": run.problems})
