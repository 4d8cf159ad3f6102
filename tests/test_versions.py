"""The oldest versions that are tested are the oldest that are admitted."""

import importlib.util
import pathlib
import re
import sys

import pytest

ROOT = pathlib.Path(__file__).parent.parent


@pytest.fixture(scope="module")
def versions():
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        spec = importlib.util.spec_from_file_location("versions", ROOT / "scripts" / "versions.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules["versions"] = module  # its dataclass looks itself up there
        spec.loader.exec_module(module)
        yield module
    finally:
        sys.path.remove(str(ROOT / "scripts"))
        sys.modules.pop("versions", None)


def floors():
    """Package to lowest version, as pyproject.toml has them."""
    text = (ROOT / "pyproject.toml").read_text()
    return dict(re.findall(r'"([a-z0-9-]+)>=([0-9.]+)', text))


def is_same(one, other):
    """Whether 3.10 is 3.10.0."""
    return re.sub(r"(\.0)+$", "", one) == re.sub(r"(\.0)+$", "", other)


def test_each_floor_is_tested(versions):
    tested = {
        **versions.FLOOR,
        "tensorboard": versions.TENSORBOARD_FLOOR,
        "tensorflow": versions.TENSORFLOW_FLOOR,
    }
    admitted = floors()
    for name, version in tested.items():
        assert is_same(admitted[name], version), name
    text = (ROOT / "pyproject.toml").read_text()
    dependencies = re.search(r"^dependencies = \[(.*?)\]", text, re.DOTALL | re.MULTILINE)[1]
    base = set(re.findall(r'"([a-z0-9-]+)', dependencies))
    assert base <= set(tested), "a base dependency that is not tested with its oldest version"


def test_the_oldest_and_the_newest_python_are_those_of_the_package(versions):
    text = (ROOT / "pyproject.toml").read_text()
    pythons = re.findall(r"Python :: (3\.\d+)", text)
    assert versions.ENDS["oldest"].python == pythons[0]
    assert versions.ENDS["newest"].python == pythons[-1]


def test_the_core_covers_what_must_work_everywhere(versions):
    files = versions.core_files(("tests",))
    folders = {name.split("/")[1] for name in files}
    assert folders >= {"training", "records", "store", "plugin", "faults"}
