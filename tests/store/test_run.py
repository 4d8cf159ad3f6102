"""One run, read from its event files."""

import threading
import time

import numpy as np
import pytest

from tb_keras_inspect import load_run
from tb_keras_inspect.catalog.tensor_statistics import TENSOR_STATISTICS
from tb_keras_inspect.records import Kind
from tb_keras_inspect.store import NotRecordedError
from tb_keras_inspect.store.run import RunData
from tb_keras_inspect.store.sources.event_files import FileSource
from tb_keras_inspect.training.recorder import Recorder
from tests.store.run_writer import RunWriter, value_at, write_run

pytestmark = pytest.mark.core


@pytest.fixture
def run(tmp_path):
    write_run(tmp_path / "a", steps_per_epoch=20).close()
    return load_run(tmp_path / "a")


def test_a_table_holds_what_was_written(run):
    table = run.table("gradient")
    assert table.steps.tolist() == [0, 10, 20, 30, 40]
    assert table.steps.dtype == np.int64
    assert table.names == ["conv/kernel", "conv/bias", "dense/kernel", "dense/bias"]
    assert table.statistics == list(TENSOR_STATISTICS)
    assert table.values.dtype == np.float32
    expected = np.stack([value_at(step, 4, 6) for step in table.steps])
    np.testing.assert_array_equal(table.values, expected)
    np.testing.assert_array_equal(table.select("std"), expected[:, :, 2])
    np.testing.assert_array_equal(table.row("dense/kernel"), expected[:, 2])
    assert table.recorded is None
    assert run.problems == []


def test_what_was_read_cannot_be_written(run):
    with pytest.raises(ValueError, match="read-only"):
        run.table("gradient").values[0, 0, 0] = 1


def test_all_kinds_are_there(run):
    assert run.name == "a"
    assert {"model", "gradient", "activation", "step", "epoch", "units", "maps"} <= run.kinds
    assert run.table("activation").names == ["conv", "dense"]
    np.testing.assert_allclose(run.loss.values, 1 / (1 + run.loss.steps), rtol=1e-6)
    assert run.loss.epochs["val_loss"][0].tolist() == [20, 40]
    assert run.histogram("gradient", "conv/bias").counts.sum(axis=1).tolist() == [8] * 5
    np.testing.assert_array_equal(run.probe.labels, [[3], [7]])
    assert run.model.variables[2].path == "dense/kernel"
    assert run.model.edges == ((0, 1),)
    assert run.model.steps_per_epoch == 20


def test_maps_are_read_one_by_one(run):
    maps = run.maps("conv")
    assert maps.steps.tolist() == [20, 40]
    assert maps.arrays[1].shape == (2, 3, 4, 4)
    pictures = np.arange(96, dtype=np.float32).reshape(2, 3, 4, 4) * 41
    np.testing.assert_allclose(maps.arrays[1], pictures, atol=16 * 41 / 254)
    assert maps.channels.tolist() == [0, 1, 2]
    assert maps.dead.tolist() == [False] * 3
    with pytest.raises(IndexError):
        maps.arrays[2]


@pytest.mark.parametrize(
    ("ask", "named"),
    [
        (lambda run: run.table("update"), "gradient"),
        (lambda run: run.table("nonsense"), "gradient"),
        (lambda run: run.table("units"), "gradient"),
        (lambda run: run.table("gradient").select("median"), "l2"),
        (lambda run: run.table("gradient").row("x"), "conv/kernel"),
        (lambda run: run.units("x"), "dense"),
        (lambda run: run.histogram("gradient", "x"), "conv/kernel"),
        (lambda run: run.histogram("loss", "x"), "gradient"),
        (lambda run: run.histogram("update", "x"), "gradient_histogram"),
        (lambda run: run.maps("x"), "dense"),
    ],
)
def test_what_is_not_there_is_a_key_error_that_names_what_is(run, ask, named):
    with pytest.raises(KeyError, match=named) as error:
        ask(run)
    assert isinstance(error.value, NotRecordedError)
    assert not str(error.value).startswith('"')  # KeyError shows a repr


