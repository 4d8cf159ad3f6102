"""What subcommands share: which runs they are about, answers for programs, errors."""

import argparse
import json
import sys
from collections.abc import Mapping
from typing import Any

from tb_keras_inspect.catalog.json_schema import JSON_SCHEMA

BAD_INPUT = 2  # exit status


def add_logdir(parser: argparse.ArgumentParser) -> None:
    """Adds the paths of runs, for `store.loading.runs_at`."""
    parser.add_argument(
        "logdir",
        metavar="LOGDIR",
        nargs="+",
        help="directory of a run or of several runs, an event file, or a pattern such as 'logs/*'",
    )


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """Adds `--json`, which every subcommand with an answer has."""
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")


def print_json(content: Mapping[str, Any], one_line: bool = False) -> None:
    """Prints an object with the version of the schema, at once.

    Args:
        content: What JSON can hold; no NaN.
        one_line: Whether it is one of several, each on a line of its own.
    """
    indent = None if one_line else 2
    text = json.dumps({"schema": JSON_SCHEMA, **content}, indent=indent, allow_nan=False)
    print(text, flush=True)


def print_error(command: str, error: object, as_json: bool) -> None:
    """Prints an error on standard error and, for programs, as JSON on standard output."""
    print(f"tb-keras-inspect {command}: {error}", file=sys.stderr)
    if as_json:
        print_json({"error": str(error)}, one_line=True)
