"""`compare_live`: the same training twice, in processes of their own, and what differs."""

import json
import os
import pathlib
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from typing import Any

from tb_keras_inspect.differences import RunDiff, diff
from tb_keras_inspect.lockstep import arrays, own_code
from tb_keras_inspect.lockstep.sides import COMPILED, Side

LINES = 15  # of what a side printed last, in an error


class SideError(RuntimeError):
    """One of the two could not be trained; the text ends with what it printed last."""


def compare_live(
    make_model: Callable[..., Any] | str,
    data: Any,
    a: Mapping[str, Any] | None = None,
    b: Mapping[str, Any] | None = None,
    *,
    batch_size: int = 32,
    epochs: int = 1,
    seed: int = 0,
    log_dir: str | os.PathLike[str] | None = None,
    timeout: float = 600.0,
) -> RunDiff:
    """Trains the same model twice, one side after the other, and says where the two first part.

    Each side is trained in a process of its own, on the same initial weights and the same batches in
    the same order; every step is recorded with checksums. So two backends, two ways to compile, two
    precisions or two environments with other versions of Keras can be compared.

    Args:
        make_model: Returns a compiled model. A function at the top of a file, or text that names one:
            "train.py:make_model". The file is run in both processes.
        data: (x, y), (x, y, sample_weight) or x, of arrays or dicts of arrays; or a function as above
            that returns them.
        a, b: What is special about each side: `backend`; `python`, the path of the interpreter of
            another environment, which must have tb-keras-inspect, too; `environment`, more environment
            variables; `arguments` of `make_model`; `dtype_policy`; `jit_compile`; `run_eagerly`. Both
            default to the environment of this process.
        batch_size, epochs: As in `model.fit`. Examples are not shuffled.
        seed: For `keras.utils.set_random_seed`, before each model is made.
        log_dir: Keeps both runs, in its folders `a` and `b`. Defaults to a folder that is deleted.
        timeout: Seconds after which a side is ended.

    Returns:
        The difference, as `tb_keras_inspect.diff` returns it.

    Raises:
        TypeError, ValueError: if an argument is not accepted.
        SideError: if a side could not be trained.
        FileExistsError: if `log_dir` holds runs already.

    Example:

    ```python
    from tb_keras_inspect import compare_live

    found = compare_live(
        "train.py:make_model", "train.py:data", a={"run_eagerly": True}, b={"run_eagerly": False}
    )
    print(found)
    ```
    """
    sides = {"a": Side.of("a", a), "b": Side.of("b", b)}
    about = {
        "make_model": own_code.reference(make_model, "make_model"),
        "batch_size": _positive("batch_size", batch_size),
        "epochs": _positive("epochs", epochs),
        "seed": seed,
    }
    with tempfile.TemporaryDirectory() as folder:
        logs = pathlib.Path(folder if log_dir is None else log_dir)
        for name in sides:
            if (logs / name).exists():
                raise FileExistsError(f"{logs / name} exists already; choose another log_dir")
        about["data"] = _data(data, pathlib.Path(folder, "data.npz"))
        about["weights"] = str(pathlib.Path(folder, "weights.npz"))
        for name, side in sides.items():
            about["log_dir"] = str((logs / name).absolute())
            _train(name, side, about, pathlib.Path(folder, f"{name}.json"), timeout)
        return diff(logs / "a", logs / "b")


def _data(data: Any, path: pathlib.Path) -> dict[str, Any]:
    if callable(data) or isinstance(data, str):
        return {"function": own_code.reference(data, "data")}
    return {"function": "", "file": str(path), "structure": arrays.save(path, data)}


def _positive(name: str, value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} must be a whole number of at least 1. Received: {value!r}")
    return value


def _train(
    name: str, side: Side, about: Mapping[str, Any], path: pathlib.Path, timeout: float
) -> None:
    compiled = {key: getattr(side, key) for key in COMPILED if getattr(side, key) is not None}
    own = {"arguments": dict(side.arguments), "dtype_policy": side.dtype_policy}
    path.write_text(json.dumps({**about, **own, "compiled": compiled}), encoding="utf-8")
    command = [side.python, "-m", "tb_keras_inspect.lockstep.side", str(path)]
    try:
        done = subprocess.run(
            command,
            env=side.process_environment(),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SideError(
            f"Side {name} was ended because it took more than {timeout:g} s (timeout)"
        ) from None
    if done.returncode == 0:
        return
    said = "\n".join((done.stderr or done.stdout).strip().splitlines()[-LINES:])
    advice = ""
    if "No module named" in said and "tb_keras_inspect" in said.rpartition("No module named")[2]:
        advice = f" Install it there: {side.python} -m pip install tb-keras-inspect."
    raise SideError(f"Side {name} ended with status {done.returncode}.{advice}\n{said}")
