"""What set a problem off: a command, a rate that rose, data, updates, gradients, weights that grew."""

import numpy as np
import pytest

from tb_keras_inspect import load_run
from tb_keras_inspect.diagnosis.rules import THRESHOLDS
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.thresholds import Thresholds
from tb_keras_inspect.diagnosis.trigger import trigger
from tb_keras_inspect.records import Kind
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.records.event_file_writer import EventFileWriter
from tb_keras_inspect.records.summary import to_event, to_value
from tests.diagnosis.synthetic import Run, chain


def text(run, step=150, layers=()):
    return trigger(run.facts, step, layers)[0]


def test_a_rate_that_has_just_risen_comes_first():
    run = Run(chain()).set(Kind.UPDATE, "ratio", 0.5, at=29)
    run.step["learning_rate"] = np.where(np.arange(60) < 29, 0.01, 0.3)
    assert text(run) == "At step 145 the learning rate rose from 0.01 to 0.3."


def test_a_single_large_update_is_named_with_its_kernel():
    run = Run(chain()).set(Kind.UPDATE, "ratio", 0.8, row=2, at=28)
    assert text(run) == "At step 140 a single update changed dense_1/kernel by 80 %."
    assert text(run, layers=["dense_1"]).startswith("At step 140")
    assert text(run, layers=["dense_3"]) == ""


def test_a_gradient_far_above_the_usual_is_named():
    run = Run(chain())
    run.step["gradient_norm"][30] = 50.0
    assert text(run) == "At step 150 the gradient norm was 50 times its usual size."


@pytest.mark.parametrize("at", [20, 35])
def test_what_was_long_before_or_came_after_set_nothing_off(at):
    run = Run(chain()).set(Kind.UPDATE, "ratio", 0.8, at=at)
    assert text(run) == ""


def test_a_run_without_these_records_names_nothing():
    run = Run(chain())
    run.tables.clear()
    assert text(run) == ""


def with_command(directory, step, **entry):
    """A run in which a command was carried out."""
    writer = EventFileWriter(str(directory))
    for event in Run(chain()).events():
        writer.write(event)
    record = pb.ControlRecord(version=1, entries=[pb.ControlEntry(id="1", time=1.0, **entry)])
    writer.write(to_event(step, 1e3, [to_value(Kind.CONTROL, record)]))
    writer.close()
    return Facts(load_run(directory), Thresholds(THRESHOLDS))


@pytest.mark.parametrize(
    ("step", "entry", "expected"),
    [
        (
            142,
            {"command": "set_learning_rate", "outcome": "done", "old": "0.01", "new": "0.3"},
            "At step 142 the command set_learning_rate was carried out, from 0.01 to 0.3.",
        ),
        (142, {"command": "set_learning_rate", "outcome": "done", "old": "0.3", "new": "0.1"}, ""),
        (142, {"command": "set_clipping", "outcome": "refused"}, ""),
        (142, {"command": "pause", "outcome": "done"}, ""),
        (42, {"command": "unfreeze", "outcome": "done"}, ""),
    ],
)
def test_a_command_that_changes_training_comes_first(tmp_path, step, entry, expected):
    assert trigger(with_command(tmp_path, step, **entry), 150)[0] == expected


def test_the_data_of_that_step_is_named():
    run = Run(chain()).set(Kind.INPUT, "max", 3e4, at=29).set(Kind.UPDATE, "ratio", 0.5, at=29)
    expected = "The batch of step 145 holds an input of size 30000, 15000 times the largest one of "
    assert text(run) == expected + "other batches."


def test_weights_that_have_grown_are_named_where_no_single_update_was_large():
    run = Run(chain())
    for sample in range(60):
        run.set(Kind.WEIGHT, "l2", 1 + sample / 10, row=2, at=sample)
    assert text(run) == "By step 150 dense_1/kernel had grown to 4 times its first size."
    assert text(run, step=20) == ""
