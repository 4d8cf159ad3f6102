"""The list of runs, their summaries, and the model of one."""

import math
from typing import Any

import numpy as np

from tb_keras_inspect._version import __version__
from tb_keras_inspect.plugin.params import Params
from tb_keras_inspect.plugin.payload import Payload, as_container, as_json, etag_of
from tb_keras_inspect.store.logdir import Logdir
from tb_keras_inspect.store.run import RunData


def runs_impl(logdir: Logdir, samples_limit: int) -> Payload:
    """Lists the runs and what each recorded."""
    return as_json(
        {
            "version": __version__,
            "logdir": logdir.location(),
            "samples_limit": samples_limit,
            "runs": [_entry(run) for run in logdir.runs().values()],
        }
    )


def summaries_impl(logdir: Logdir) -> Payload:
    """The health, last numbers and settings of each run, and a small curve of its loss."""
    table = logdir.summary()
    lengths = [len(run.curve) for run in table]
    arrays: dict[str, np.ndarray] = {
        "curve_steps": np.concatenate([[], *(run.curve_steps for run in table)]).astype(np.float64),
        "curve": np.concatenate([[], *(run.curve for run in table)]).astype(np.float32),
        "curve_ends": np.cumsum(lengths, dtype=np.int64).astype(np.int32),
    }
    return as_container(table.to_dict(), arrays)


def model_impl(run: RunData, params: Params) -> Payload:
    """The model record."""
    content = dict(vars(run.model))  # `asdict` would copy, which takes seconds for 100,000 layers
    for name in ("layers", "variables", "sites", "omissions"):
        content[name] = [vars(item) for item in content[name]]
    content["fingerprint"] = f"{run.model.fingerprint:016x}"
    return as_json(content)


def _entry(run: RunData) -> dict[str, Any]:
    samples, first, last = run.extent()
    return {
        "name": run.name,
        "samples": samples,
        "first_step": first,
        "last_step": last,
        "wall_time": run.wall_time if math.isfinite(run.wall_time) else None,
        "kinds": sorted(run.kinds),
        "problems": run.problems,
        "etag": etag_of(run.stamp),
    }
