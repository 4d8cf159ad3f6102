"""The command `tb-keras-inspect`. Each subcommand brings its own options and is imported light."""

import argparse
import os
import sys
from collections.abc import Sequence

from tb_keras_inspect._version import __version__
from tb_keras_inspect.cli import demo, diagnose, export

PIPE_CLOSED = 141  # what a shell reports of a program that a closed pipe ended


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        arguments: Without the program's name; the process's own where None.

    Returns:
        The exit status.
    """
    parsed = _parser().parse_args(arguments)
    try:
        status: int = parsed.run(parsed)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read it has gone, such as `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tb-keras-inspect", description="See inside a training.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    demo_parser = commands.add_parser(
        "demo", help="train five runs on handwritten digits and show them in TensorBoard"
    )
    demo.add_arguments(demo_parser)
    demo_parser.set_defaults(run=demo.run)
    diagnose_parser = commands.add_parser(
        "diagnose", help="say what is wrong with a training, where, since when, and what to do"
    )
    diagnose.add_arguments(diagnose_parser)
    diagnose_parser.set_defaults(run=diagnose.run)
    export_parser = commands.add_parser(
        "export", help="write the numbers of runs as CSV, Parquet, npz or an HTML page"
    )
    export.add_arguments(export_parser)
    export_parser.set_defaults(run=export.run)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
