"""A run that grows, is taken up again, or whose model changes half way."""

import numpy as np
import pytest

from tb_keras_inspect import load_run
from tb_keras_inspect.records import Kind
from tb_keras_inspect.records.event_order import EventOrder
from tests.store.run_writer import RunWriter, make_model, value_at, write_run

pytestmark = pytest.mark.core


def test_a_growing_run_is_read_on_and_only_the_new_is_decoded(tmp_path):
    writer = write_run(tmp_path)
    run = load_run(tmp_path)
    before = run.table("gradient")
    series = run._cache.get((run.key, Kind.GRADIENT))
    assert series.decoded == 5
    writer.sample(50)
    assert len(run.table("gradient").steps) == 5  # as of the last refresh
    assert run.refresh()
    assert run.table("gradient").steps.tolist() == [0, 10, 20, 30, 40, 50]
    assert series.decoded == 6
    assert len(before.steps) == 5
    np.testing.assert_array_equal(before.values[4], value_at(40, 4, 6))
    assert not run.refresh()
    writer.close()


def test_refreshing_reads_only_the_new_bytes(tmp_path):
    writer = write_run(tmp_path)
    run = load_run(tmp_path)
    layer, read = run._source._layer, []
    original = layer.read
    layer.read = lambda path, start, stop: read.append(stop - start) or original(path, start, stop)
    size = writer.file.size
    writer.sample(50)
    run.refresh()
    assert sum(read) == writer.file.size - size
    writer.close()


def test_a_repeated_step_shows_the_value_written_later(tmp_path):
    writer = RunWriter(tmp_path)
    writer.write_model(0)
    for step in (0, 10, 20):
        writer.sample(step)
    writer.write(20, writer.table(Kind.GRADIENT, 20, np.full((4, 6), 7.0)))
    writer.close()
    table = load_run(tmp_path).table("gradient")
    assert table.steps.tolist() == [0, 10, 20]
    assert (table.values[2] == 7).all()


def test_a_resumed_run_loses_the_steps_beyond_where_it_resumed(tmp_path):
    first = RunWriter(tmp_path)
    first.write_model(0)
    for step in range(0, 60, 10):
        first.sample(step)
    first.close()
    run = load_run(tmp_path)
    run.table("gradient")
    second = RunWriter(tmp_path)
    second.write_model(25)
    for step in (25, 35):
        second.write(step, second.table(Kind.GRADIENT, step, np.full((4, 6), step * 100.0)))
    second.close()
    for again in (load_run(tmp_path), run):
        again.refresh()
        table = again.table("gradient")
        assert table.steps.tolist() == [0, 10, 20, 25, 35]
        assert table.values[:, 0, 0].tolist() == [0, 10, 20, 2500, 3500]
        # Kinds that the second part did not write end at the restart too.
        assert again.table("weight").steps.tolist() == [0, 10, 20]
        assert again.units("conv").steps.tolist() == [0, 10, 20]
        assert again.extent() == (3, 0, 20)


def test_a_run_of_an_older_version_is_whole_though_the_clock_was_set_back(tmp_path, monkeypatch):
    monkeypatch.setattr(EventOrder, "place", lambda self, event: None)  # as older versions wrote
    writer = RunWriter(tmp_path)
    writer.write_model(0)
    writer._start -= 86_400
    for step in range(3):
        writer.sample(step)
    writer.close()
    run = load_run(tmp_path)
    assert run.table("gradient").steps.tolist() == [0, 1, 2]
    assert run.extent() == (3, 0, 2)


def test_several_event_files_are_one_run(tmp_path):
    for part in range(3):
        writer = RunWriter(tmp_path)
        writer.write_model(part * 10)
        writer.sample(part * 10)
        writer.close()
    assert load_run(tmp_path).table("gradient").steps.tolist() == [0, 10, 20]


def test_a_model_changed_half_way_is_matched_by_name(tmp_path):
    writer = RunWriter(tmp_path, make_model(["conv", "old"], units=2))
    writer.write_model(0)
    writer.sample(0)
    writer.write_model(10, make_model(["new", "conv"], units=3))
    writer.sample(10)
    writer.close()
    run = load_run(tmp_path)
    table = run.table("gradient")
    # In the order of the newer model, then what only the older one had.
    assert table.names == [
        *("new/kernel", "new/bias", "conv/kernel", "conv/bias"),
        *("old/kernel", "old/bias"),
    ]
    np.testing.assert_array_equal(table.row("conv/kernel")[0], value_at(0, 1, 6)[0])
    np.testing.assert_array_equal(table.row("conv/kernel")[1], value_at(10, 3, 6)[2])
    assert table.recorded.tolist() == [
        [False, False, True, True, True, True],
        [True] * 4 + [False] * 2,
    ]
    assert np.isnan(table.row("new/kernel")[0]).all()
    assert np.isnan(table.row("old/bias")[1]).all()
    units = run.units("conv")
    np.testing.assert_array_equal(units.max_abs, [[0, 0, np.nan], [11, 11, 11]])
    assert run.histogram("gradient", "new/bias").steps.tolist() == [10]
    assert run.model.layers[0].path == "new"
