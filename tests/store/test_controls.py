"""What was commanded, as a run is read."""

from tb_keras_inspect import load_run
from tb_keras_inspect.records import Kind
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.records.summary import to_value


def record(*entries, version=1):
    items = [pb.ControlEntry(id=id_, command=command, time=time) for id_, command, time in entries]
    return to_value(Kind.CONTROL, pb.ControlRecord(version=version, entries=items))


def commands(tmp_path):
    return [(entry.step, entry.command) for entry in load_run(tmp_path / "a").controls]


def test_a_run_that_nobody_steered_has_none(tmp_path, writer):
    assert commands(tmp_path) == []


def test_entries_are_in_order_and_each_is_there_once(tmp_path, writer):
    writer.write(20, record(("c", "resume", 3.0)))
    writer.write(10, record(("a", "pause", 1.0)))
    writer.write(10, record(("a", "pause", 1.0), ("b", "stop", 2.0)))
    assert commands(tmp_path) == [(10, "pause"), (10, "stop"), (20, "resume")]


def test_a_damaged_record_is_skipped_and_named(tmp_path, writer):
    writer.write(10, record(("a", "pause", 1.0)))
    damaged = to_value(Kind.CONTROL, pb.ControlRecord())
    damaged.tensor.string_val[0] = b"\xff\xff"
    writer.write(20, damaged)
    writer.write(30, record(("b", "pause", 1.0), version=99))
    run = load_run(tmp_path / "a")
    assert [entry.step for entry in run.controls] == [10]
    assert any("control" in problem for problem in run.problems)


def test_a_time_that_is_no_number_does_not_reach_json(tmp_path, writer):
    writer.write(10, record(("a", "pause", float("nan"))))
    assert [entry.wall_time for entry in load_run(tmp_path / "a").controls] == [0.0]
