"""The examples of docs/control.md, on a real training run."""

import pathlib
import re

import pytest

from tb_keras_inspect import load_run
from tb_keras_inspect.catalog.commands import COMMANDS
from tests.steering.steered import make_model, steer

TEXT = (pathlib.Path(__file__).parents[2] / "docs" / "control.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def test_the_examples_work_on_a_training_run(tmp_path):
    directory = str(tmp_path / "run")
    fit, *others = BLOCKS
    assert "control=True" in fit  # what `steer` does

    def script(control):
        names = {}
        for block in others:
            exec(block.replace('"logs/a"', repr(directory)), names)
        return names

    names = steer(make_model(), directory, script, epochs=200)
    assert names["batch"].batch_size == 16
    commands = [entry.command for entry in load_run(directory).controls]
    assert "set_learning_rate" in commands


@pytest.mark.parametrize("command", [name for name, item in COMMANDS.items() if not item.inspects])
def test_every_command_is_documented(command):
    assert f"`{command}(" in TEXT
