"""A framework is imported in its own folder only, and each folder is a whole backend."""

import ast
import inspect
import pathlib

import keras
import pytest

import tb_keras_inspect
from tb_keras_inspect import frameworks
from tb_keras_inspect.frameworks.base import Backend
from tests.training.references import BACKEND

PACKAGE = pathlib.Path(tb_keras_inspect.__file__).parent
NAMES = sorted(path.parent.name for path in PACKAGE.glob("frameworks/*/__init__.py"))
MODULES = {"jax": {"jax", "jaxlib"}}  # of a framework, where not just its name


def imported(path):
    """Top-level names of what a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def test_each_backend_of_keras_that_trains_has_a_folder():
    assert {"tensorflow", "jax", "torch"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_only_its_own_folder_imports_a_framework(name):
    modules = MODULES.get(name, {name})
    found = {
        path.relative_to(PACKAGE).parts[:2]
        for path in PACKAGE.rglob("*.py")
        if modules & set(imported(path))
    }
    assert found == {("frameworks", name)}


def test_the_backend_in_use_is_chosen():
    backend = frameworks.current()
    assert isinstance(backend, Backend)
    assert backend.name == BACKEND == keras.backend.backend()
    assert not inspect.isabstract(type(backend))
    assert type(backend).__module__.startswith(f"tb_keras_inspect.frameworks.{BACKEND}.")


def test_a_backend_without_a_folder_is_refused_with_those_that_have_one(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "numpy")
    with pytest.raises(RuntimeError, match=r"jax.*tensorflow.*torch.*Received: 'numpy'"):
        frameworks.current()
