"""The command `tb-keras-inspect`. A subcommand is a module with `HELP`, `add_arguments` and `run`.

Nothing here imports Keras before a subcommand needs it. Nothing in the package imports this folder.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Protocol

from tb_keras_inspect._version import __version__
from tb_keras_inspect.cli import (
    compare_live,
    demo,
    diagnose,
    diff,
    export,
    mcp,
    replay,
    runs,
    samples,
    summary,
)

PIPE_CLOSED = 141  # what a shell reports for a program that a closed pipe ended


class Subcommand(Protocol):
    """What a subcommand's module has."""

    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Adds the options."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Does what the options say, and returns the exit status."""


SUBCOMMANDS: dict[str, Subcommand] = {
    "compare-live": compare_live,
    "demo": demo,
    "diagnose": diagnose,
    "diff": diff,
    "export": export,
    "mcp": mcp,
    "replay": replay,
    "runs": runs,
    "samples": samples,
    "summary": summary,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        arguments: Arguments after the program's name. Defaults to those of the process.

    Returns:
        The exit status.
    """
    parsed = _parser().parse_args(arguments)
    try:
        status: int = parsed.run(parsed)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has gone, such as `head`
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
    for name, module in SUBCOMMANDS.items():
        subparser = commands.add_parser(name, help=module.HELP, description=f"{module.HELP}.")
        module.add_arguments(subparser)
        subparser.set_defaults(run=module.run)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
