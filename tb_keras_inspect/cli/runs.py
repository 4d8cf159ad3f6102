"""`tb-keras-inspect runs`: lists the runs below a directory with their health."""

import argparse

from tb_keras_inspect.cli.output import (
    BAD_INPUT,
    add_json_option,
    add_logdir,
    print_error,
    print_json,
)
from tb_keras_inspect.store import StoreError
from tb_keras_inspect.store.loading import runs_at
from tb_keras_inspect.store.summary.run_table import RunTable
from tb_keras_inspect.store.summary.table_text import number, plain, shortened

HELP = "List the runs below a directory: health, last loss and metric, settings that differ"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options."""
    add_logdir(parser)
    add_json_option(parser)
    parser.add_argument(
        "--sort",
        metavar="COLUMN",
        default="health",
        help="sort by health, name, loss, learning_rate, seconds, epochs, updated, a name in Keras's "
        "logs (val_loss, ...) or a setting; a minus in front puts the largest first (--sort=-accuracy) "
        "(default: health, the worst first)",
    )
    parser.add_argument(
        "--search",
        metavar="TEXT",
        default="",
        help="only runs with each of these words in their name, health or settings",
    )
    parser.add_argument(
        "--group", metavar="COLUMN", help="group by a setting, such as optimizer, or another column"
    )


def run(arguments: argparse.Namespace) -> int:
    """Prints the table.

    Returns:
        0, or 2 for invalid input.
    """
    try:
        table = RunTable(run.summary() for run in runs_at(*arguments.logdir).values())
        column = arguments.sort.removeprefix("-")
        table = table.sorted_by(column, descending=column != arguments.sort)
        table = table.matching(arguments.search)
        text = _text(table, arguments.group)
    except (StoreError, ValueError) as error:
        print_error("runs", error, arguments.json)
        return BAD_INPUT
    if arguments.json:
        print_json(table.to_dict())
    else:
        print(text)
    return 0


def _text(table: RunTable, column: str | None) -> str:
    if column is None:
        return str(table)
    parts = []
    for value, group in table.grouped_by(column).items():
        count = "1 run" if len(group) == 1 else f"{len(group)} runs"
        title = shortened(f"{column} = {'not recorded' if value is None else number(value)}", 60)
        parts.append(f"{title}: {count}\n{plain(group, table.metric, table.differing)}")
    return "\n\n".join(parts) or str(table)
