"""The list of runs, and the model of one."""

import math
from typing import Any

from tb_keras_inspect._version import __version__
from tb_keras_inspect.plugin.params import Params
from tb_keras_inspect.plugin.payload import Payload, as_json, etag_of
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
