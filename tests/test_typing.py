"""What a type checker of a user's own sees of the package, and that it is marked as typed."""

import pathlib
import re
import subprocess
import sys

import pytest

import tb_keras_inspect

ROOT = pathlib.Path(tb_keras_inspect.__file__).resolve().parent.parent
# A line, and the type that it has in a strict check.
USES = {
    "load_run('a')": "tb_keras_inspect.store.run.RunData",
    "load_runs('a')": "tb_keras_inspect.store.loading.Runs",
    "load_run('a').table('gradient').select('l2')": "numpy.ndarray[tuple[Any, ...], numpy.dtype[Any]]",
    "load_run('a').model.layers[0].path": "str",
    "load_run('a').units('x').window": "str",
    "diagnose(load_run('a'))": "tb_keras_inspect.diagnosis.findings.Findings",
    "diagnose(load_run('a'))[0].advice[0].code": "str",
    "compare(['a', 'b']).loss": "tb_keras_inspect.store.compare.Aligned",
    "plots.loss(load_run('a'))": "matplotlib.axes._axes.Axes",
    "list(export_run(load_run('a'), 'b'))[0]": "pathlib.Path",
}


@pytest.mark.slow
def test_a_strict_check_knows_the_types_of_the_public_interface(tmp_path):
    lines = ["from tb_keras_inspect import InspectCallback, compare, diagnose, load_run, load_runs"]
    lines += [
        "from tb_keras_inspect import RecordOptions",
        "from tb_keras_inspect import plots",
        "from tb_keras_inspect.export import export_run",
    ]
    lines += [f"reveal_type({use})" for use in USES]
    lines += [
        "InspectCallback('a', every=10, record=RecordOptions(scalars=True))",
        "InspectCallback('a', budget={'overhead': 0.1}, pictures=['kernels'], control=True)",
        "InspectCallback('a', evry=10)",
    ]
    path = tmp_path / "use.py"
    path.write_text("\n".join(lines))
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--config-file="]
    command += ["--follow-imports=silent", f"--cache-dir={tmp_path}", path]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={"MYPYPATH": str(ROOT)}
    )
    assert re.findall(r'Revealed type is "(.*)"', done.stdout) == list(USES.values())
    errors = [line for line in done.stdout.splitlines() if "error:" in line and "use.py" in line]
    assert len(errors) == 1, done.stdout
    assert 'Unexpected keyword argument "evry"' in errors[0]


def test_the_package_says_that_it_is_typed():
    assert (ROOT / "tb_keras_inspect" / "py.typed").exists()


def test_every_public_name_is_known_to_type_checkers():
    text = (ROOT / "tb_keras_inspect" / "__init__.py").read_text()
    block = text.split("if TYPE_CHECKING:")[1].split("\n\n")[0]
    imported = set(re.findall(r"(\w+)(?=,|$)", re.sub(r"from \S+ import", "", block), re.MULTILINE))
    assert imported == set(tb_keras_inspect.__all__) - {"__version__"}
