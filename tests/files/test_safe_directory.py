"""Whatever has the name of a file is read as a file or refused, at once, and nothing stays open."""

import os
import socket

import pytest

from tb_keras_inspect.files.file_layer import LocalFiles
from tb_keras_inspect.files.safe_directory import Directory, UnsafeError, open_plain
from tb_keras_inspect.records.event_file_reader import EventFile

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs pipes, links and devices")


def open_files():
    return len(os.listdir("/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"))


def a_socket(path):
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


OTHER_THINGS = {
    "directory": lambda path: path.mkdir(),
    "pipe": os.mkfifo,
    "link to a file": lambda path: path.symlink_to(__file__),
    "link to a device": lambda path: path.symlink_to("/dev/zero"),
    "link to itself": lambda path: path.symlink_to(path),
    "link to nothing": lambda path: path.symlink_to(path.with_name("nothing")),
    "socket": a_socket,
}


@pytest.mark.parametrize("what", OTHER_THINGS)
def test_other_things_than_files_are_refused_and_nothing_stays_open(what, tmp_path):
    OTHER_THINGS[what](tmp_path / "x")
    with Directory(str(tmp_path)) as directory:
        before = open_files()
        for _ in range(20):
            with pytest.raises(UnsafeError):
                directory.read("x", 10)
            assert not directory.has("x")
        assert open_files() == before
        assert directory.files(10) == ([] if what == "directory" else ["x"])


def test_a_device_is_not_even_opened():
    with Directory("/dev") as devices, pytest.raises(UnsafeError, match="zero is not a plain file"):
        devices.read("zero", 10)


def test_a_file_that_becomes_a_pipe_between_look_and_opening_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "x"
    path.write_text("one")
    original = os.open

    def swapped(name, *arguments, **options):
        path.unlink()
        os.mkfifo(path)
        return original(name, *arguments, **options)

    before = open_files()
    monkeypatch.setattr(os, "open", swapped)
    with pytest.raises(UnsafeError):
        open_plain(str(path))
    monkeypatch.undo()
    assert open_files() == before


def test_what_stands_in_the_way_of_a_file_is_replaced_but_for_a_directory(tmp_path):
    with Directory(str(tmp_path)) as directory:
        for what, make in OTHER_THINGS.items():
            make(tmp_path / "x")
            if what == "directory":
                with pytest.raises(OSError, match="directory"):
                    directory.write("x", b"mine")
                (tmp_path / "x").rmdir()
            else:
                directory.write("x", b"mine")
                assert directory.read("x", 10) == b"mine"
                (tmp_path / "x").unlink()
        assert directory.names() == []  # no temporary file either


def test_a_huge_file_is_refused_before_it_is_read_whole(tmp_path):
    with open(tmp_path / "x", "wb") as file:
        file.truncate(1 << 40)  # sparse
    with Directory(str(tmp_path)) as directory, pytest.raises(UnsafeError, match="at most 100"):
        directory.read("x", 100)


def test_files_are_listed_oldest_first_and_no_more_than_asked_for(tmp_path):
    for age, name in enumerate(("é", "b\n", "c")):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    with Directory(str(tmp_path)) as directory:
        assert directory.files(10) == ["c", "b\n", "é"]
        assert len(directory.files(2)) == 2


def test_a_file_is_copied_in_without_following_a_link(tmp_path):
    (tmp_path / "source").write_bytes(b"model")
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "x").symlink_to(tmp_path / "precious")
    with Directory(str(tmp_path / "there")) as directory:
        directory.copy_in("x", str(tmp_path / "source"))
        assert directory.read("x", 10) == b"model"
    assert (tmp_path / "precious").read_text() == "precious"


def test_an_event_file_that_became_a_pipe_is_refused_at_once(tmp_path):
    (tmp_path / "events.out.tfevents.1").write_bytes(b"abc")
    link = tmp_path / "link.tfevents.2"
    link.symlink_to(tmp_path / "events.out.tfevents.1")  # links to event files are in use
    layer = LocalFiles()
    path, linked = layer.event_files(str(tmp_path))
    assert layer.read(path, 1, 3) == layer.read(linked, 1, 3) == b"bc"
    os.unlink(path)
    os.mkfifo(path)
    for name in (path, linked):
        with pytest.raises(OSError, match="not a plain file"):
            layer.read(name, 0, 3)


def test_an_event_file_that_became_a_directory_is_a_problem_of_the_run_not_an_error(tmp_path):
    path = tmp_path / "events.out.tfevents.1"
    path.write_bytes(b"")
    file = EventFile(LocalFiles(), str(path))
    assert list(file.records()) == []
    path.unlink()
    path.mkdir()
    (path / "x").touch()  # where an empty directory has no size
    assert list(file.records()) == []
    assert "cannot be read" in file.problem
