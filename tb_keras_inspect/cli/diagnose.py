"""`tb-keras-inspect diagnose`: prints what is wrong with runs."""

import argparse
import json
import pathlib
import sys

from tb_keras_inspect.catalog.problems import SEVERITIES
from tb_keras_inspect.diagnosis.engine import diagnose
from tb_keras_inspect.diagnosis.finding import Findings
from tb_keras_inspect.diagnosis.reported import differences, heading, reported_to_dict
from tb_keras_inspect.diagnosis.rules import THRESHOLDS
from tb_keras_inspect.diagnosis.thresholds import Thresholds
from tb_keras_inspect.diagnosis.wording import printable, wrapped
from tb_keras_inspect.html.report import report_html
from tb_keras_inspect.store import RunData, StoreError
from tb_keras_inspect.store.loading import runs_at

HELP = "Print what is wrong with a training run, where, since when, and what to try"
FOUND, BAD_INPUT = 1, 2  # exit statuses


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument("logdir", metavar="LOGDIR", help="directory of a run, or of several runs")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    parser.add_argument(
        "--html",
        metavar="FILE",
        type=pathlib.Path,
        help="also write a report with plots, as one self-contained file",
    )
    parser.add_argument(
        "--fail-on",
        choices=SEVERITIES,
        help="exit with status 1 if there is a finding of this severity or worse "
        "(default: exit with 0 whatever is found)",
    )
    parser.add_argument(
        "--threshold",
        metavar="NAME=VALUE",
        action="append",
        type=_threshold,
        default=[],
        help="change a threshold; may be repeated; `--threshold list` prints all thresholds",
    )


def run(arguments: argparse.Namespace) -> int:
    """Diagnoses the runs and prints the findings.

    Returns:
        0; 1 if there is a finding of the severity of `--fail-on` or worse; 2 for invalid input.
    """
    if ("list", "") in arguments.threshold:
        _list_thresholds()
        return 0
    try:
        thresholds = dict(arguments.threshold)
        Thresholds(THRESHOLDS, thresholds)  # refuses invalid ones before any run is read
        runs = runs_at(arguments.logdir)
        found = {name: diagnose(data, thresholds) for name, data in runs.items()}
        if arguments.html is not None:
            arguments.html.write_text(report_html(runs, found), encoding="utf-8")
    except (StoreError, ValueError, OSError) as error:
        print(f"tb-keras-inspect diagnose: {error}", file=sys.stderr)
        return BAD_INPUT
    _print_json(runs, found) if arguments.json else _print_text(runs, found)
    failed = arguments.fail_on and any(f.at_least(arguments.fail_on) for f in found.values())
    return FOUND if failed else 0


def _print_text(runs: dict[str, RunData], found: dict[str, Findings]) -> None:
    for name, findings in found.items():
        samples, first, last = runs[name].extent()
        where = f" (steps {first} to {last})" if samples else ""
        print(f"{printable(name)}: {_counted(findings)} in {samples} sampled steps{where}")
        for finding in findings:
            print(f"\n{finding}")
        _print_differences(runs[name], findings)
        for problem in runs[name].problems:
            print(f"\nCould not be read: {printable(problem)}")
        print()


def _print_differences(run: RunData, findings: Findings) -> None:
    different = differences(run, findings)
    if different:
        print(f"\n{printable(heading(run))}:")
    for item in different:
        print("\n".join(wrapped(f"- {printable(item.text)}", "  ", "    ")))


def _counted(findings: Findings) -> str:
    if not findings:
        return "no findings"
    parts = []
    for severity in reversed(SEVERITIES):
        count = sum(finding.severity == severity for finding in findings)
        if count:
            parts.append(f"{count} {severity}{'s' if count > 1 else ''}")
    return ", ".join(parts)


def _print_json(runs: dict[str, RunData], found: dict[str, Findings]) -> None:
    content = [
        {
            "run": name,
            "findings": [finding.to_dict() for finding in findings],
            "reported": reported_to_dict(runs[name], findings),
            "problems": runs[name].problems,
        }
        for name, findings in found.items()
    ]
    print(json.dumps({"runs": content}, indent=2, allow_nan=False))


def _list_thresholds() -> None:
    for item in THRESHOLDS:
        print(f"{item.name} = {item.default:g} ({item.low:g} to {item.high:g}): {item.definition}")


def _threshold(text: str) -> tuple[str, str]:
    if text == "list":
        return "list", ""
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value
