"""The command line `tb-keras-inspect`. Each subcommand defines its own options and imports little."""

import argparse
import os
import sys
from collections.abc import Sequence

from tb_keras_inspect._version import __version__
from tb_keras_inspect.cli import demo, diagnose, export

PIPE_CLOSED = 141  # the status that a shell reports for a program ended by a closed pipe


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        arguments: The arguments without the program name. Defaults to those of the process.

    Returns:
        The exit status.
    """
    parsed = _parser().parse_args(arguments)
    try:
        status: int = parsed.run(parsed)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has closed the pipe, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tb-keras-inspect",
        description="See what happens inside a Keras model while it trains.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    demo_parser = commands.add_parser(
        "demo", help="train five models on handwritten digits and show them in TensorBoard"
    )
    demo.add_arguments(demo_parser)
    demo_parser.set_defaults(run=demo.run)
    diagnose_parser = commands.add_parser(
        "diagnose",
        help="tell what is wrong with a training run, where, since which step, and what to try",
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
