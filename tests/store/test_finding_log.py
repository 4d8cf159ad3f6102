"""What was reported while a run trained, as the store reads it."""

import math

import pytest

from tb_keras_inspect import load_run
from tb_keras_inspect.records import Kind
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.records.summary import to_value
from tb_keras_inspect.store import finding_log


def change(name="found", problem="dying_relu", severity="warning", **more):
    return pb.FindingChange(change=name, problem=problem, severity=severity, **more)


def record(*changes, last=False, version=1):
    return to_value(Kind.FINDING, pb.FindingRecord(version=version, changes=changes, last=last))


def log_of(tmp_path):
    return load_run(tmp_path / "a").finding_log


def test_a_run_recorded_without_them_has_an_empty_log(tmp_path, writer):
    log = log_of(tmp_path)
    assert (log.changes, log.ended_at, log.state) == ((), None, {})


def test_changes_come_in_the_order_of_steps_and_the_last_record_of_a_step_is_complete(
    tmp_path, writer
):
    writer.write(10, record(change()))
    writer.write(20, record(change("worse", severity="error", layers=["conv"])))
    writer.write(
        20, record(change("worse", severity="error", layers=["conv"]), change(problem="new"))
    )
    writer.write(30, record(change("withdrawn", "new"), last=True))
    log = log_of(tmp_path)
    assert [(c.step, c.change, c.problem) for c in log.changes] == [
        (10, "found", "dying_relu"), (20, "worse", "dying_relu"), (20, "found", "new"),
        (30, "withdrawn", "new"),
    ]  # fmt: skip
    assert log.changes[1].layers == ("conv",)
    assert log.ended_at == 30
    assert {name: c.severity for name, c in log.state.items()} == {"dying_relu": "error"}


def test_a_restart_supersedes_what_was_reported_after_it(tmp_path, writer):
    writer.write(40, record(change(problem="old"), last=True))
    writer.write_model(20)
    assert log_of(tmp_path).changes == ()
    writer.write(30, record(change(problem="new")))
    log = log_of(tmp_path)
    assert [c.problem for c in log.changes] == ["new"]
    assert log.ended_at is None


@pytest.mark.parametrize(
    "broken",
    [
        {"change": "celebrated"},
        {"severity": "<b>fatal</b>"},
        {"confidence": math.nan},
        {"confidence": math.inf},
    ],
)
def test_a_record_with_impossible_content_is_skipped_and_named(tmp_path, writer, broken):
    message = change()
    for name, value in broken.items():
        setattr(message, name, value)
    writer.write(10, record(change()))
    writer.write(20, record(message))
    writer.write(30, record(change(), version=99))
    run = load_run(tmp_path / "a")
    assert [item.step for item in run.finding_log.changes] == [10]
    assert len([problem for problem in run.problems if problem.startswith("finding: ")]) == 2


def test_what_is_kept_of_a_hostile_log_is_bounded(tmp_path, writer):
    long = change(title="t" * 100_000, layers=["x" * 10_000] * 500, first_step=-(2**63))
    writer.write(10, record(*[long] * 3))
    for step in (20, 30):
        writer.write(step, record(*[change()] * finding_log.MOST_CHANGES))
    changes = log_of(tmp_path).changes
    assert len(changes) == finding_log.MOST_CHANGES
    assert len(changes[0].title) == finding_log.MOST_TEXT
    assert len(changes[0].layers) == finding_log.MOST_LAYERS
    assert max(map(len, changes[0].layers)) == finding_log.MOST_TEXT
