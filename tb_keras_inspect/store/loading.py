"""Loads runs from their event files."""

import glob
import itertools
import os
from collections.abc import Iterable, Mapping

from tb_keras_inspect.files.file_layer import MARK, file_layer
from tb_keras_inspect.files.locations import below, is_remote
from tb_keras_inspect.store.cache import MemoryCache
from tb_keras_inspect.store.errors import StoreError, listing
from tb_keras_inspect.store.logdir import Logdir
from tb_keras_inspect.store.run import RunData
from tb_keras_inspect.store.sources.event_files import FileSource
from tb_keras_inspect.store.sources.file_logdir import FileLogdir
from tb_keras_inspect.store.summary.run_table import RunTable

MOST_ABOVE = 2  # directories above one without records in which a run is looked for


def load_run(path: str | os.PathLike[str]) -> RunData:
    """Reads the event files of one run.

    Args:
        path: The directory with the event files of one run, or one of these files: a local path, or a
            URL that fsspec or TensorFlow can open.

    Returns:
        The run, named after the directory. Data is decoded when you first ask for it; call
        `refresh` to see what a running fit has appended since.

    Raises:
        StoreError: if the directory cannot be read, holds no event file, or is one of Keras's own
            inside a run.

    Example:

    ```python
    from tb_keras_inspect import load_run

    run = load_run("logs/a")
    run.table("gradient").select("l2")  # float32[S, N]
    ```
    """
    path = run_directory(os.fspath(path))
    source = FileSource(path)
    if not source.paths:
        runs = file_layer(path).run_directories(path)
        hint = f" Runs below it: {listing(runs)}." if runs else ""
        raise StoreError(f"Expected a directory with event files in it. Received: {path!r}.{hint}")
    run = RunData(_name(path), source)
    if not run.kinds:
        _refuse_part_of_run(path)  # else a fit that has recorded nothing yet
    return run


class Runs(dict[str, RunData]):
    """The runs in and below a directory, by their path relative to it, sorted by name.

    Args:
        logdir: A local path or a URL.

    Raises:
        StoreError: if the directory cannot be read.
    """

    def __init__(self, logdir: str):
        super().__init__()
        self._logdir = Logdir(FileLogdir(logdir), MemoryCache(), fresh_seconds=0)
        self.refresh()

    def refresh(self) -> None:
        """Finds new runs and new records; deleted runs are dropped."""
        runs = self._logdir.runs()
        self.clear()
        self.update(runs)

    def summary(self) -> RunTable:
        """The health, last numbers and settings of each run. Only a few records are decoded.

        Example:

        ```python
        from tb_keras_inspect import load_runs

        table = load_runs("logs").summary()
        print(table.sorted_by("loss"))
        table.to_pandas()
        ```
        """
        return RunTable(run.summary() for run in self.values())


def load_runs(logdir: str | os.PathLike[str]) -> Runs:
    """Reads all runs in and below a directory that `InspectCallback` recorded.

    Args:
        logdir: A local path or a URL, as for `load_run`.

    Returns:
        The runs by their path relative to `logdir` ("." for `logdir` itself), as TensorBoard names
        them, sorted by name: a dict whose `summary()` is a table of all of them.

    Raises:
        StoreError: if the directory cannot be read.

    Example:

    ```python
    from tb_keras_inspect import load_runs

    runs = load_runs("logs")
    print(runs.summary())  # health, loss, learning rate, ... of each
    for name, run in runs.items():
        print(name, run.extent())
    ```
    """
    return Runs(os.fspath(logdir))


def runs_at(*paths: str | os.PathLike[str]) -> dict[str, RunData]:
    """The runs that a command line names.

    Args:
        *paths: Each the directory of a run, a directory with runs below it, an event file of a run,
            or a pattern such as "logs/fold_*".

    Returns:
        One run by the name of its directory; several by their paths below the directory that was
        given, or below the one that all of them are in.

    Raises:
        StoreError: if there is none, or no such path.
    """
    places = list(dict.fromkeys(place for path in paths for place in _places(os.fspath(path))))
    found = {place: load_runs(place) for place in places}
    if not any(found.values()):
        for place in places:
            _refuse_part_of_run(place)
        raise StoreError(f"No records of InspectCallback in or below {listing(places)}")
    if len(places) > 1:
        return _named(
            {
                place if name == "." else below(place, name): run
                for place, runs in found.items()
                for name, run in runs.items()
            }
        )
    (runs,) = found.values()
    if set(runs) == {"."}:
        run = load_run(places[0])
        return {run.name: run}
    return runs


def _named(runs: Mapping[str, RunData]) -> dict[str, RunData]:
    """Runs by their paths below the directory that all of them are in."""
    full = {path if is_remote(path) else os.path.abspath(path): run for path, run in runs.items()}
    parts = {tuple(path.replace(os.sep, "/").split("/")): run for path, run in full.items()}
    same = itertools.takewhile(lambda names: len(set(names)) == 1, zip(*parts, strict=False))
    common = len(list(same)) - (len(parts) == 1)
    for path, run in parts.items():
        run.name = "/".join(path[common:]) or "."
    return {run.name: run for run in parts.values()}


def _places(path: str) -> Iterable[str]:
    """The directories that a path or a pattern names."""
    if is_remote(path) or os.path.exists(path):
        return [run_directory(path)]
    matches = sorted(glob.glob(path))
    if not matches:
        what = "Nothing matches" if glob.has_magic(path) else "No such directory:"
        raise StoreError(f"{what} {path!r}")
    places = [
        run_directory(match) for match in matches if os.path.isdir(match) or _is_events(match)
    ]
    if not places:
        raise StoreError(f"Expected directories of runs. Received: files only, by {path!r}")
    return places


def run_directory(path: str) -> str:
    """The directory itself, or the one that an event file is in.

    Raises:
        StoreError: for any other file.
    """
    if _is_events(path) and (is_remote(path) or os.path.isfile(path)):
        return path.rsplit("/", 1)[0] if is_remote(path) else os.path.dirname(path) or "."
    if os.path.isfile(path):
        raise StoreError(
            f"Expected the directory of a run, or an event file. Received: the file {path!r}"
        )
    return path.rstrip("/\\") or path


def _is_events(path: str) -> bool:
    return MARK in os.path.basename(path)


def _name(path: str) -> str:
    path = path if is_remote(path) else os.path.abspath(path)
    return os.path.basename(path.rstrip("/\\")) or path


def _refuse_part_of_run(path: str) -> None:
    """Raises if a directory without records is one that Keras, or steering, made inside a run."""
    above = path if is_remote(path) else os.path.abspath(path)
    for _ in range(MOST_ABOVE):
        above = os.path.dirname(above)
        if not file_layer(above).event_files(above):
            continue
        if FileSource(above).stamps():
            shown = above if is_remote(path) else os.path.relpath(above)
            raise StoreError(
                f"No records of InspectCallback in {path!r}. It is a part of the run {shown!r}: give "
                "that directory instead"
            )
