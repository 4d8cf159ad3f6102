"""`tb-keras-inspect diff`: what differs between two runs, and where they first part."""

import argparse
import pathlib

from markupsafe import Markup

from tb_keras_inspect.cli.output import BAD_INPUT, add_json_option, print_error, print_json
from tb_keras_inspect.differences import RunDiff, diff
from tb_keras_inspect.differences.result import ROUNDING, SUBSTANCE, UNKNOWN
from tb_keras_inspect.store import StoreError

HELP = "Print what differs between two runs, and where they first part"
FOUND = 1  # exit status
_PAGE = Markup(
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>{}</title>'
    '<body style="font-family:sans-serif;max-width:60em;margin:2em auto">{}</body></html>\n'
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument("a", metavar="A", help="directory of a run, or one of its event files")
    parser.add_argument("b", metavar="B", help="the same of the other run")
    add_report_options(parser)


def add_report_options(parser: argparse.ArgumentParser) -> None:
    """Adds what `report` reads."""
    add_json_option(parser)
    parser.add_argument(
        "--html", metavar="FILE", type=pathlib.Path, help="also write it as an HTML page"
    )
    parser.add_argument(
        "--fail-on",
        choices=(ROUNDING, SUBSTANCE),
        help="exit with status 1 if the runs differ by this or more, and with 2 if nothing can be "
        "compared (default: exit with 0 whatever is found)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Compares the runs and prints the result.

    Returns:
        0; 1 if the runs differ as `--fail-on` says; 2 for invalid input, or nothing to compare.
    """
    try:
        return report(diff(arguments.a, arguments.b), arguments)
    except (StoreError, ValueError, OSError) as error:
        print_error("diff", error, arguments.json)
        return BAD_INPUT


def report(found: RunDiff, arguments: argparse.Namespace) -> int:
    """Prints what differs, as text or JSON, and writes the page that was asked for.

    Returns:
        The exit status that `--fail-on` asks for.
    """
    if arguments.html is not None:
        title = f"{found.a} / {found.b}"
        page = _PAGE.format(title, Markup(found._repr_html_()))
        arguments.html.write_text(page, encoding="utf-8")
    if arguments.json:
        print_json(found.to_dict())
    else:
        print(found)
    return _status(found, arguments.fail_on)


def _status(found: RunDiff, fail_on: str | None) -> int:
    if fail_on is None:
        return 0
    if found.outcome == UNKNOWN:
        return BAD_INPUT
    return FOUND if found.outcome in (SUBSTANCE, fail_on) else 0
