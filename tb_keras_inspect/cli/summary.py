"""`tb-keras-inspect summary`: a run on one screen."""

import argparse

from tb_keras_inspect.cli.output import (
    BAD_INPUT,
    add_json_option,
    add_logdir,
    print_error,
    print_json,
)
from tb_keras_inspect.diagnosis.overview import overview, overview_text
from tb_keras_inspect.store import StoreError
from tb_keras_inspect.store.loading import runs_at

HELP = "Print a run on one screen: verdict, loss, metrics, rate, optimizer, ranges, duration"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options."""
    add_logdir(parser)
    add_json_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Prints the runs.

    Returns:
        0, or 2 for invalid input.
    """
    try:
        found = [overview(run) for run in runs_at(*arguments.logdir).values()]
    except (StoreError, ValueError, OSError) as error:
        print_error("summary", error, arguments.json)
        return BAD_INPUT
    if arguments.json:
        print_json({"runs": found})
    else:
        print("\n\n".join(overview_text(item) for item in found))
    return 0
