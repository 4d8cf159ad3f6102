"""Runs the tests with other tools, also those too heavy for `make test`.

    python -m scripts.integrations [ARGUMENTS OF PYTEST]

uv installs the tools into `build/versions/integrations`, beside everything in `requirements-test.txt`.
There a missing package is an error, so nothing is skipped.
"""

import subprocess
import sys

from scripts import shared, versions

NAME = "integrations"
HEAVY = ("mlflow-skinny==3.17.2", "ray[train]==2.60.0", "wandb==0.31.0")
ENVIRONMENT = versions.Environment(
    f"{sys.version_info.major}.{sys.version_info.minor}",
    ("-r", "requirements-test.txt", *HEAVY),
    ("tests/integrations",),
)


def main(arguments: list[str]) -> int:
    """Installs, tests, and returns pytest's status."""
    venv = versions.install(NAME, ENVIRONMENT, sys.executable)
    command = [shared.venv_program(venv, "python"), "-m", "pytest", "-q"]
    command += [*ENVIRONMENT.folders, *arguments]
    environment = shared.uv_environment() | {
        "ALL_INTEGRATIONS": "1",  # read by tests/integrations/small.py
        "PYTHONPYCACHEPREFIX": str(versions.FOLDER / "bytecode"),  # outlives the environment
        "RAY_TRAIN_WORKER_GROUP_START_TIMEOUT_S": "300",  # each worker imports TensorFlow
    }
    return subprocess.run(command, cwd=shared.ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
