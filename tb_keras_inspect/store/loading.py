"""Loads runs from their event files."""

import os

from tb_keras_inspect.files.file_layer import file_layer
from tb_keras_inspect.store.errors import StoreError, listing
from tb_keras_inspect.store.run import RunData
from tb_keras_inspect.store.sources.event_files import FileSource


def load_run(path: str | os.PathLike[str]) -> RunData:
    """Reads the event files of one run.

    Args:
        path: The directory with the event files of one run: a local path, or a URL that fsspec or
            TensorFlow can open.

    Returns:
        The run, named after the directory. Data is decoded when you first ask for it; call
        `refresh` to see what a running fit has appended since.

    Raises:
        StoreError: if the directory cannot be read or holds no event file.

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
    """Reads all runs in and below a directory that `InspectCallback` recorded.

    Args:
        logdir: A local path or a URL, as for `load_run`.

    Returns:
        The runs by their path relative to `logdir` ("." for `logdir` itself), as TensorBoard names
        them, sorted by name.

    Raises:
        StoreError: if the directory cannot be read.

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
    """The run in a directory, named after the directory, or else the runs below it.

    Raises:
        StoreError: if there is none.
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
