"""The command `export`: its options, its output, its exit status."""

from __future__ import annotations

import argparse
import pathlib
import sys

from tb_keras_inspect.cli.output import (
    BAD_INPUT,
    add_json_option,
    add_logdir,
    print_error,
    print_json,
)
from tb_keras_inspect.export.writing import FORMATS, export_run
from tb_keras_inspect.store import StoreError
from tb_keras_inspect.store.loading import runs_at

HELP = "Write the numbers of runs as CSV, Parquet, npz or an HTML page"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `export` to `parser`."""
    add_logdir(parser)
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
    add_json_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exports the runs and prints the files written.

    Returns:
        0, or 2 for invalid input.
    """
    content = []
    try:
        for name, data in runs_at(*arguments.logdir).items():
            folder = arguments.output / name
            files = []
            for path in export_run(data, folder, arguments.format, arguments.kinds):
                files.append(str(path))
                if not arguments.json:
                    print(path, flush=True)
            for problem in data.problems:
                print(f"tb-keras-inspect export: not read: {problem!r}", file=sys.stderr)
            content.append({"run": name, "files": files, "problems": data.problems})
    except BrokenPipeError:
        raise  # handled by `cli.main`
    except (StoreError, ValueError, OSError) as error:
        print_error("export", error, arguments.json)
        return BAD_INPUT
    if arguments.json:
        print_json({"runs": content})
    return 0
