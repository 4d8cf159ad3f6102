"""Writes a run in one of the formats."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Iterator, Sequence

from tb_keras_inspect.export import csv_file, html_page, npz_file, parquet_file
from tb_keras_inspect.export.columns import blocks, checked_kinds
from tb_keras_inspect.store import RunData

FORMATS = ("csv", "parquet", "npz", "html")
LONG = {"csv": csv_file.write, "parquet": parquet_file.write}  # one file per kind


def export_run(
    run: RunData,
    folder: str | os.PathLike[str],
    format: str = "csv",
    kinds: Sequence[str] | None = None,
) -> Iterator[pathlib.Path]:
    """Writes the numbers of a run to files. Existing files are overwritten.

    Args:
        run: From `load_run`.
        folder: Where to write the files; it is created if missing. "csv" and "parquet" write
            `<kind>.csv` (or `.parquet`), one row per name and step; "npz" writes `run.npz`; "html"
            writes `run.html`.
        format: One of `FORMATS`.
        kinds: Kinds to export, e.g. `["gradient", "epoch"]`. Defaults to None: all tables, units
            and histograms. "npz" also accepts kinds of pictures, e.g. `["maps"]`.

    Yields:
        The path of each file once it is written.

    Raises:
        ValueError: if the format is unknown.
        NotRecordedError: if a kind was not recorded.
        StoreError: if "parquet" is requested and pyarrow is not installed.
        OSError: if a file cannot be written.

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
        parquet_file.pyarrow()  # before anything is created
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
