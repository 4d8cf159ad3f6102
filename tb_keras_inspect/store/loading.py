"""Runs from their event files."""

import os

from tb_keras_inspect.files.file_layer import file_layer
from tb_keras_inspect.store.errors import StoreError, listing
from tb_keras_inspect.store.run import RunData
from tb_keras_inspect.store.sources.event_files import FileSource


def load_run(path: str | os.PathLike[str]) -> RunData:
    """Reads the event files of one run.

    Args:
        path: A directory that holds one run's event files: a local one, or a URL that fsspec or
            TensorFlow's file layer opens.

    Returns:
        The run, named after the directory. Nothing is decoded before it is asked for; `refresh`
        reads what a training has appended since.

    Raises:
        StoreError: when the directory cannot be read or holds no event file.

    Example:

    ```python
    from tb_keras_inspect import load_run

    run = load_run("logs/a")
    run.table("gradient").select("l2")  # float32[S, N]
    ```
    """
    path = os.fspath(path)
    source = FileSource(path)
    if not source.paths:
        below = file_layer(path).run_directories(path)
        hint = f" Runs below it: {listing(below)}." if below else ""
        raise StoreError(f"Expected a directory with event files in it. Received: {path!r}.{hint}")
    return RunData(os.path.basename(path.rstrip("/\\")) or path, source)


def load_runs(logdir: str | os.PathLike[str]) -> dict[str, RunData]:
    """Reads all runs below a directory that hold our records, as TensorBoard names them.

    Args:
        logdir: As for `load_run`.

    Returns:
        Path relative to `logdir` ("." for itself) to run, in the order of the names.

    Raises:
        StoreError: when the directory cannot be read.

    Example:

    ```python
    from tb_keras_inspect import load_runs

    for name, run in load_runs("logs").items():
        print(name, run.extent())
    ```
    """
    logdir = os.fspath(logdir)
    runs = {}
    for name in file_layer(logdir).run_directories(logdir):
        path = logdir if name == "." else f"{logdir.rstrip('/')}/{name}"
        run = RunData(name, FileSource(path))
        if run.kinds:
            runs[name] = run
    return runs


def runs_at(logdir: str | os.PathLike[str]) -> dict[str, RunData]:
    """The run in a directory, named after it, or else those below it.

    Raises:
        StoreError: when there is none.
    """
    logdir = os.fspath(logdir)
    if not os.path.isdir(logdir) and "://" not in logdir:
        raise StoreError(f"No such directory: {logdir!r}")
    runs = load_runs(logdir)
    if set(runs) == {"."}:
        run = load_run(logdir)
        return {run.name: run}
    if not runs:
        raise StoreError(f"No records of InspectCallback in or below {logdir!r}")
    return runs
