"""Files behind URLs: the same through fsspec and through TensorFlow's file layer."""

import sys
import uuid
from typing import ClassVar

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from tb_keras_inspect.files import remote_files
from tb_keras_inspect.files.errors import StoreError
from tb_keras_inspect.files.file_layer import file_layer
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


def test_directories_are_listed_and_walked_as_urls(place):
    files = remote_files.remote_files(place)
    for below in ("", "/deep"):
        files.make(f"{place}{below}")
        files.write(f"{place}{below}/x", b"")
    assert sorted(files.names(place)) == ["deep", "x"]
    assert files.files(place) == [f"{place}/x"]
    walked = {at.rstrip("/"): sorted(names) for at, names in files.walk(place)}
    assert walked == {place: ["x"], f"{place}/deep": ["x"]}


class Refusing(MemoryFileSystem):
    """An object store: denies one directory, keeps listings, fails on a range of an empty object."""

    protocol = "refusing"
    cachable = False
    store: ClassVar[dict] = {}
    pseudo_dirs: ClassVar[list] = [""]
    denied: ClassVar[list] = []
    listings: ClassVar[dict] = {}

    @classmethod
    def _strip_protocol(cls, path):
        return super()._strip_protocol(path.removeprefix("refusing:/"))

    def ls(self, path, detail=True, **options):
        path = self._strip_protocol(path)
        if path in self.denied:
            raise PermissionError(path)
        if path not in self.listings:
            self.listings[path] = super().ls(path, detail=True, **options)
        return self.listings[path]

    def invalidate_cache(self, path=None):
        self.listings.clear()

    def cat_file(self, path, start=None, end=None, **options):
        if not self.info(path)["size"] and (start is not None or end is not None):
            raise OSError("416 Range Not Satisfiable")
        return super().cat_file(path, start=start, end=end, **options)


@pytest.fixture
def refusing(monkeypatch):
    """A directory of `Refusing` in which nothing is denied yet, with a run "a/deep" in it."""
    for state in ("store", "listings"):
        monkeypatch.setattr(Refusing, state, {})
    monkeypatch.setattr(Refusing, "pseudo_dirs", [""])
    monkeypatch.setattr(Refusing, "denied", [])
    fsspec.register_implementation("refusing", Refusing, clobber=True)
    FsspecFiles("refusing://logs").write("refusing://logs/a/deep/events.tfevents", b"")
    return "refusing://logs"


@pytest.mark.parametrize("denied", ["/logs", "/logs/a", "/logs/a/deep"])
def test_a_directory_that_cannot_be_read_is_an_error_at_any_depth(refusing, denied):
    assert file_layer(refusing).run_directories(refusing) == ["a/deep"]
    Refusing.denied.append(denied)
    with pytest.raises(StoreError, match=f"Cannot read.*{denied}"):
        file_layer(refusing).run_directories(refusing)


def test_a_directory_that_is_missing_has_no_runs(refusing):
    assert file_layer(refusing).run_directories(f"{refusing}/missing") == []


def test_a_walk_finds_what_was_written_since_the_last_one(refusing):
    files = FsspecFiles(refusing)
    files.walk(refusing)
    Refusing().pipe_file("/logs/b/events.tfevents", b"")
    found = {at for at, names in files.walk(refusing) if names}
    assert found == {f"{refusing}/a/deep", f"{refusing}/b"}


def test_a_whole_file_is_read_without_a_range(refusing):
    assert FsspecFiles(refusing).read(f"{refusing}/a/deep/events.tfevents") == b""


def test_an_error_is_not_taken_for_a_missing_file_by_its_name(refusing, monkeypatch):
    class CredentialsNotFoundError(Exception):
        pass

    def fail(*arguments, **options):
        raise CredentialsNotFoundError

    monkeypatch.setattr(Refusing, "ls", fail)
    with pytest.raises(OSError, match="CredentialsNotFoundError") as raised:
        FsspecFiles(refusing).names(refusing)
    assert not isinstance(raised.value, FileNotFoundError)


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
    with pytest.raises(OSError, match=r"pip install '\.\[remote\]'"):
        remote_files.remote_files("nothing://a/b")
