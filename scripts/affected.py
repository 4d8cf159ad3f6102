"""Runs what a change of one folder can break: `python -m scripts.affected FOLDER`.

FOLDER is one of the package, such as `store` or `training/step`, or `frontend`. Runs the tests of that
folder and of all modules that import it, directly or through others, as the import graph says, nearest
first, after the linters and the type checker, in about a minute. The last line says how many tests did
not fit; `--all` runs them too. Slow tests and those in a browser are left to `make test`.

The exit status is 0 if all tests ran and passed, 1 if something failed, and 2 if all that ran passed
but some tests did not fit.
"""

import argparse
import ast
import collections
import dataclasses
import functools
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

import grimp

from scripts import run_tests, shared

PACKAGE, TESTS = "tb_keras_inspect", "tests"
PASSED_IN_PART = 2  # exit status
NOT_RUN = "over_budget"  # as tests/conftest.py names it in the report
SECONDS = 40  # of tests; the checks before take some ten once their caches are filled


@dataclasses.dataclass(frozen=True)
class Import:
    """`import module`, or `from module import name`."""

    module: str
    name: str | None = None


def imports_in(path: pathlib.Path) -> set[Import]:
    """All imports of a file, also those inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {Import(alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {Import(node.module, alias.name) for alias in node.names}
    return found


def path_of(module: str) -> pathlib.Path | None:
    """The file of a module or package of this repository."""
    path = shared.ROOT.joinpath(*module.split("."))
    candidates = (path.with_suffix(".py"), path / "__init__.py")
    return next(filter(pathlib.Path.exists, candidates), None)


@functools.cache
def modules_of(found: Import) -> frozenset[str]:
    """The modules that an import reaches, through the packages that only pass the name on."""
    if not found.module.startswith((PACKAGE, TESTS)):
        return frozenset()
    if found.name and path_of(f"{found.module}.{found.name}"):
        return frozenset({f"{found.module}.{found.name}"})
    path = path_of(found.module)
    if found.name and path and path.name == "__init__.py":
        for inner in imports_in(path):
            if inner.name == found.name and inner.module != found.module:
                return modules_of(inner) | {found.module}
    return frozenset({found.module})


@functools.cache
def imported_by(path: pathlib.Path) -> frozenset[str]:
    """The modules of the package that a test file imports, also through the tests' helpers."""
    found: set[str] = set()
    for module in frozenset().union(*map(modules_of, imports_in(path))):
        helper = path_of(module) if module.startswith(f"{TESTS}.") else None
        found |= imported_by(helper) if helper else {module}
    return frozenset(found)


def affected_modules(folder: str) -> dict[str, int]:
    """The modules of a folder, and those that import them; each with how many imports away it is."""
    graph = grimp.build_graph(PACKAGE, cache_dir=str(shared.BUILD / "grimp"))
    name = ".".join([PACKAGE, *folder.strip("/").split("/")])
    if name not in graph.modules:
        raise shared.fail(f"{name} is no module of the package")
    own = {name, *graph.find_descendants(name)}
    distances = dict.fromkeys(own, 0)
    nearest = own
    while nearest:
        importers = set().union(*map(graph.find_modules_that_directly_import, nearest))
        nearest = importers - distances.keys() - {PACKAGE}
        distances |= dict.fromkeys(nearest, max(distances.values()) + 1)
    return distances


def test_files(folder: str) -> list[str]:
    """The test files to run: first those of the folder, last those of its most distant importers."""
    distances = affected_modules(folder)
    mirror = shared.ROOT / TESTS / folder
    ranked = collections.defaultdict(list)
    for path in sorted((shared.ROOT / TESTS).rglob("test_*.py")):
        imported = imported_by(path) & distances.keys()
        if mirror in path.parents:
            ranked[-1].append(path)
        elif imported:
            ranked[min(distances[module] for module in imported)].append(path)
    return [str(path.relative_to(shared.ROOT)) for rank in sorted(ranked) for path in ranked[rank]]


def count_not_run(report: pathlib.Path) -> int:
    """The number of tests in a JUnit report that did not fit into the budget."""
    return len(ElementTree.parse(report).findall(f".//property[@name='{NOT_RUN}']"))


def not_run_line(number: int, folder: str) -> str:
    """What is said about tests that did not fit into the budget."""
    return (
        f"NOT RUN: {number} tests did not fit into {SECONDS} seconds. "
        f"All of them: make affected FOLDER={folder} ARGS=--all"
    )


def final_status(status: int, not_run: int) -> int:
    """The exit status: what was not run has not passed."""
    return status or (PASSED_IN_PART if not_run else 0)


def main() -> int:
    """Runs the checks and tests of a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", help="such as store, training/step or frontend")
    parser.add_argument("--list", action="store_true", help="only print the test files")
    parser.add_argument("--all", action="store_true", help="run all of them, however long it takes")
    options = parser.parse_args()
    if options.folder == "frontend":
        return run_tests.run_all(run_tests.frontend_checks())
    files = test_files(options.folder)
    if options.list:
        print("\n".join(files))
        return 0
    title = f"{len(files)} test files import {options.folder} or what imports it"
    budget = () if options.all else (f"--budget={SECONDS}",)
    arguments = (*run_tests.IN_PARALLEL, "-m", run_tests.QUICK, *budget, *files)
    tests = run_tests.Tests(run_tests.FIRST, arguments, title=title)
    status = run_tests.run_all([*run_tests.python_checks(), tests])
    number = count_not_run(tests.report) if tests.report.exists() else 0
    if number:
        shared.say(not_run_line(number, options.folder))
    return final_status(status, number)


if __name__ == "__main__":
    sys.exit(main())
