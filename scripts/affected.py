"""Runs what a change of one folder can break: `python -m scripts.affected FOLDER`.

FOLDER is one of the package, such as `store` or `training/step`, or `frontend`. Runs the tests of that
folder and of the modules that import it, as the import graph says, nearest first, after the linters and
the type checker, in about a minute: what does not fit is listed as skipped. Slow tests and those in a
browser are left to `make test`.
"""

import argparse
import ast
import collections
import dataclasses
import functools
import pathlib
import sys

import grimp

from scripts import run_tests, shared

PACKAGE, TESTS = "tb_keras_inspect", "tests"
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


def affected_modules(folder: str) -> tuple[set[str], set[str]]:
    """The modules of a folder, and those that import one of them directly."""
    graph = grimp.build_graph(PACKAGE, cache_dir=str(shared.BUILD / "grimp"))
    name = ".".join([PACKAGE, *folder.strip("/").split("/")])
    if name not in graph.modules:
        raise shared.fail(f"{name} is no module of the package")
    own = {name, *graph.find_descendants(name)}
    importers = set().union(*map(graph.find_modules_that_directly_import, own))
    return own, importers - own - {PACKAGE}


def test_files(folder: str) -> list[str]:
    """The test files to run: first those of the folder, last those of the modules that import it."""
    own, importers = affected_modules(folder)
    mirror = shared.ROOT / TESTS / folder
    ranked = collections.defaultdict(list)
    for path in sorted((shared.ROOT / TESTS).rglob("test_*.py")):
        modules = imported_by(path)
        if mirror in path.parents:
            ranked[0].append(path)
        elif modules & own:
            ranked[1].append(path)
        elif modules & importers:
            ranked[2].append(path)
    return [str(path.relative_to(shared.ROOT)) for rank in sorted(ranked) for path in ranked[rank]]


def main() -> int:
    """Runs the checks and tests of a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", help="such as store, training/step or frontend")
    parser.add_argument("--list", action="store_true", help="only print the test files")
    options = parser.parse_args()
    if options.folder == "frontend":
        return run_tests.run_all(run_tests.frontend_checks())
    files = test_files(options.folder)
    if options.list:
        print("\n".join(files))
        return 0
    title = f"{len(files)} test files import {options.folder} or what imports it"
    arguments = (*run_tests.IN_PARALLEL, "-m", run_tests.QUICK, f"--budget={SECONDS}", *files)
    tests = run_tests.Tests("tensorflow", arguments, title=title)
    return run_tests.run_all([*run_tests.python_checks(), tests])


if __name__ == "__main__":
    sys.exit(main())
