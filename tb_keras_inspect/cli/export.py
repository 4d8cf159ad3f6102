"""The command `export`: its options, its output, its exit status."""

from __future__ import annotations

import argparse
import pathlib
import sys

from tb_keras_inspect.export.writing import FORMATS, export_run
from tb_keras_inspect.store import StoreError
from tb_keras_inspect.store.loading import runs_at

HELP = "Write the numbers of runs as CSV, Parquet, npz or an HTML page"
BAD_INPUT = 2  # exit status


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `export` to `parser`."""
    parser.add_argument(
        "logdir", metavar="LOGDIR", help="directory of a run, or one with runs below it"
    )
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="csv",
        help="format of the files (default: %(default)s)",
    )
    parser.add_argument(
        "--output",
        metavar="FOLDER",
        type=pathlib.Path,
        default=pathlib.Path("export"),
        help="where to write the files, one folder per run; existing files are replaced "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--kinds",
        type=lambda text: text.split(","),
        metavar="KIND[,KIND...]",
        help="which kinds, e.g. gradient,activation,epoch (default: all tables, units and "
        "histograms; npz also accepts pictures, e.g. maps)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Exports the runs and prints the files written.

    Returns:
        0, or 2 for invalid input.
    """
    try:
        for name, data in runs_at(arguments.logdir).items():
            folder = arguments.output / name
            for path in export_run(data, folder, arguments.format, arguments.kinds):
                print(path, flush=True)
            for problem in data.problems:
                print(f"tb-keras-inspect export: not read: {problem!r}", file=sys.stderr)
    except BrokenPipeError:
        raise  # handled by `cli.main`
    except (StoreError, ValueError, OSError) as error:
        print(f"tb-keras-inspect export: {error}", file=sys.stderr)
        return BAD_INPUT
    return 0