def test_an_empty_run_says_what_it_lacks(tmp_path):
    RunWriter(tmp_path).close()
    run = load_run(tmp_path)
    assert run.kinds == set()
    assert run.loss.steps.size == 0
    assert run.extent() == (0, None, None)
    for ask in (lambda: run.model, lambda: run.probe, lambda: run.table("gradient")):
        with pytest.raises(NotRecordedError, match="there: none"):
            ask()


def test_rows_recorded_at_some_steps_only_are_marked(tmp_path):
    writer = RunWriter(tmp_path)
    writer.write_model(0)
    writer.write(0, writer.table(Kind.GRADIENT, 0, rows=np.array([1, 3])))
    writer.write(1, writer.table(Kind.GRADIENT, 1, rows=np.array([0, 1])))
    writer.close()
    table = load_run(tmp_path).table("gradient")
    assert table.names == ["conv/kernel", "conv/bias", "dense/bias"]
    assert table.recorded.tolist() == [[False, True, True], [True, True, False]]
    np.testing.assert_array_equal(table.row("dense/bias")[0], value_at(0, 2, 6)[1])


def test_nan_and_infinities_are_kept(tmp_path):
    writer = RunWriter(tmp_path)
    writer.write_model(0)
    values = value_at(0, 4, 6)
    values[1], values[2, 0], values[3, 0] = np.nan, np.inf, -np.inf
    writer.write(0, writer.table(Kind.GRADIENT, 0, values))
    writer.close()
    np.testing.assert_array_equal(load_run(tmp_path).table("gradient").values[0], values)


def test_many_threads_read_a_run_that_grows(tmp_path):
    writer = write_run(tmp_path)
    run, errors, done = load_run(tmp_path), [], threading.Event()

    def read():
        try:
            while not done.is_set():
                run.refresh()
                table = run.table("gradient")
                expected = np.stack([value_at(step, 4, 6) for step in table.steps])
                np.testing.assert_array_equal(table.values, expected)
                assert run.units("dense").max_abs[-1, 0] >= 1
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for step in range(50, 350, 10):
        writer.sample(step)
    done.set()
    for thread in threads:
        thread.join()
    writer.close()
    assert errors == []
    run.refresh()
    assert len(run.table("gradient").steps) == 35
    assert run._cache.get((run.key, Kind.GRADIENT)).decoded == 35


def test_what_the_recorder_writes_is_read(tmp_path):
    source = RunWriter(tmp_path / "unused")
    recorder = Recorder(str(tmp_path / "run"))
    from tb_keras_inspect.records.summary import to_event, to_value

    model = to_value(Kind.MODEL, source.model)
    recorder.put(lambda: [to_event(0, 1.0, [model])])
    for step in range(3):
        value = source.table(Kind.WEIGHT, step)
        recorder.put(lambda step=step, value=value: [to_event(step, 2.0 + step, [value])])
    assert recorder.close()
    source.close()
    assert load_run(tmp_path / "run").table("weight").steps.tolist() == [0, 1, 2]


class OneAtATime:
    """A source that notices when it is asked for something while it still answers."""

    def __init__(self, source):
        self._source, self._asked = source, threading.Semaphore(1)
        self.overlaps = 0

    def records(self, kind):
        if not kind.facts.many_rows:  # what a window of units is read with, say
            return self._source.records(kind)
        if not self._asked.acquire(blocking=False):
            self.overlaps += 1
            return self._source.records(kind)
        try:
            time.sleep(0.01)  # the others come in meanwhile
            return self._source.records(kind)
        finally:
            self._asked.release()

    def __getattr__(self, name):
        return getattr(self._source, name)


def test_large_kinds_are_read_one_at_a_time(tmp_path):
    write_run(tmp_path / "a").close()
    source = OneAtATime(FileSource(str(tmp_path / "a")))
    run = RunData("a", source)
    assert run.kinds >= {"gradient", "activation", "gradient_histogram", "units"}
    reads = [
        lambda: run.table("gradient"),
        lambda: run.table("activation"),
        lambda: run.histogram("gradient", "conv/kernel"),
        lambda: run.units("conv"),
    ]
    threads = [threading.Thread(target=read) for read in reads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert source.overlaps == 0
