"""`tb-keras-inspect mcp`: lets an assistant ask questions about runs."""

import argparse
import os

from tb_keras_inspect.catalog.extras import how_to_install
from tb_keras_inspect.cli.output import BAD_INPUT, print_error

HELP = "Answer an assistant's questions about runs (Model Context Protocol, over stdin and stdout)"
TOKEN = "TB_KERAS_INSPECT_TOKEN"  # environment variable: arguments are visible to other users


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument(
        "logdir", metavar="LOGDIR", help="directory with runs in or below it; nothing else is read"
    )
    parser.add_argument(
        "--control",
        action="store_true",
        help="also let the assistant steer running fits that use InspectCallback(control=True); the "
        f"token is ${TOKEN} or, if that is not set, the run's own (default: read only)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Serves until the client closes its end.

    Returns:
        0, or 2 if the package `mcp` is missing.
    """
    try:
        from tb_keras_inspect.mcp_server.server import create
    except ImportError as error:
        print_error("mcp", f"{error}: {how_to_install('mcp')}", as_json=False)
        return BAD_INPUT
    create(arguments.logdir, arguments.control, os.environ.get(TOKEN)).run()
    return 0
