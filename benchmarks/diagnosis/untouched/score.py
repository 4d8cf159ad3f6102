"""How well faults are named: `python -m benchmarks.diagnosis.untouched.score LOGDIR`.

Trains what is missing, then prints a line for each recipe: whether the first finding names the fault,
whether its first advice is the right one, and what the repaired twin is told. Healthy look-alikes
follow, with the alarms on them. With `--of fifth` only the recipes of modules with this word.
"""

import argparse
import pathlib

from benchmarks.diagnosis import train
from benchmarks.diagnosis.case import CASES
from benchmarks.diagnosis.untouched.recipe import RECIPES, Recipe
from tb_keras_inspect import diagnose, load_run


def main() -> None:
    """Trains, prints the lines and the totals."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("logdir", type=pathlib.Path)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--of", default="", help="part of a module's name, such as fifth")
    parser.add_argument("--verbose", action="store_true", help="print all findings")
    arguments = parser.parse_args()
    rows = []
    print(
        "| recipe | first finding | named first | advice | repaired twin |\n" + "| --- " * 5 + "|"
    )
    for number, (name, recipe) in enumerate(RECIPES.items()):
        if not chosen(name, arguments):
            continue
        found = []
        for label in (name, name + "_repaired"):
            every = train.SCHEDULES[number % len(train.SCHEDULES)]
            train.train(label, arguments.logdir / label, every)
            found.append(diagnose(load_run(arguments.logdir / label)))
            if arguments.verbose:
                print(f"\n### {label}: {recipe.fault}\n{found[-1]}")
        rows.append(judged(recipe, *found))
        print(line(recipe, *found, rows[-1]), flush=True)
    first, advice, named, silent = map(sum, zip(*rows, strict=True)) if rows else (0, 0, 0, 0)
    print(
        f"\n{len(rows)} recipes: named in the first finding {first}, first advice right {advice}, "
    )
    print(f"named at all {named}; twins silent {silent} of {len(rows)}")
    report_healthy(arguments)


def chosen(name: str, arguments) -> bool:
    """Whether the command line asks for this recipe or run."""
    if arguments.names:
        return name in arguments.names
    return arguments.of in CASES[name].build.__module__


def report_healthy(arguments) -> None:
    """Trains the healthy look-alikes and prints the alarms on them."""
    of_recipes = {label for name in RECIPES for label in (name, name + "_repaired")}
    for number, (name, case) in enumerate(CASES.items()):
        ours = ".untouched." in case.build.__module__ and name not in of_recipes
        if not ours or not chosen(name, arguments):
            continue
        train.train(name, arguments.logdir / name, train.SCHEDULES[number % len(train.SCHEDULES)])
        findings = diagnose(load_run(arguments.logdir / name))
        print(f"| `{name}` (healthy) | {', '.join(alarms(findings)) or 'silent'} |", flush=True)
        if arguments.verbose:
            print(findings)


def alarms(findings) -> list[str]:
    """The findings above "note"."""
    return [f"{f.problem}/{f.variant}" for f in findings.flat() if f.rank > 0]


def judged(recipe: Recipe, faulty, repaired) -> tuple[bool, bool, bool, bool]:
    """Returns whether the first finding names the fault, its first advice is right, any finding
    names it, and the twin is silent (notes are no alarm)."""
    first = bool(faulty) and names(recipe, faulty[0])
    advice = first and bool(faulty[0].advice) and advises(recipe, faulty[0].advice[0])
    named = any(names(recipe, finding) for finding in faulty.flat())
    return first, advice, named, not any(finding.rank > 0 for finding in repaired.flat())


def names(recipe: Recipe, finding) -> bool:
    """Whether this finding names the fault."""
    return bool({finding.problem, f"{finding.problem}/{finding.variant}"} & set(recipe.causes))


def advises(recipe: Recipe, advice) -> bool:
    """Whether this advice has one of the words."""
    text = f"{advice.text} {advice.code}".lower()
    return any(word in text for word in recipe.advice)


def line(recipe: Recipe, faulty, repaired, row: tuple[bool, ...]) -> str:
    """Returns the line of the table."""
    first = [f"{f.problem}/{f.variant} ({f.severity})" for f in faulty][:1] or ["silent"]
    said = ", ".join(alarms(repaired)) or "silent"
    marks = ["yes" if mark else "no" for mark in row[:2]]
    return f"| `{recipe.name}` | {first[0]} | {' | '.join(marks)} | {said} |"


if __name__ == "__main__":
    main()
