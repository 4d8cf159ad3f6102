"""The package as pip installs it: what the wheel holds, and what a base install does."""

import importlib.metadata
import json
import os
import pathlib
import shutil
import subprocess
import sys
import zipfile

import pytest

import tb_keras_inspect

ROOT = pathlib.Path(tb_keras_inspect.__file__).resolve().parent.parent
BACKENDS = {"tensorflow", "jax", "torch"}


def python_says(code: str, python: str = sys.executable, **environment: str):
    """Runs code in a fresh interpreter and decodes the JSON that it prints last."""
    done = subprocess.run(
        [python, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environment,
        cwd="/",
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


LOAD_PLUGIN = """
import argparse, importlib.metadata, json, sys
from tensorboard.plugins import base_plugin
(entry,) = [e for e in importlib.metadata.entry_points(group="tensorboard_plugins")
            if e.name == "keras_inspect"]
loader = entry.load()()
parser = argparse.ArgumentParser()
loader.define_flags(parser)
context = base_plugin.TBContext(flags=parser.parse_args([]), logdir="", data_provider=None)
assert "/index.js" in loader.load(context).get_plugin_apps()
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""


def test_loading_the_plugin_imports_neither_keras_nor_a_backend():
    imported = set(python_says(LOAD_PLUGIN))
    assert "tb_keras_inspect" in imported
    assert not imported & (BACKENDS | {"keras"})


def test_importing_the_package_imports_next_to_nothing():
    code = "import json, sys, tb_keras_inspect; print(json.dumps(sorted(sys.modules)))"
    assert not set(python_says(code)) & (BACKENDS | {"keras", "numpy", "tensorboard"})


def test_version_of_the_metadata_is_the_packages():
    assert importlib.metadata.version("tb-keras-inspect") == tb_keras_inspect.__version__


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> pathlib.Path:
    """A wheel built from a copy of the sources, so that no stale build folder leaks into it."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(
        ROOT / "tb_keras_inspect",
        folder / "source" / "tb_keras_inspect",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / "source")
    pip(sys.executable, "wheel", "--no-deps", "-w", folder, folder / "source")
    (path,) = folder.glob("*.whl")
    return path


def pip(python: str | os.PathLike, *arguments) -> None:
    command = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_wheel_holds_the_tab_the_schema_the_demo_and_the_types(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    package = ROOT / "tb_keras_inspect"
    static = [path for path in (package / "static").rglob("*") if path.is_file()]
    assert package / "static" / "index.js" in static
    wanted = [*static, package / "records" / "inspect.proto", package / "py.typed"]
    wanted += [path for path in package.rglob("*.py")]
    assert names >= {path.relative_to(ROOT).as_posix() for path in wanted}
    assert not [name for name in names if name.startswith(("tests", "frontend", "demo/"))]


@pytest.fixture(scope="module")
def base_install(wheel, tmp_path_factory) -> pathlib.Path:
    """Python of a fresh virtual environment with the wheel and what it depends on, and no Node."""
    folder = tmp_path_factory.mktemp("base")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    pip(python, "install", wheel, "-c", ROOT / "requirements-test.txt")
    return python


@pytest.mark.slow
def test_base_install_loads_the_plugin_without_any_backend(base_install):
    imported = set(python_says(LOAD_PLUGIN, base_install, PATH=str(base_install.parent)))
    assert "tb_keras_inspect" in imported
    assert "keras" not in imported
    code = "import importlib.util as u, json; print(json.dumps([n for n in {} if u.find_spec(n)]))"
    assert python_says(code.format(sorted(BACKENDS)), base_install) == []


@pytest.mark.slow
def test_base_install_reads_a_run_without_any_backend(base_install, tmp_path):
    code = f"""
import json
from tb_keras_inspect import load_run
from tb_keras_inspect.records.event_file import EventFileWriter
EventFileWriter({str(tmp_path)!r}).close()
print(json.dumps(load_run({str(tmp_path)!r}).problems))
"""
    assert isinstance(python_says(code, base_install), list)


@pytest.mark.slow
def test_demo_on_a_base_install_says_what_to_install(base_install):
    command = base_install.parent / "tb-keras-inspect"
    done = subprocess.run([command, "demo"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "pip install 'tb-keras-inspect[demo]'" in done.stderr
    assert "Traceback" not in done.stderr
