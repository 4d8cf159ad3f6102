"""Files and messages that are damaged, hostile or newer than we are."""

import contextlib
import pathlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tb_keras_inspect import load_run
from tb_keras_inspect.records import Kind
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.records.event_file_writer import frame
from tb_keras_inspect.records.summary import to_event, to_value
from tb_keras_inspect.store import NotRecordedError, StoreError
from tb_keras_inspect.store.tables import column_layout, histogram
from tests.store.run_writer import RunWriter, make_model, write_run

pytestmark = pytest.mark.core

TENSOR_KINDS = [kind for kind in Kind if not kind.is_blob_sequence and kind is not Kind.MODEL]


def raw_value(kind: Kind, *messages: bytes):
    """A summary value with any bytes in it."""
    value = to_value(kind, *[pb.TagMetadata()] * max(len(messages), 1))
    value.tensor.string_val[:] = list(messages)
    return value


def test_a_corrupt_message_is_skipped_counted_and_named(tmp_path):
    writer = RunWriter(tmp_path)
    writer.write_model(0)
    writer.sample(0)
    writer.write(10, raw_value(Kind.GRADIENT, b"\xff\xff"))
    writer.write(20, raw_value(Kind.GRADIENT, b"\xff\xff"))
    writer.sample(30)
    writer.close()
    run = load_run(tmp_path)
    assert run.table("gradient").steps.tolist() == [0, 30]
    (problem,) = run.problems
    assert problem.startswith("gradient: 2 records skipped (step 10, 20): not a TableRecord")
    writer = RunWriter(tmp_path)
    writer.sample(40)
    writer.close()
    run.refresh()
    assert run.table("gradient").steps.tolist() == [0, 30, 40]
    assert len(run.problems) == 1  # not counted again


def test_a_newer_version_gives_one_clear_message(tmp_path):
    writer = RunWriter(tmp_path)
    writer.write_model(0)
    for step in range(100):
        table = pb.TableRecord(version=99, statistics=["l2"], values=bytes(16))
        writer.write(step, raw_value(Kind.GRADIENT, table.SerializeToString()))
    writer.close()
    run = load_run(tmp_path)
    assert run.table("gradient").values.shape == (0, 0, 0)
    (problem,) = run.problems
    assert "100 records" in problem
    assert "format version 99, this reader knows up to 1: upgrade" in problem


def test_a_table_without_its_model_record_is_skipped(tmp_path):
    writer = RunWriter(tmp_path)
    writer.sample(0)
    writer.close()
    run = load_run(tmp_path)
    assert run.table("gradient").steps.size == 0
    assert "the model record that names the rows is missing" in run.problems[0]
    assert run.loss.steps.tolist() == [0]  # its row needs no name


def test_more_rows_than_the_model_has_are_skipped(tmp_path):
    writer = RunWriter(tmp_path)
    writer.write_model(0)
    writer.write(0, writer.table(Kind.GRADIENT, 0, np.zeros((5, 6))))
    writer.write(1, writer.table(Kind.GRADIENT, 1, np.zeros((1, 6)), rows=np.array([2**31 - 1])))
    writer.close()
    run = load_run(tmp_path)
    assert run.table("gradient").steps.size == 0
    assert "2 records skipped" in run.problems[0]


def test_names_that_differ_in_every_record_do_not_fill_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(column_layout, "MOST_CELLS", 20_000)
    writer = RunWriter(tmp_path)
    for step in range(120):
        writer.write_model(step, make_model([f"layer_{step}"], units=30))
        writer.sample(step)
    writer.close()
    run = load_run(tmp_path)
    for result in (
        run.table("gradient").values,
        run._histograms("gradient").counts,
        run._units().max_abs,
    ):
        assert 5 < len(result) < 120
        assert result.size <= 20_000
    assert len(run.problems) == 3
    assert all("most of the table would be empty" in text for text in run.problems)


