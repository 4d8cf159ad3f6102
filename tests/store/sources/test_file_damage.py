"""A damaged file that `load_run` names is named in the list of runs too, whichever loader serves it."""

import json
import os
import time

import pytest

from tb_keras_inspect import load_run
from tb_keras_inspect.plugin.answers.runs import runs_impl
from tb_keras_inspect.store.cache import MemoryCache
from tb_keras_inspect.store.logdir import Logdir
from tb_keras_inspect.store.sources import file_damage
from tb_keras_inspect.store.sources.data_provider import ProviderLogdir
from tb_keras_inspect.store.sources.file_damage import FileDamage
from tb_keras_inspect.store.sources.run_files import RunFiles
from tests.store.loaders import serve
from tests.store.run_writer import write_run
from tests.store.test_damage import flip

DAMAGES = {
    "cut": lambda path, end: os.truncate(path, os.path.getsize(path) - 7),
    "length": lambda path, end: flip(path, end + 1),
    "bit": lambda path, end: flip(path, end + 200),
    "whole": lambda path, end: None,
}


def damaged(directory, name):
    """A run whose last record is damaged."""
    writer = write_run(directory / name)
    end = writer.file.size
    writer.sample(50)
    writer.close()
    DAMAGES[name](writer.file.path, end)


def test_the_list_of_runs_names_what_load_run_names(tmp_path, loader):
    for name in DAMAGES:
        damaged(tmp_path / "logs", name)
    with serve(tmp_path / "logs", loader) as (provider, _):
        logdir = Logdir(ProviderLogdir(provider), MemoryCache(), fresh_seconds=0)
        listed = {run["name"]: run["problems"] for run in listing(logdir)}
        expected = {name: load_run(tmp_path / "logs" / name).problems for name in DAMAGES}
        assert listed == expected
        assert [len(texts) for texts in expected.values()] == [1, 1, 1, 0]
        damaged(tmp_path / "logs", "whole")  # a second file, which is not damaged
        (path,) = load_run(tmp_path / "logs" / "whole")._source.paths[:1]
        os.truncate(path, os.path.getsize(path) - 7)
        (text,) = {run["name"]: run["problems"] for run in listing(logdir)}["whole"]
        assert os.path.basename(path) in text


def listing(logdir):
    return json.loads(runs_impl(logdir, 0).body)["runs"]


@pytest.mark.parametrize("place", ["s3://bucket/logs", "one:/a,two:/b", ""])
def test_what_is_no_local_directory_is_not_read_again(place):
    assert FileDamage(place).problems("a") == []


def test_requests_wait_a_second_in_all_however_many_runs_are_large(tmp_path, monkeypatch):
    def read_long(files):
        time.sleep(0.1)
        return iter(())

    (tmp_path / "a").mkdir()
    monkeypatch.setattr(RunFiles, "new_events", read_long)
    monkeypatch.setattr(file_damage, "WAIT_SECONDS", 0.2)
    damage, began = FileDamage(str(tmp_path)), time.monotonic()
    for number in range(100):
        damage.problems(str(number))
    assert time.monotonic() - began < 5  # all of them take 10 s
