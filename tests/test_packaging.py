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
from scripts import shared

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


def test_setup_py_says_the_same():
    command = [sys.executable, "setup.py", "--name", "--version"]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert said.split()[-2:] == ["tb-keras-inspect", tb_keras_inspect.__version__]


SOURCES = ("tb_keras_inspect", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "docs")


def build(folder: pathlib.Path, umask: int = 0o022) -> dict[str, pathlib.Path]:
    """Builds from a copy of the sources, so that no stale build folder leaks into it.

    Args:
        folder: A new folder.
        umask: Of the copy and the build.

    Returns:
        Ending of each file ("whl", "gz") to its path.
    """
    for name in SOURCES:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "images")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored, copy_function=shutil.copy)
        else:
            shutil.copy(ROOT / name, folder / name)
    for path in folder.rglob("*"):
        path.chmod((0o777 if path.is_dir() else 0o666) & ~umask)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder / "dist", folder]
    environment = os.environ | {"SOURCE_DATE_EPOCH": "1700000000"}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, umask=umask
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return {path.suffix[1:]: path for path in (folder / "dist").iterdir()}


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> dict[str, pathlib.Path]:
    """A wheel and a source distribution."""
    return build(tmp_path_factory.mktemp("built"))


def test_the_citation_names_the_packages_version():
    text = (ROOT / "CITATION.cff").read_text()
    assert f"\nversion: {tb_keras_inspect.__version__}\n" in text


@pytest.fixture(scope="module")
def wheel(built) -> pathlib.Path:
    """The wheel."""
    return built["whl"]


@pytest.mark.slow
@pytest.mark.xdist_group("packaging")
def test_wheel_holds_the_tab_the_schema_the_demo_and_the_types(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    package = ROOT / "tb_keras_inspect"
    static = [path for path in (package / "static").rglob("*") if path.is_file()]
    assert package / "static" / "index.js" in static
    wanted = [*static, package / "records" / "inspect.proto", package / "py.typed"]
    wanted += [path for path in package.rglob("*.py")]
    assert names >= {path.relative_to(ROOT).as_posix() for path in wanted}
    assert not [name for name in names if name.startswith(("tests", "frontend", "demo/"))]


@pytest.mark.slow
@pytest.mark.xdist_group("packaging")
def test_a_second_build_elsewhere_and_later_gives_the_same_bytes(built, tmp_path):
    again = build(tmp_path, umask=0o077)
    assert set(again) == set(built) == {"whl", "gz"}
    for ending, path in built.items():
        assert again[ending].read_bytes() == path.read_bytes(), ending


@pytest.mark.slow
@pytest.mark.xdist_group("packaging")
def test_the_wheel_is_small_and_of_pure_python(wheel):
    assert wheel.stat().st_size <= 1_250_000
    assert wheel.name.endswith("-py3-none-any.whl")


@pytest.mark.slow
@pytest.mark.xdist_group("packaging")
def test_the_metadata_are_what_an_index_accepts(built):
    command = [sys.executable, "-m", "twine", "check", "--strict", *built.values()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def base_install(wheel, tmp_path_factory) -> pathlib.Path:
    """Python of a fresh virtual environment with the wheel and what it depends on, and no Node."""
    folder = tmp_path_factory.mktemp("base")
    pins = ROOT / "requirements-test.txt"
    for command in (
        shared.uv("venv", "--python", sys.executable, folder),
        shared.uv("pip", "install", "--python", folder, wheel, "-c", pins),
    ):
        environment = shared.uv_environment()
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return folder / "bin" / "python"


@pytest.mark.slow
@pytest.mark.xdist_group("packaging")
def test_base_install_loads_the_plugin_without_any_backend(base_install):
    imported = set(python_says(LOAD_PLUGIN, base_install, PATH=str(base_install.parent)))
    assert "tb_keras_inspect" in imported
    assert "keras" not in imported
    code = "import importlib.util as u, json; print(json.dumps([n for n in {} if u.find_spec(n)]))"
    assert python_says(code.format(sorted(BACKENDS)), base_install) == []


@pytest.mark.slow
@pytest.mark.xdist_group("packaging")
def test_base_install_reads_a_run_without_any_backend(base_install, tmp_path):
    code = f"""
import json
from tb_keras_inspect import load_run
from tb_keras_inspect.records.event_file_writer import EventFileWriter
EventFileWriter({str(tmp_path)!r}).close()
print(json.dumps(load_run({str(tmp_path)!r}).problems))
"""
    assert isinstance(python_says(code, base_install), list)


@pytest.mark.slow
@pytest.mark.xdist_group("packaging")
def test_demo_on_a_base_install_says_what_to_install(base_install):
    command = base_install.parent / "tb-keras-inspect"
    done = subprocess.run([command, "demo"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "pip install '.[demo]'" in done.stderr
    assert "Traceback" not in done.stderr
