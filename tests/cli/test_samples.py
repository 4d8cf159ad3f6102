"""`tb-keras-inspect samples`."""

import json

import numpy as np
import pytest

from tb_keras_inspect import records
from tb_keras_inspect.cli import main
from tb_keras_inspect.records import Kind
from tb_keras_inspect.records.summary import to_value
from tests.cli.test_json_doc import EXAMPLES
from tests.docs.examples import compare
from tests.store.run_writer import RunWriter


@pytest.fixture
def run(tmp_path):
    """Two epochs of two steps of eight examples; the one of number 1 has nearly all of the loss."""
    writer = RunWriter(tmp_path / "a")
    writer.write_model(0)
    for step in range(4):
        values = np.full((8, 1), 0.1)
        values[0] = 4.0 if step % 2 else 0.1
        marks = np.arange(8, dtype=np.uint64) + (1 if step % 2 else 10)
        record = records.encode_sample_loss(1, ["loss"], values, marks, 8, float(values.sum()))
        writer.write(
            step,
            to_value(Kind.SAMPLE_LOSS, record),
            writer.numbers(Kind.STEP, step, loss=1, epoch=step // 2),
        )
    writer.close()
    return str(tmp_path / "a")


def test_the_examples_of_a_step_come_with_a_sentence(run, capsys):
    assert main(["samples", run, "--step", "3", "--top", "2"]) == 0
    first, head, *rows = capsys.readouterr().out.splitlines()
    assert first == (
        "a: Step 3: 1 of 8 examples carries 85 % of the loss; it did so in epochs 1 and 2: "
        "look at its label."
    )
    assert head.split() == ["fingerprint", "loss", "share"]
    assert next(row.split() for row in rows) == ["0000000000000001", "4", "0.8511"]
    assert len(rows) == 2


def test_the_worst_of_the_run_is_first_and_programs_get_json(run, capsys):
    assert main(["samples", run, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    compare(told, EXAMPLES["samples --json"])
    (answer,) = told["runs"]
    assert len(answer["examples"]) == 16
    worst = answer["examples"][0]
    assert (worst["fingerprint"], worst["seen"], worst["epochs"]) == ("0000000000000001", 2, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--step", "9"], "'0', '1', '2', '3'"), (["--top", "0"], "whole number from 1. Received: 0")],
)
def test_wrong_input_is_refused(run, capsys, arguments, message):
    assert main(["samples", run, *arguments]) == 2
    assert message in capsys.readouterr().err