def test_empty_histograms_do_not_fill_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(histogram, "MOST_COUNTS", 3 * 129 * 4)
    writer = RunWriter(tmp_path)
    writer.write_model(0)
    for step in range(5):
        writer.write(step, writer.histogram(Kind.GRADIENT_HISTOGRAM, [[]] * 4))
        if step == 2:
            read = load_run(tmp_path).histogram("gradient", "conv/bias")
            assert read.counts.shape == (3, 129)
    writer.close()
    run = load_run(tmp_path)
    with pytest.raises(NotRecordedError):
        run.histogram("gradient", "conv/bias")
    assert "5 records skipped" in run.problems[0]
    assert "more histograms than fit into memory" in run.problems[0]


def test_a_model_that_changes_now_and_then_is_no_such_case(tmp_path, monkeypatch):
    monkeypatch.setattr(column_layout, "MOST_CELLS", 1)
    writer = RunWriter(tmp_path)
    for step in range(60):
        if step % 10 == 0:
            writer.write_model(step, make_model([f"layer_{step}"]))
        writer.sample(step)
    writer.close()
    run = load_run(tmp_path)
    assert run.table("gradient").values.shape[:2] == (60, 12)
    assert run.problems == []


def test_a_truncated_file_gives_what_is_whole_and_says_so(tmp_path):
    writer = write_run(tmp_path)
    before = writer.file.size
    writer.sample(50)
    writer.close()
    with open(writer.file.path, "r+b") as file:
        file.truncate(before + 100)
    run = load_run(tmp_path)
    assert run.table("gradient").steps.tolist() == [0, 10, 20, 30, 40]
    assert run.problems[0].endswith("its last 100 bytes are an incomplete record")


def test_a_record_still_being_written_is_read_when_it_is_whole(tmp_path):
    writer = write_run(tmp_path)
    event = to_event(50, 9e9, [writer.table(Kind.GRADIENT, 50)])
    data = frame(event.SerializeToString())
    writer.close()
    path = pathlib.Path(writer.file.path)
    whole = path.read_bytes() + data
    path.write_bytes(whole[: 20 - len(data)])
    run = load_run(tmp_path)
    assert len(run.table("gradient").steps) == 5
    assert run.problems
    with path.open("ab") as file:
        file.write(data[20:])
    run.refresh()
    assert run.table("gradient").steps[-1] == 50
    assert run.problems == []


def test_a_flipped_bit_in_a_record_loses_that_record_alone(tmp_path):
    writer = write_run(tmp_path)
    before = writer.file.size
    writer.sample(50)
    writer.sample(60)
    writer.close()
    flip(writer.file.path, before + 200)
    run = load_run(tmp_path)
    assert run.table("gradient").steps.tolist() == [0, 10, 20, 30, 40, 60]
    assert run.problems[0].endswith("1 corrupt records skipped")


def test_a_flipped_bit_in_a_length_ends_the_file_there(tmp_path):
    writer = write_run(tmp_path)
    before = writer.file.size
    writer.sample(50)
    writer.close()
    flip(writer.file.path, before + 1)
    run = load_run(tmp_path)
    assert run.table("gradient").steps.tolist() == [0, 10, 20, 30, 40]
    assert f"corrupt at byte {before}" in run.problems[0]


def test_a_file_that_vanishes_is_a_problem_not_a_crash(tmp_path):
    writer = write_run(tmp_path)
    writer.close()
    run = load_run(tmp_path)
    (tmp_path / writer.file.path.rsplit("/", 1)[-1]).unlink()
    assert run.table("gradient").steps.size == 0
    run.refresh()
    gone, skipped = run.problems
    assert "can no longer be read" in gone
    assert "5 records skipped" in skipped


def test_a_file_that_shrinks_is_a_problem_not_a_crash(tmp_path):
    writer = write_run(tmp_path)
    writer.close()
    run = load_run(tmp_path)
    with open(writer.file.path, "r+b") as file:
        file.truncate(30)
    run.refresh()
    assert "shorter than what was read of it" in run.problems[0]
    assert run.table("gradient").steps.size == 0


