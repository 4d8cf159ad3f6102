"""Sets up `.venv` and `frontend/node_modules`: `python -m scripts.install demo|test|frontend`.

Does nothing if this was already done with the same requirements.
"""

import argparse
import shutil
import subprocess
import sys

from scripts import shared

REQUIREMENTS = shared.ROOT / "requirements-test.txt"
DOCS_REQUIREMENTS = shared.ROOT / "docs" / "requirements.txt"
PYPROJECT = shared.ROOT / "pyproject.toml"
PINNED_PYTHON = (3, 11)  # the oldest one that the exact versions support
NODE = (20, 19)


def install_demo() -> None:
    """Installs the package as a user would, with what the demo needs."""
    _install(
        "demo",
        "the package, TensorBoard, Keras, scikit-learn and TensorFlow (the lighter CPU build where "
        "there is one: the demo needs no GPU)",
        # Exact versions if available, so that the demo behaves as documented.
        ["-e", ".[demo-cpu]", *(["-c", REQUIREMENTS] if sys.version_info >= PINNED_PYTHON else [])],
    )


def install_test() -> None:
    """Installs everything that the tests need."""
    if sys.version_info < PINNED_PYTHON:
        raise shared.fail(
            f"the tests need Python 3.11 to 3.13, this is {sys.version.split()[0]}; "
            "choose one with: make PYTHON=/path/to/python ..."
        )
    _install(
        "test",
        "the package, TensorFlow, JAX, PyTorch, pytest, Playwright's client, Sphinx, mypy and ruff",
        ["-e", ".", "-r", REQUIREMENTS, "-r", DOCS_REQUIREMENTS],
    )


def install_frontend() -> None:
    """Installs the packages in the frontend's lock file."""
    _check_node()
    modules = shared.FRONTEND / "node_modules"
    stamp = shared.Stamp(modules / ".installed", [shared.FRONTEND / "package-lock.json"])
    if stamp.is_fresh():
        return
    shared.say("Installing the frontend's packages (npm ci)")
    shared.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=shared.FRONTEND)
    stamp.write()


def _install(kind: str, what: str, arguments: list) -> None:
    _ensure_venv()
    python = f"{sys.version} {sys.executable}"
    stamp = shared.Stamp(
        shared.VENV / f".installed-{kind}", [PYPROJECT, REQUIREMENTS, DOCS_REQUIREMENTS, python]
    )
    if stamp.is_fresh():
        return
    shared.say(f"Installing into .venv: {what}. This takes minutes the first time")
    # pip, not uv: pip's configuration may say where to get the PyTorch wheel.
    pip = [shared.venv_program(shared.VENV, "python"), "-m", "pip", "--disable-pip-version-check"]
    shared.run([*pip, "install", "--quiet", *arguments], cwd=shared.ROOT)
    stamp.write()


def _ensure_venv() -> None:
    program = shared.venv_program(shared.VENV, "python")
    if program.exists():
        command = [program, "-m", "pip", "--version"]
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            return
    shared.say("Creating .venv")
    # Debian's own Python needs python3-venv for this, and says so.
    shared.run([sys.executable, "-m", "venv", "--clear", shared.VENV])


def _check_node() -> None:
    npm, node = shutil.which("npm"), shutil.which("node")
    needed = f"Node {'.'.join(map(str, NODE))} or newer with npm is needed for the frontend"
    if not (npm and node):
        raise shared.fail(f"{needed}; neither the package nor the demo needs it")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if tuple(int(part) for part in version.strip("v\n").split(".")[:2]) < NODE:
        raise shared.fail(f"{needed}, this is {version.strip()}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("demo", "test", "frontend"), nargs="+")
    steps = {"demo": install_demo, "test": install_test, "frontend": install_frontend}
    for name in parser.parse_args().kind:
        steps[name]()
