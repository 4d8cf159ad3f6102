"""The losses of single examples: the batch of a step, and each of its worst over the run."""

from typing import Any

import numpy as np

from tb_keras_inspect.diagnosis.signals.heavy_examples import heaviest
from tb_keras_inspect.plugin.answers.columns import Columns
from tb_keras_inspect.plugin.answers.maps import arrays_of, meta_of
from tb_keras_inspect.plugin.params import Params
from tb_keras_inspect.plugin.payload import Payload, as_container
from tb_keras_inspect.store.run import RunData
from tb_keras_inspect.store.tables.sample_losses import Samples

WORST = 20  # examples of an answer
EXTENT = {"lowest": "min", "median": "last", "highest": "max"}  # to how it is pooled


def samples_impl(run: RunData, params: Params) -> Payload:
    """The examples with the largest losses of a step, and the range of losses at every step."""
    samples, asked = run.samples(), params.step("step")
    steps, starts = np.unique(samples.steps, return_index=True)
    columns = Columns.of(steps, params)
    arrays = columns.arrays()
    for (name, how), values in zip(EXTENT.items(), _extents(samples.loss, starts), strict=True):
        arrays[name] = columns.pool(values, how)
    meta: dict[str, Any] = {
        "run": run.name,
        "requested_step": asked,
        "step": None,
        "batch_size": 0,
        "summary": "",
        "columns": list(samples.columns),
        "fingerprints": [],
        "inputs": [],
    }
    if len(steps):
        newest = len(steps) if asked is None else int(np.searchsorted(steps, asked, side="right"))
        meta |= _add_worst(samples, int(steps[max(newest - 1, 0)]), arrays)
        meta["inputs"] = [
            _add_inputs(run, int(mark or "0", 16), f"example{number}/", arrays)
            for number, mark in enumerate(meta["fingerprints"])
        ]
    return as_container(meta | {"problems": run.problems}, arrays)


def _add_worst(samples: Samples, step: int, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    batch = samples.where(slice(*np.searchsorted(samples.steps, [step, step + 1])))
    order = np.argsort(np.where(np.isfinite(batch.loss), -batch.loss, -np.inf), kind="stable")
    worst = batch.where(order[:WORST])
    arrays["loss"] = worst.loss.astype(np.float32)
    arrays["share"] = worst.share.astype(np.float32)
    for number, values in enumerate(worst.columns.values()):
        arrays[f"column{number}"] = values.astype(np.float32)
    for number, mark in enumerate(worst.fingerprints.tolist()):
        seen = samples.fingerprints == mark if mark else np.zeros(len(samples), bool)
        arrays[f"example{number}/steps"] = samples.steps[seen].astype(np.float64)
        arrays[f"example{number}/loss"] = samples.loss[seen].astype(np.float32)
    heavy = heaviest(samples, step)
    return {
        "step": step,
        "batch_size": int(batch.batch_sizes[0]),
        "summary": heavy.text if heavy.is_few else "",
        "fingerprints": [f"{mark:016x}" if mark else "" for mark in worst.fingerprints.tolist()],
    }


def _add_inputs(
    run: RunData, mark: int, prefix: str, arrays: dict[str, np.ndarray]
) -> list[dict[str, Any]]:
    """Adds what is recorded of an example's inputs; returns what each of them is."""
    found = []
    for number, (name, item) in enumerate(run.recorded_inputs(mark).items()):
        if isinstance(item, str):
            found.append({"name": name, "text": item})
            continue
        for part, array in arrays_of(item).items():
            arrays[f"{prefix}input{number}/{part}"] = array
        found.append(meta_of(item))
    return found


def _extents(loss: np.ndarray, starts: np.ndarray) -> list[np.ndarray]:
    """Smallest, median and largest loss of each step; one that is not finite is not dropped."""
    if not len(starts):
        return [np.zeros(0, np.float32)] * len(EXTENT)
    with np.errstate(all="ignore"):
        median = [float(np.median(part)) for part in np.split(loss, starts[1:])]
        lowest, highest = np.minimum.reduceat(loss, starts), np.maximum.reduceat(loss, starts)
    return [part.astype(np.float32) for part in (lowest, np.asarray(median), highest)]
