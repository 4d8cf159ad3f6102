"""Runs the tests with models of KerasHub, on each backend, and the how-to that uses it.

    python -m scripts.kerashub [--backends torch jax] [ARGUMENTS OF PYTEST]

uv installs KerasHub into `build/versions/kerashub`, beside everything in `requirements-test.txt`. It
leaves out tensorflow-text, which only KerasHub's preprocessors need and which brings a TensorFlow.
"""

import argparse
import subprocess
import sys

from scripts import run_tests, shared, versions

NAME = "kerashub"
ENVIRONMENT = versions.Environment(
    f"{sys.version_info.major}.{sys.version_info.minor}",
    ("-r", "requirements-test.txt", "keras-hub==0.32.0"),
    ("tests/kerashub",),
    without=("tensorflow-text",),
    backends=run_tests.BACKENDS,
)


def main(arguments: list[str]) -> int:
    """Installs, tests each backend, and returns the worst of pytest's statuses."""
    parser = argparse.ArgumentParser(prog="scripts.kerashub", description=__doc__)
    parser.add_argument("--backends", nargs="+", choices=run_tests.BACKENDS)
    options, rest = parser.parse_known_args(arguments)
    venv = versions.install(NAME, ENVIRONMENT, sys.executable)
    command = [shared.venv_program(venv, "python"), "-m", "pytest", "-q", *run_tests.IN_PARALLEL]
    statuses = []
    for backend in options.backends or ENVIRONMENT.backends:
        environment = shared.uv_environment() | {
            "KERAS_BACKEND": backend,
            "NEEDS_KERASHUB": "1",  # read by tests/kerashub: there nothing is skipped
            "PYTHONPATH": str(shared.ROOT),
            "PYTHONPYCACHEPREFIX": str(versions.FOLDER / "bytecode"),  # outlives the environment
        }
        shared.say(f"{NAME}: {backend}")
        run = [*command, *ENVIRONMENT.folders, *rest]
        done = subprocess.run(run, cwd=shared.ROOT, env=environment, check=False)
        statuses.append(done.returncode)
    return max(statuses)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
