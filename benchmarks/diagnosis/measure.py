"""Diagnoses the runs of the benchmark: `python -m benchmarks.diagnosis.measure LOGDIR`.

Prints a confusion table, recall, precision, and the mistakes of each rule. A problem counts as found
if a finding of severity "warning" or "error" reports it, grouped or not. A problem that is neither
expected nor allowed for its run counts as a false alarm. Most labels are older than the two rules that
describe an outcome, a constant output and no learning: as consequences of an expected root these are no
false alarms.
"""

import argparse
import pathlib
import sys
from collections import Counter

from benchmarks.diagnosis import train
from benchmarks.diagnosis.case import CASES, Case
from tb_keras_inspect import diagnose, load_run
from tb_keras_inspect.diagnosis import PROBLEMS

OUTCOMES = ("constant_output", "does_not_learn")


def main() -> int:
    """Prints the report. Returns 1 if a run is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("logdir", type=pathlib.Path)
    parser.add_argument("--verbose", action="store_true", help="print all findings")
    arguments = parser.parse_args()
    assert train.MODULES  # importing it registers the cases
    found, missing = {}, []
    for name in CASES:
        if not (arguments.logdir / name / "done").exists():
            missing.append(name)
            continue
        found[name] = diagnose(load_run(arguments.logdir / name))
        if arguments.verbose:
            print(f"\n### {name} (expected: {', '.join(CASES[name].expected) or 'healthy'})")
            print(found[name])
    report("Tuned on", {n: f for n, f in found.items() if not CASES[n].held_out})
    again = {n for n, case in CASES.items() if case.build.__module__.endswith("held_out_again")}
    untouched = {n for n, case in CASES.items() if ".untouched." in case.build.__module__}
    held_out = {n for n, case in CASES.items() if case.held_out} - again - untouched
    report("Held out", {n: f for n, f in found.items() if n in held_out})
    report("Held out again", {n: f for n, f in found.items() if n in again})
    report("Untouched", {n: f for n, f in found.items() if n in untouched})
    if missing:
        print(f"not trained: {', '.join(missing)}", file=sys.stderr)
    return 1 if missing else 0


def problems_of(findings) -> set[str]:
    """The problems found above "note"."""
    return {finding.problem for finding in findings.flat() if finding.rank > 0}


def false_of(findings, case: Case) -> set[str]:
    """The problems found above "note" that are neither expected nor allowed."""
    roots = [finding for finding in findings if finding.problem in case.expected]
    below = {item.problem for root in roots for item in root.related}
    outcomes = below.intersection(OUTCOMES) - top_of(findings)
    return problems_of(findings) - case.expected - case.allowed - outcomes


def top_of(findings) -> set[str]:
    """The problems found above "note" that are the root of their group."""
    return {finding.problem for finding in findings if finding.rank > 0}


def report(title: str, found: dict) -> None:
    """Prints the figures of one set of cases."""
    if not found:
        return
    cases = [CASES[name] for name in found]
    healthy = [case for case in cases if not case.expected]
    print(f"\n## {title}: {len(cases)} training runs, {len(healthy)} of them healthy\n")
    print(f"{'problem':22s} {'cases':>5s} {'found':>5s} {'missed':>6s} {'false':>5s}  at the root")
    totals = Counter()
    for problem in PROBLEMS:
        row = _counts(problem, cases, found)
        totals.update(row)
        if not row["cases"] + row["false"]:
            continue
        print(
            f"{problem:22s} {row['cases']:5d} {row['found']:5d} {row['missed']:6d} "
            f"{row['false']:5d}  {row['root']} of {row['found']}"
        )
    recall = totals["found"] / max(totals["cases"], 1)
    precision = totals["found"] / max(totals["found"] + totals["false"], 1)
    silent = sum(not problems_of(found[case.name]) for case in healthy)
    print(f"\nrecall {recall:.2f}, precision {precision:.2f}, ", end="")
    print(f"at the root of their group {totals['root']} of {totals['found']}, ", end="")
    print(f"healthy and silent {silent} of {len(healthy)}")
    for case in cases:
        _mistakes(case, found[case.name])


def _counts(problem: str, cases: list[Case], found: dict) -> Counter:
    row = Counter(cases=0, found=0, missed=0, false=0, root=0)
    for case in cases:
        said = problem in problems_of(found[case.name])
        if problem in case.expected:
            row["cases"] += 1
            row["found" if said else "missed"] += 1
            row["root"] += problem in top_of(found[case.name])
        row["false"] += problem in false_of(found[case.name], case)
    return row


def _mistakes(case: Case, findings) -> None:
    said = problems_of(findings)
    missed, false = case.expected - said, false_of(findings, case)
    if missed or false:
        print(f"- {case.name} ({case.architecture}):", end="")
        print(f" missed {', '.join(sorted(missed))}" if missed else "", end="")
        print(f" false {', '.join(sorted(false))}" if false else "")


if __name__ == "__main__":
    sys.exit(main())
