"""All runs of a logdir: kept up to date side by side, read once, under one memory limit."""

import threading

import numpy as np
import pytest

from tb_keras_inspect.records import Kind
from tb_keras_inspect.store.cache import MemoryCache
from tb_keras_inspect.store.logdir import Logdir
from tb_keras_inspect.store.sources.event_files import FileSource
from tests.store.run_writer import RunWriter, value_at, write_run

WAIT_SECONDS = 20


class Directories:
    """What a `Logdir` asks for, from event files."""

    def __init__(self, directory):
        self.sources = {path.name: FileSource(str(path)) for path in sorted(directory.iterdir())}

    def stamps(self):
        return {name: source.stamps() for name, source in self.sources.items()}

    def run(self, name):
        return self.sources[name]


def open_logdir(directory, cache=None):
    source = Directories(directory)
    cache = MemoryCache() if cache is None else cache
    return Logdir(source, cache, fresh_seconds=0), source.sources


def count_reads(source):
    """Kinds whose records were asked for, from now on."""
    asked, original = [], source.records
    source.records = lambda kind: asked.append(kind) or original(kind)
    return asked


def test_a_list_of_runs_waits_for_them_side_by_side(tmp_path):
    for name in "ab":
        write_run(tmp_path / name).close()
    logdir, sources = open_logdir(tmp_path)
    both = threading.Barrier(2, timeout=WAIT_SECONDS)
    for source in sources.values():
        original = source.records

        def records(kind, original=original):
            if kind is Kind.STEP:
                both.wait()  # one after the other would never pass
            return original(kind)

        source.records = records
    assert [run.extent() for run in logdir.runs().values()] == [(5, 0, 40)] * 2


def test_a_list_reads_each_runs_extent_once_however_many_ask(tmp_path):
    write_run(tmp_path / "a").close()
    logdir, sources = open_logdir(tmp_path)
    asked = count_reads(sources["a"])
    threads = [threading.Thread(target=logdir.runs) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asked.count(Kind.STEP) == 1
    assert logdir.run("a").extent() == (5, 0, 40)


def test_a_list_reads_again_only_the_run_that_has_grown(tmp_path):
    writers = {name: write_run(tmp_path / name) for name in "ab"}
    logdir, sources = open_logdir(tmp_path)
    logdir.runs()
    asked = {name: count_reads(source) for name, source in sources.items()}
    writers["b"].sample(50)
    assert [run.extent()[2] for run in logdir.runs().values()] == [40, 50]
    assert asked == {"a": [], "b": [Kind.STEP]}
    for writer in writers.values():
        writer.close()


def test_a_restart_is_known_before_the_run_says_that_it_has_changed(tmp_path):
    """Else an answer that still holds the steps taken back would be kept as the newest."""
    writer = write_run(tmp_path / "a")
    logdir, sources = open_logdir(tmp_path)
    run = logdir.run("a")
    before = run.stamp
    writer.close()
    second = RunWriter(tmp_path / "a")
    second.write_model(15)
    second.close()
    source, seen = sources["a"], []
    original = source.records

    def records(kind):
        if kind is Kind.MODEL:
            seen.append(run.stamp)
        return original(kind)

    source.records = records
    logdir.run("a")
    assert seen == [before]
    assert run.stamp != before
    assert run.table("gradient").steps.tolist() == [0, 10]


def test_what_did_not_fit_the_cache_is_read_again(tmp_path):
    steps = range(0, 500, 10)
    for name in "ab":
        write_run(tmp_path / name, steps).close()
    cache = MemoryCache()
    logdir, sources = open_logdir(tmp_path, cache)
    logdir.run("a").table("gradient")
    cache.limit_bytes = int(1.5 * cache.nbytes)
    asked = count_reads(sources["a"])
    expected = np.stack([value_at(step, 4, 6) for step in steps])
    for name in "abab":
        np.testing.assert_array_equal(logdir.run(name).table("gradient").values, expected)
        assert cache.nbytes <= cache.limit_bytes
        assert len(cache) == 1
    assert asked.count(Kind.GRADIENT) == 1  # the first time it was there


@pytest.mark.parametrize("limit", [1, 100_000, None])
def test_many_threads_read_many_runs_that_grow_under_any_memory_limit(tmp_path, limit):
    writers = {name: write_run(tmp_path / name) for name in "abc"}
    logdir, _ = open_logdir(tmp_path, MemoryCache(limit))
    errors, done, rounds = [], threading.Event(), [0] * 4

    def read(number):
        try:
            while not done.is_set():
                rounds[number] += 1
                for name in "abc":
                    table = logdir.run(name).table("gradient")
                    expected = np.stack([value_at(step, 4, 6) for step in table.steps])
                    np.testing.assert_array_equal(table.values, expected)
                logdir.runs()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for step in range(50, 2050, 10):
        for writer in writers.values():
            writer.sample(step)
        if step >= 240 and min(rounds) > 3:
            break
    done.set()
    for thread in threads:
        thread.join()
    for writer in writers.values():
        writer.close()
    assert errors == []
    count = step // 10 + 1
    assert {run.extent() for run in logdir.runs().values()} == {(count, 0, step)}
    assert len(logdir.run("b").table("gradient").steps) == count
