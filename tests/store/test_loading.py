"""Where runs are looked for: directories, links, URLs."""

import os
import re

import fsspec
import numpy as np
import pytest

from tb_keras_inspect import load_run, load_runs
from tb_keras_inspect.files.remote_files import FsspecFiles
from tb_keras_inspect.records.event_file_writer import EventFileWriter
from tb_keras_inspect.store import StoreError
from tb_keras_inspect.store.loading import runs_at
from tests.store.run_writer import RunWriter, write_run, write_scalars


def test_all_runs_below_a_directory_are_named_as_tensorboard_names_them(tmp_path):
    write_run(tmp_path).close()
    write_run(tmp_path / "a" / "deep").close()
    RunWriter(tmp_path / "nothing_of_ours").close()
    (tmp_path / "empty").mkdir()
    runs = load_runs(tmp_path)
    assert list(runs) == [".", "a/deep"]
    assert runs["a/deep"].name == "a/deep"
    assert len(runs["."].table("gradient").steps) == 5


def test_links_are_followed_but_not_in_circles(tmp_path):
    write_run(tmp_path / "elsewhere" / "run").close()
    (tmp_path / "logs").mkdir()
    os.symlink(tmp_path / "elsewhere" / "run", tmp_path / "logs" / "linked")
    os.symlink(tmp_path / "logs", tmp_path / "logs" / "circle")
    assert list(load_runs(tmp_path / "logs")) == ["linked"]


def test_a_run_is_named_after_its_directory(tmp_path):
    write_run(tmp_path / "a").close()
    for path in (tmp_path / "a", f"{tmp_path}/a/", str(tmp_path / "a")):
        assert load_run(path).name == "a"


@pytest.fixture
def memory():
    system = fsspec.filesystem("memory")
    yield system
    system.rm("/", recursive=True) if system.exists("/") else None


def upload(system, directory, path):
    for name in os.listdir(directory):
        system.put(os.path.join(directory, name), f"{path}/{name}")


def test_a_url_of_fsspec_is_read_and_each_byte_fetched_once(tmp_path, memory):
    writer = write_run(tmp_path)
    upload(memory, tmp_path, "/logs/a")
    assert list(load_runs("memory://logs")) == ["a"]
    run = load_run("memory://logs/a")
    assert run.name == "a"
    local = load_run(tmp_path)
    np.testing.assert_array_equal(run.table("gradient").values, local.table("gradient").values)
    remote, fetched = run._source._layer._remote, []
    original = remote.read
    remote.read = lambda path, start, stop: (
        fetched.append(stop - start) or original(path, start, stop)
    )
    size = writer.file.size
    writer.sample(50)
    upload(memory, tmp_path, "/logs/a")
    run.refresh()
    assert run.table("gradient").steps[-1] == 50
    assert run.table("weight").steps[-1] == 50
    assert run.maps("conv").arrays[0].shape == (2, 3, 4, 4)
    assert sum(fetched) == writer.file.size - size
    writer.close()


def test_a_listing_says_how_far_remote_files_have_grown(tmp_path, memory, monkeypatch):
    """An object store takes a request for each size, and a run has many objects."""
    for step in range(2):
        writer = RunWriter(tmp_path)
        writer.write_model(step)
        writer.sample(step)
        writer.close()
    upload(memory, tmp_path, "/logs/a")
    monkeypatch.setattr(FsspecFiles, "size", None)
    run = load_run("memory://logs/a")
    assert not run.refresh()
    assert run.table("gradient").steps.tolist() == [0, 1]


def test_a_url_that_nothing_opens_is_refused():
    with pytest.raises(StoreError, match="nonsense://x"):
        load_run("nonsense://x")


def test_a_missing_url_is_refused():
    with pytest.raises(StoreError, match="memory://not/there"):
        load_run("memory://not/there")


def test_a_url_of_tensorflows_own_file_layer_is_read(tmp_path):
    pytest.importorskip("tensorflow")
    writer = RunWriter(tmp_path)
    url = "ram://tb_keras_inspect/a"
    writer.file = EventFileWriter(url)
    writer.write_model(0)
    writer.sample(0)
    writer.close()
    assert load_run(url).table("gradient").steps.tolist() == [0]
    assert list(load_runs("ram://tb_keras_inspect")) == ["a"]


def test_an_event_file_stands_for_its_run(tmp_path):
    writer = write_run(tmp_path / "a")
    writer.close()
    path = writer.file.path
    for run in (load_run(path), *runs_at(path).values()):
        assert run.name == "a"
        assert "gradient" in run.kinds


def test_a_directory_of_keras_inside_a_run_is_refused_with_the_run(tmp_path, monkeypatch):
    write_run(tmp_path / "logs" / "a").close()
    write_scalars(tmp_path / "logs" / "a" / "train", "epoch_loss", {0: 1.0})
    monkeypatch.chdir(tmp_path)
    for given in ("logs/a/train", "logs/a/train/", tmp_path / "logs" / "a" / "train"):
        for load in (load_run, runs_at):
            with pytest.raises(StoreError, match=r"part of the run 'logs/a'"):
                load(given)


def test_a_run_that_has_recorded_nothing_yet_can_be_loaded(tmp_path):
    RunWriter(tmp_path / "a").close()
    assert load_run(tmp_path / "a").kinds == set()


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (["logs/*"], ["a", "b/deep"]),
        (["logs/a*"], ["a"]),
        (["logs/a", "logs/b"], ["a", "b/deep"]),
        (["logs/a", "logs/a/train", "logs/b"], ["a", "b/deep"]),  # as a shell expands logs/*
        (["logs/a/*"], ["a"]),
        (["logs", "logs/a"], ["a", "b/deep"]),
        (["*"], ["a", "b/deep"]),
        (["logs/b", "elsewhere/c"], ["elsewhere/c", "logs/b/deep"]),
    ],
)
def test_patterns_and_several_paths_name_runs_below_what_they_share(
    tmp_path, monkeypatch, given, names
):
    for name in ("logs/a", "logs/b/deep", "elsewhere/c"):
        write_run(tmp_path / name).close()
    if given == ["*"]:
        (tmp_path / "elsewhere").rename(tmp_path.parent / f"{tmp_path.name}_away")
    write_scalars(tmp_path / "logs" / "a" / "train", "epoch_loss", {0: 1.0})
    monkeypatch.chdir(tmp_path)
    runs = runs_at(*given)
    assert sorted(runs) == names
    assert all(run.name == name for name, run in runs.items())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("nowhere", "No such directory: 'nowhere'"),
        ("nowhere/*", "Nothing matches 'nowhere/*'"),
        ("notes.txt", "Received: the file 'notes.txt'"),
        ("*.txt", "files only, by '*.txt'"),
        ("empty", "No records of InspectCallback in or below 'empty'"),
        ("", "No such directory: ''"),
    ],
)
def test_a_path_without_runs_is_refused_with_what_was_found(tmp_path, monkeypatch, given, words):
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StoreError, match=re.escape(words)):
        runs_at(given)
