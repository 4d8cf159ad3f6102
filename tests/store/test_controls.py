"""What was commanded, as a run is read."""

import pytest

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


@pytest.mark.parametrize(
    ("first", "end", "read"), [(3, 9, range(3, 9)), (0, 0, None), (9, 3, None), (5, 2**64 - 1, ...)]
)
def test_what_was_given_up_is_a_branch(tmp_path, writer, first, end, read):
    entry = pb.ControlEntry(id="a", command="rewind", given_up_from=first, given_up_until=end)
    writer.write(10, to_value(Kind.CONTROL, pb.ControlRecord(version=1, entries=[entry])))
    found = load_run(tmp_path / "a").branches
    assert found == ([range(5, 2**53)] if read is ... else [read] if read else [])


def test_a_time_that_is_no_number_does_not_reach_json(tmp_path, writer):
    writer.write(10, record(("a", "pause", float("nan"))))
    assert [entry.wall_time for entry in load_run(tmp_path / "a").controls] == [0.0]
