"""`tb-keras-inspect diagnose`: prints what is wrong with runs."""

import argparse
import pathlib
from typing import Any

from tb_keras_inspect.catalog.problems import SEVERITIES
from tb_keras_inspect.cli.follow import Follower, line, say_what_is_awaited
from tb_keras_inspect.cli.output import (
    BAD_INPUT,
    add_json_option,
    add_logdir,
    print_error,
    print_json,
)
from tb_keras_inspect.diagnosis.engine import diagnose
from tb_keras_inspect.diagnosis.findings import Findings
from tb_keras_inspect.diagnosis.good_runs.profile import GoodRuns
from tb_keras_inspect.diagnosis.report import run_report, since_step
from tb_keras_inspect.diagnosis.reported import differences, heading
from tb_keras_inspect.diagnosis.rules import THRESHOLDS
from tb_keras_inspect.diagnosis.thresholds import Thresholds
from tb_keras_inspect.diagnosis.wording import printable, wrapped
from tb_keras_inspect.html.report import report_html
from tb_keras_inspect.store import RunData, StoreError
from tb_keras_inspect.store.loading import run_directory, runs_at

HELP = "Print what is wrong with a training run, where, since when, and what to try"
FOUND, INTERRUPTED = 1, 130  # exit statuses; 130 is what a shell reports after Ctrl-C


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options."""
    add_logdir(parser)
    add_json_option(parser)
    parser.add_argument(
        "--since",
        metavar="STEP",
        type=int,
        help="leave out what was over before this step",
    )
    parser.add_argument(
        "--follow",
        action="store_true",
        help="print findings as they come, one line each, until the fit ends or you press Ctrl-C; "
        "LOGDIR is one directory, which may appear later",
    )
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
        "--against",
        metavar="GOOD",
        nargs="+",
        default=[],
        help="good runs of the same script, at least three, better five: also say where a run leaves "
        "their range",
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
        0; 1 if there is a finding of the severity of `--fail-on` or worse; 2 for invalid input; 130
        if Ctrl-C has ended `--follow`.
    """
    if ("list", "") in arguments.threshold:
        _list_thresholds(arguments.json)
        return 0
    try:
        thresholds = dict(arguments.threshold)
        Thresholds(THRESHOLDS, thresholds)  # refuses invalid ones before any run is read
        if arguments.follow and arguments.against:
            raise ValueError("--against compares recorded runs; it does not go with --follow")
        good = GoodRuns(runs_at(*arguments.against).values()) if arguments.against else None
        if arguments.follow:
            runs, found = _follow(arguments, thresholds)
        else:
            runs = runs_at(*arguments.logdir)
            found = {name: diagnose(data, thresholds, good) for name, data in runs.items()}
        if arguments.html is not None:
            arguments.html.write_text(report_html(runs, found), encoding="utf-8")
    except (StoreError, ValueError, OSError) as error:
        if isinstance(error, BrokenPipeError):
            raise  # handled by `cli.main`
        print_error("diagnose", error, arguments.json)
        return BAD_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED
    if arguments.json and not arguments.follow:
        print_json(
            {"runs": [run_report(runs[name], found[name], arguments.since) for name in runs]}
        )
    elif not arguments.follow:
        _print_text(runs, found, arguments.since)
    current = [since_step(findings, arguments.since) for findings in found.values()]
    failed = arguments.fail_on and any(item.at_least(arguments.fail_on) for item in current)
    return FOUND if failed else 0


def _follow(
    arguments: argparse.Namespace, thresholds: dict[str, Any]
) -> tuple[dict[str, RunData], dict[str, Findings]]:
    if len(arguments.logdir) > 1:
        raise ValueError(f"--follow takes one directory. Received: {len(arguments.logdir)}")
    logdir = run_directory(*arguments.logdir)
    say_what_is_awaited(logdir)
    follower = Follower(logdir, thresholds)
    for event in follower.events():
        finding = event["finding"]
        if finding and arguments.since is not None and finding["last_step"] < arguments.since:
            continue
        if arguments.json:
            print_json(event, one_line=True)
        else:
            print(line(event), flush=True)
    return follower.runs, follower.found


def _print_text(runs: dict[str, RunData], found: dict[str, Findings], since: int | None) -> None:
    for name, findings in found.items():
        samples, first, last = runs[name].extent()
        where = f" (steps {first} to {last})" if samples else ""
        when = "" if since is None else f", findings since step {since}"
        print(f"{printable(name)}: {samples} sampled steps{where}{when}")
        print(since_step(findings, since))
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


def _list_thresholds(as_json: bool) -> None:
    if as_json:
        print_json({"thresholds": Thresholds(THRESHOLDS).to_list()})
        return
    for item in THRESHOLDS:
        print(f"{item.name} = {item.default:g} ({item.low:g} to {item.high:g}): {item.definition}")


def _threshold(text: str) -> tuple[str, str]:
    if text == "list":
        return "list", ""
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value
