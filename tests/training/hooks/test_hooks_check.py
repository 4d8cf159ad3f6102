"""What is checked when training begins is all that the package reads of Keras's private parts."""

import ast
import pathlib
import re

import pytest

import tb_keras_inspect
from tb_keras_inspect.training.hooks import hooks_check

pytestmark = pytest.mark.any_backend
PACKAGE = pathlib.Path(tb_keras_inspect.__file__).parent
FOLDERS = ("training", "frameworks")
FILES = [PACKAGE / "callback.py", *(f for x in FOLDERS for f in PACKAGE.glob(f"{x}/**/*.py"))]
OTHERS = {"_getframe", "_current_frames", "_get_default_store"}  # of Python, of PyTorch
OTHERS |= {"_available"}  # of a module that Keras loads late: without it TensorFlow is loaded
SET_DURING_FIT = {"_jax_state"}


def private_names() -> set[str]:
    """Names with an underscore that are read from what the package did not make itself."""
    own, read = set(), set()
    for node in (node for file in FILES for node in ast.walk(ast.parse(file.read_text()))):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                own.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                own.add(name)
            case ast.Attribute(attr=name, value=ast.Name(id="self"), ctx=ast.Store()):
                own.add(name)
            case ast.Attribute(attr=name) if re.match("_[a-z]", name):
                read.add(name)
    return read - own


def test_every_private_part_of_keras_that_is_used_is_looked_for_first():
    checks = pathlib.Path(hooks_check.__file__).read_text()
    checks += "".join(file.read_text() for file in PACKAGE.glob("frameworks/*/backend.py"))
    looked_for = set(re.findall(r"[\"`.](_[a-z]\w+)", checks))
    assert {"_flatten_layers", "_clip_gradients", "_loss_ids"} <= private_names()  # it finds them
    assert private_names() - OTHERS - SET_DURING_FIT <= looked_for
