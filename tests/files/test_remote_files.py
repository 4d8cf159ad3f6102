"""Files behind URLs: the same through fsspec and through TensorFlow's file layer."""

import sys
import uuid

import pytest

from tb_keras_inspect.files import remote_files
from tb_keras_inspect.files.remote_files import FsspecFiles, TensorFlowFiles


def url(scheme):
    """A URL with nothing behind it yet."""
    return f"{scheme}://tb_keras_inspect_{uuid.uuid4().hex}/a"


@pytest.fixture(params=["memory", "ram"])
def place(request):
    """A directory in the memory of each file layer."""
    pytest.importorskip("tensorflow" if request.param == "ram" else "fsspec")
    return url(request.param)


def test_tensorflows_layer_opens_only_what_fsspec_cannot():
    pytest.importorskip("tensorflow")
    assert isinstance(remote_files.remote_files(url("memory")), FsspecFiles)
    assert isinstance(remote_files.remote_files(url("ram")), TensorFlowFiles)


def test_each_write_to_a_new_file_can_be_read_at_once(place):
    path = f"{place}/events"
    files, file = remote_files.remote_files(path), remote_files.create(path)
    file.write(b"one")
    assert files.read(path) == b"one"
    file.write(b"two")
    assert files.size(path) == 6
    assert files.read(path, 2, 5) == b"etw"
    file.close()
    assert files.read(path) == b"onetwo"


def test_where_nothing_can_be_appended_the_file_stays_open(monkeypatch):
    pytest.importorskip("fsspec")
    path = f"{url('memory')}/events"
    monkeypatch.setattr(remote_files, "NO_APPEND", {"memory"})
    files = FsspecFiles(path)
    file = files.create(path)
    for data in (b"one", b"two"):
        file.write(data)
    file.close()
    assert files.read(path) == b"onetwo"


def test_directories_are_listed_and_walked_as_urls(place):
    files = remote_files.remote_files(place)
    for below in ("", "/deep"):
        files.make(f"{place}{below}")
        files.write(f"{place}{below}/x", b"")
    assert sorted(files.names(place)) == ["deep", "x"]
    assert files.files(place) == [f"{place}/x"]
    walked = {at.rstrip("/"): sorted(names) for at, names in files.walk(place)}
    assert walked == {place: ["x"], f"{place}/deep": ["x"]}


def test_a_missing_file_is_a_file_not_found_whatever_the_file_system_raises(place):
    files = remote_files.remote_files(place)
    files.make(place)
    for act in (files.size, files.read, files.remove):
        with pytest.raises(FileNotFoundError):
            act(f"{place}/missing")


def test_a_scheme_that_nothing_opens_is_refused_at_once_with_both_reasons():
    with pytest.raises(OSError, match=r"Cannot open 'nothing://a/b'.*nothing.*\(.*nothing"):
        remote_files.remote_files("nothing://a/b")


def test_where_fsspec_is_missing_the_extra_that_brings_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(OSError, match=r"pip install 'tb-keras-inspect\[remote\]'"):
        remote_files.remote_files("nothing://a/b")
