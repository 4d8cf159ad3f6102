"""Which files a run becomes."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Iterator, Sequence

from tb_keras_inspect.export import csv_file, html_page, npz_file, parquet_file
from tb_keras_inspect.export.columns import blocks, checked_kinds
from tb_keras_inspect.store import RunData

FORMATS = ("csv", "parquet", "npz", "html")
LONG = {"csv": csv_file.write, "parquet": parquet_file.write}  # a file a kind


def export_run(
    run: RunData,
    folder: str | os.PathLike[str],
    format: str = "csv",
    kinds: Sequence[str] | None = None,
) -> Iterator[pathlib.Path]:
    """Writes a run's numbers into files; what is there is replaced.

    Args:
        run: From `load_run`.
        folder: Where the files go; made where it is missing. "csv" and "parquet": `<kind>.csv`, a
            row for each name at each step. "npz": `run.npz`. "html": `run.html`.
        format: One of `FORMATS`.
        kinds: Kinds of records, e.g. `["gradient", "epoch"]`. Defaults to None: all tables, units
            and histograms. "npz" also takes kinds of pictures, e.g. `["maps"]`.

    Yields:
        Each file's path once it is written.

    Raises:
        ValueError: for an unknown format.
        NotRecordedError: when the run lacks a kind.
        StoreError: for "parquet" without pyarrow.
        OSError: when a file cannot be written.

    Example:

    ```python
    from tb_keras_inspect import load_run
    from tb_keras_inspect.export import export_run

    for path in export_run(load_run("logs/a"), "numbers", "csv", ["gradient", "epoch"]):
        print(path)
    ```
    """
    if format not in FORMATS:
        raise ValueError(f"`format` must be one of {', '.join(FORMATS)}. Received: {format!r}")
    pictures = [kind for kind in kinds or () if format == "npz" and kind in npz_file.PICTURES]
    there = [kind for kind in pictures if run.map_names(kind) is not None]
    numeric = [kind for kind in kinds or () if kind not in there]
    wanted = checked_kinds(run, numeric) if numeric or not there else []
    if format == "parquet":
        parquet_file.pyarrow()  # before anything is made
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    return _write(run, folder, format, [*wanted, *there])


def _write(
    run: RunData, folder: pathlib.Path, format: str, kinds: Sequence[str]
) -> Iterator[pathlib.Path]:
    if format in LONG:
        for kind in kinds:
            path = folder / f"{kind}.{format}"
            LONG[format](path, blocks(run, kind))
            yield path
        return
    path = folder / f"run.{format}"
    if format == "npz":
        npz_file.write(path, run, kinds)
    else:
        path.write_text(html_page.page(run, kinds), encoding="utf-8")
    yield path
