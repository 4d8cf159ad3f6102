"""The model's outputs for the probe samples, and its activation functions in use."""

import math
from typing import Any

import numpy as np

from tb_keras_inspect.plugin.params import Params
from tb_keras_inspect.plugin.payload import Payload, as_container
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.run import RunData


def predictions_impl(run: RunData, params: Params) -> Payload:
    """The model's outputs for the probe samples, at all snapshots."""
    found = run.predictions
    arrays: dict[str, np.ndarray] = {"steps": found.steps.astype(np.float64)}
    for number, values in enumerate(found.outputs.values()):
        arrays[f"output{number}"] = values
    try:
        labels = run.probe.labels
    except NotRecordedError:  # the record may be damaged
        labels = None
    if labels is not None:
        arrays["labels"] = labels
    outputs = [{"name": name} for name in found.outputs]
    return as_container({"run": run.name, "outputs": outputs, "problems": run.problems}, arrays)


def activation_functions_impl(run: RunData, params: Params) -> Payload:
    """Curves and histograms of the newest snapshot at or before a step, or of the first one."""
    step = params.step("step")
    found = run.activation_functions(step, params.texts("layer") or None)
    functions: list[dict[str, Any]] = []
    arrays: dict[str, np.ndarray] = {}
    for number, (name, item) in enumerate(found.functions.items()):
        functions.append(
            {
                "name": name,
                "function": item.function,
                "low": item.low,
                "high": item.high,
                "nonfinite": item.nonfinite,
                "flat_fraction": item.flat_fraction if math.isfinite(item.flat_fraction) else None,
                "reason": item.reason,
            }
        )
        arrays[f"{number}/edges"] = item.edges
        arrays[f"{number}/counts"] = item.counts
        if item.curve is not None:
            arrays[f"{number}/curve"] = item.curve
    meta = {"run": run.name, "step": found.step, "requested_step": step, "functions": functions}
    return as_container(meta | {"problems": run.problems}, arrays)
