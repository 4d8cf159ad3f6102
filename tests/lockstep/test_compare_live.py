"""Two trainings in processes of their own: the same where nothing differs, and named where it does."""

import json
import os
import pathlib
import subprocess
import sys
import sysconfig

import keras
import pytest

from tb_keras_inspect import compare_live, load_run
from tb_keras_inspect.cli import main
from tb_keras_inspect.lockstep import SideError, arrays, own_code
from tests.lockstep import recipe

FILE = str(pathlib.Path(recipe.__file__))
BACKEND = keras.backend.backend()
OTHER = "torch" if BACKEND == "jax" else "jax"
EAGER = {"run_eagerly": True}  # starts sooner


@pytest.fixture(scope="module")
def other_python(tmp_path_factory):
    """The interpreter of another virtual environment, which reads the packages of this one."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    (own,) = folder.glob("lib/python*/site-packages")
    (own / "packages.pth").write_text(sysconfig.get_paths()["purelib"])
    return str(python)


@pytest.mark.slow
def test_two_environments_with_the_same_packages_compute_the_same(other_python, tmp_path):
    b = EAGER | {"python": other_python}
    found = compare_live(
        recipe.make_model,
        recipe.data(),
        EAGER,
        b,
        batch_size=4,
        epochs=2,
        log_dir=tmp_path / "logs",
    )
    print(found)
    assert (found.outcome, found.settings, found.exact) == ("same", (), True)
    assert found.steps == 6
    assert load_run(tmp_path / "logs" / "b").model.versions


@pytest.mark.thorough
@pytest.mark.slow
def test_an_argument_that_differs_is_named_and_the_command_says_so(capsys, tmp_path):
    options = ["--a", "run_eagerly=true", "--b", "run_eagerly=true", "--b", "arguments.epsilon=0.1"]
    page = tmp_path / "page.html"
    files = ["--batch-size", "4", "--json", "--html", str(page), "--fail-on", "substance"]
    names = [f"{FILE}:make_model", f"{FILE}:data"]
    assert main(["compare-live", *names, *options, *files]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert (answer["parting"]["step"], answer["parting"]["phase"]) == (0, "weight_after")
    assert [item["name"] for item in answer["parting"]["causes"]] == ["optimizer.epsilon"]
    assert page.exists()


@pytest.mark.thorough
@pytest.mark.slow
def test_two_backends_have_the_same_weights_and_batches():
    found = compare_live(recipe.make_model, recipe.data, EAGER, {"backend": OTHER}, batch_size=4)
    print(found)
    assert "backend" in {item.name.split()[-1] for item in found.settings}
    assert found.outcome in ("same", "rounding")  # four numbers may be added up in the same order
    if found.parting is not None:
        assert found.parting.phase.value not in ("input", "target", "weight")


@pytest.mark.slow
def test_what_a_side_said_last_is_in_the_error():
    with pytest.raises(SideError, match=r"(?s)Side a ended with status 1.*no units"):
        compare_live(recipe.make_model, recipe.data, {"arguments": {"size": 0}})


def test_an_environment_without_this_package_is_told_how_to_get_it(tmp_path):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho \"No module named 'tb_keras_inspect'\" >&2\nexit 1\n")
    python.chmod(0o755)
    with pytest.raises(SideError, match="pip install tb-keras-inspect"):
        compare_live(recipe.make_model, recipe.data, {"python": str(python)})


def test_a_side_that_takes_too_long_is_ended(tmp_path):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexec sleep 60\n")
    python.chmod(0o755)
    with pytest.raises(SideError, match="timeout"):
        compare_live(recipe.make_model, recipe.data, {"python": str(python)}, timeout=0.1)


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        (
            {"a": {"bakend": "jax"}},
            ValueError,
            "unknown option 'bakend'. Accepted: backend, python",
        ),
        ({"a": {"backend": "theano"}}, ValueError, "jax, tensorflow, torch. Received: 'theano'"),
        ({"b": {"python": "nowhere"}}, ValueError, "path of a Python interpreter"),
        ({"b": {"jit_compile": "yes"}}, ValueError, "True or False. Received: 'yes'"),
        ({"b": {"arguments": 3}}, ValueError, "a dict whose keys are names. Received: 3"),
        ({"b": "jax"}, TypeError, "b must be a dict of options. Received: 'jax'"),
        ({"make_model": lambda: None}, ValueError, "at the top of a file"),
        ({"make_model": "train.py"}, ValueError, "a function of a file"),
        ({"make_model": 3}, TypeError, "make_model must be a function or text"),
        ({"data": (3,)}, ValueError, "data must be arrays"),
        ({"data": [object()]}, ValueError, "data must be arrays"),
        ({"batch_size": 0}, ValueError, "batch_size must be a whole number of at least 1"),
    ],
)
def test_bad_input_is_told_what_is_accepted(changed, error, message):
    given = {"make_model": recipe.make_model, "data": recipe.data} | changed
    with pytest.raises(error, match=message):
        compare_live(given.pop("make_model"), given.pop("data"), **given)


def test_runs_that_are_there_are_not_overwritten(tmp_path):
    os.makedirs(tmp_path / "b")
    with pytest.raises(FileExistsError, match="choose another log_dir"):
        compare_live(recipe.make_model, recipe.data, log_dir=tmp_path)


def test_the_command_refuses_what_is_no_option(capsys):
    assert main(["compare-live", f"{FILE}:make_model", f"{FILE}:data", "--a", "jax"]) == 2
    assert "--a must be OPTION=VALUE. Received: 'jax'" in capsys.readouterr().err


def test_nested_arrays_come_back_as_they_were(tmp_path):
    x, y = recipe.data()
    data = ({"left": x, "right": [x, y]}, y, None)
    structure = json.loads(json.dumps(arrays.save(tmp_path / "data.npz", data)))
    back = arrays.load(tmp_path / "data.npz", structure)
    assert keras.tree.map_structure(lambda part: part.tolist(), back[:2]) == (
        {"left": x.tolist(), "right": [x.tolist(), y.tolist()]},
        y.tolist(),
    )
    assert back[2] is None


def test_a_function_of_a_package_is_found_by_the_name_of_its_module(tmp_path, monkeypatch):
    package = tmp_path / "mine"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "size.py").write_text("SIZE = 3\n")
    (package / "train.py").write_text("from .size import SIZE\ndef make():\n    return SIZE\n")
    monkeypatch.setattr(sys, "path", [*sys.path])
    assert own_code.load(own_code.reference(f"{package / 'train.py'}:make", "make_model"))() == 3
