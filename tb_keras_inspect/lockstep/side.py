"""`python -m tb_keras_inspect.lockstep.side FILE`: one of the two trainings of `compare_live`.

FILE is JSON: what `compare_live` has written for this side. Runs in the interpreter and with the
packages of that side.
"""

import json
import pathlib
import sys
from typing import Any

import numpy as np

from tb_keras_inspect.lockstep import arrays, own_code


def train(about: dict[str, Any]) -> None:
    """Trains as the file says, and records every step with checksums."""
    import keras

    from tb_keras_inspect.callback import InspectCallback

    if about["dtype_policy"] is not None:
        keras.config.set_dtype_policy(about["dtype_policy"])
    data = about["data"]
    if data["function"]:
        made = own_code.load(data["function"])()
    else:
        made = arrays.load(data["file"], data["structure"])
    x, y, weights = (*made, None, None)[:3] if isinstance(made, tuple) else (made, None, None)
    keras.utils.set_random_seed(about["seed"])
    model = own_code.load(about["make_model"])(**about["arguments"])
    if not isinstance(model, keras.Model) or not model.compiled:
        raise ValueError(f"make_model must return a compiled keras.Model. Received: {model!r}")
    for name, value in about["compiled"].items():
        setattr(model, name, value)
    if not model.built:
        model(_first(x))
    _same_weights(model, pathlib.Path(about["weights"]))
    inspect = InspectCallback(
        about["log_dir"],
        every=1,
        maps_every=0,
        console=None,
        control=False,
        record={"checksums": True, "histograms": False, "units": False},
    )
    options = {"batch_size": about["batch_size"], "epochs": about["epochs"], "shuffle": False}
    model.fit(x, y, sample_weight=weights, verbose=0, callbacks=[inspect], **options)


def _first(x: Any) -> Any:
    """The first example of nested arrays."""
    if isinstance(x, dict):
        return {key: _first(value) for key, value in x.items()}
    if isinstance(x, (list, tuple)):
        return type(x)(_first(value) for value in x)
    return np.asarray(x)[:1]


def _same_weights(model: Any, path: pathlib.Path) -> None:
    """Keeps the initial weights for the other side, or takes those that it has kept.

    Where the models have other weights, each keeps its own: the comparison then says so.
    """
    if not path.exists():
        values = [np.asarray(value) for value in model.get_weights()]
        # NumPy's files do not hold bfloat16; float32 holds all its values.
        np.savez(path, *(x.astype("float32") if x.dtype.kind == "V" else x for x in values))
        return
    with np.load(path) as file:
        values = [file[f"arr_{number}"] for number in range(len(file.files))]
    if [x.shape for x in values] == [tuple(weight.shape) for weight in model.weights]:
        model.set_weights(values)


if __name__ == "__main__":
    train(json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")))
