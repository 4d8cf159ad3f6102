"""The loss, and what other callbacks logged for the same run."""

import numpy as np

from tb_keras_inspect.plugin.answers.columns import Columns
from tb_keras_inspect.plugin.params import Params
from tb_keras_inspect.plugin.payload import Payload, as_container
from tb_keras_inspect.store.run import RunData


def loss_impl(run: RunData, params: Params) -> Payload:
    """The loss of each sampled step and the logs of each epoch."""
    loss = run.loss
    columns = Columns.of(loss.steps, params)
    arrays = columns.arrays()
    arrays["loss"] = columns.pool(loss.values, "last")
    arrays["loss/min"] = columns.pool(loss.values, "min")
    arrays["loss/max"] = columns.pool(loss.values, "max")
    arrays["learning_rate"] = columns.pool(loss.learning_rate, "last")
    times = run.wall_times()
    began = times[0] if len(times) else 0.0
    arrays["seconds"] = columns.pool((times - began).astype(np.float32), "last")
    names = list(loss.epochs)
    steps = loss.epochs[names[0]][0] if names else np.zeros(0)
    arrays["epoch_steps"] = steps.astype(np.float64)
    for name in names:
        arrays[f"epoch/{name}"] = loss.epochs[name][1]
    meta = {
        "run": run.name,
        "epoch_names": names,
        "samples": columns.samples,
        "problems": run.problems,
    }
    return as_container(meta, arrays)


def scalars_impl(run: RunData, params: Params) -> Payload:
    """The scalars of TensorBoard's own plugin, on the step axis of the run."""
    series, arrays = [], {}
    for number, item in enumerate(run.scalars):
        series.append({"subrun": item.subrun, "tag": item.tag, "axis": item.axis})
        arrays[f"{number}/steps"] = item.steps
        arrays[f"{number}/recorded_steps"] = item.recorded_steps.astype(np.float64)
        arrays[f"{number}/values"] = item.values
    return as_container({"run": run.name, "series": series}, arrays)