def test_tags_that_are_not_ours_or_not_known_are_left_alone(tmp_path):
    writer = RunWriter(tmp_path)
    writer.write_model(0)
    stranger = writer.table(Kind.GRADIENT, 0)
    stranger.metadata.plugin_data.plugin_name = "someone_else"
    unknown = writer.table(Kind.WEIGHT, 0)
    unknown.tag = "keras_inspect/from_the_future"
    writer.write(0, stranger, unknown)
    writer.close()
    run = load_run(tmp_path)
    assert run.kinds == {"model"}
    assert run.problems == []


def test_names_that_occur_twice_are_told_apart(tmp_path):
    writer = RunWriter(tmp_path, make_model(["a", "a"]))
    writer.write_model(0)
    writer.sample(0)
    writer.close()
    names = load_run(tmp_path).table("activation").names
    assert len(set(names)) == 2
    assert names[0] == "a"


@pytest.mark.parametrize("path", ["missing", "file.txt", "empty", "above"])
def test_a_directory_without_event_files_is_refused_with_what_is_below(tmp_path, path):
    (tmp_path / "file.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    write_run(tmp_path / "above" / "nested" / "run").close()
    with pytest.raises(StoreError, match=path) as error:
        load_run(tmp_path / path)
    assert ("'nested/run'" in str(error.value)) == (path == "above")


@pytest.mark.slow
@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.data())
def test_no_mutated_message_breaks_reading(tmp_path_factory, data):
    """Bytes of real messages are changed, cut and joined; whatever comes out, reading goes on."""
    directory = tmp_path_factory.mktemp("mutated")
    writer = RunWriter(directory)
    writer.write_model(0)
    good = {
        Kind.GRADIENT: writer.table(Kind.GRADIENT, 0),
        Kind.STEP: writer.numbers(Kind.STEP, 0, loss=1.0),
        Kind.UNITS: writer.units({0: np.ones(4), 1: np.zeros(4)}),
        Kind.GRADIENT_HISTOGRAM: writer.histogram(Kind.GRADIENT_HISTOGRAM, [[1.0]] * 4),
        Kind.MODEL: to_value(Kind.MODEL, writer.model),
        Kind.MAPS: writer.maps({"conv": np.ones((1, 2, 3, 3))}),
    }
    for _ in range(data.draw(st.integers(1, 4))):
        kind = data.draw(st.sampled_from(list(good)))
        blobs = [mutate(blob, data) for blob in good[kind].tensor.string_val]
        writer.write(data.draw(st.integers(-(2**63), 2**63 - 1)), raw_value(kind, *blobs))
    writer.sample(10)
    writer.close()
    read_everything(load_run(directory))


def mutate(blob: bytes, data) -> bytes:
    changed = bytearray(blob)
    for _ in range(data.draw(st.integers(0, 3))):
        if changed:
            changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    return bytes(
        changed[: data.draw(st.integers(0, len(changed)))] + data.draw(st.binary(max_size=4))
    )


def read_everything(run) -> None:
    for kind in run.kinds:
        if Kind(kind).is_table:
            table = run.table(kind)
            assert table.values.shape == (len(table.steps), len(table.names), len(table.statistics))
            assert np.all(np.diff(table.steps.astype(object)) > 0)
    assert run.loss.values.shape == run.loss.steps.shape
    for name in run._units().slices:
        units = run.units(name)
        assert units.dead.shape == units.max_abs.shape
    with contextlib.suppress(NotRecordedError):  # when not one sample is whole
        run.units_at(5)
    for name in run._histograms("gradient").names:
        run.histogram("gradient", name)
    if "maps" in run.kinds:
        run.map_snapshots()
    run.extent()
    assert all(isinstance(text, str) for text in run.problems)


def flip(path, at):
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1]))
