"""`tb-keras-inspect replay`: does the step of an incident again."""

import argparse
import importlib
import math
import os
import sys

from tb_keras_inspect.cli.output import BAD_INPUT, add_json_option, print_error, print_json
from tb_keras_inspect.diagnosis.wording import json_number, printable
from tb_keras_inspect.replay.incident import IncidentError, read

HELP = "Do the step of an incident again, and name the first operation that is not finite"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument(
        "incident", metavar="INCIDENT", help="its directory, such as logs/a/incidents/step_000340"
    )
    parser.add_argument(
        "--import",
        dest="modules",
        action="append",
        default=[],
        metavar="MODULE",
        help="a module that registers your own layers and losses with Keras; it is run",
    )
    add_json_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Prints what the step did.

    Returns:
        0 if it did the same again, 1 if not, 2 for invalid input.
    """
    try:
        incident = read(arguments.incident)
        os.environ["KERAS_BACKEND"] = str(incident.about["backend"])
        sys.path.insert(0, os.getcwd())
        for module in arguments.modules:
            importlib.import_module(module)
        from tb_keras_inspect.replay.replay import replay  # loads Keras, on that backend

        done = replay(incident)
    except (IncidentError, ImportError, OSError) as error:
        print_error("replay", printable(str(error)), arguments.json)
        return BAD_INPUT
    about = incident.about
    if arguments.json:
        print_json(
            {
                "incident": arguments.incident,
                "step": about.get("step"),
                "what": str(about.get("what")),
                "loss": json_number(done.loss),
                "recorded_loss": json_number(done.recorded),
                "raised": done.raised or None,
                "recorded_exception": incident.exception or None,
                "same": done.same,
                "first_not_finite": done.first or None,
                "versions_differ": list(done.versions_differ),
            }
        )
    else:
        print(printable(f"Step {about.get('step')}: {about.get('what')}"))
        then = incident.exception or f"loss {_text(done.recorded)}"
        now = done.raised or f"loss {_text(done.loss)}"
        print(printable(f"when trained: {then}; now: {now}"))
        print("The same." if done.same else "Not the same.")
        if done.first:
            print(printable(f"First that is not finite: {done.first}"))
        for line in done.versions_differ:
            print(printable(f"Another version: {line}"))
    return 0 if done.same else 1


def _text(value: float | None) -> str:
    return (
        "not known" if value is None else f"{value:.6g}" if math.isfinite(value) else "not finite"
    )
