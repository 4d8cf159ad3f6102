"""Control files behind URLs work as in a local directory, except for links and permissions."""

import json
import threading
import uuid

import keras
import pytest

from tb_keras_inspect import load_run
from tb_keras_inspect.files.locations import below, made, opened
from tb_keras_inspect.files.remote_files import FsspecFiles
from tb_keras_inspect.files.safe_directory import Directory, UnsafeError
from tb_keras_inspect.steering.channel import (
    FOLDER,
    STATE,
    Channel,
    NotSteerableError,
    TrainingChannel,
)
from tb_keras_inspect.steering.messages import new_id
from tb_keras_inspect.training.steering.commands.server import DONE, CommandServer
from tests.steering import steered
from tests.steering.waiting import until

TOKEN = "ab" * 20


def url(scheme: str) -> str:
    """A URL with nothing behind it yet."""
    return f"{scheme}://tb_keras_inspect_{uuid.uuid4().hex}/a"


@pytest.fixture(params=["local", "fsspec", "gfile"])
def place(request, tmp_path) -> str:
    """A local directory, or one in the memory of each file layer."""
    if request.param == "local":
        return str(tmp_path)
    pytest.importorskip("tensorflow" if request.param == "gfile" else "fsspec")
    return url("ram" if request.param == "gfile" else "memory")


def test_files_are_written_read_and_removed_alike(place):
    with made(place) as directory:
        assert directory.names() == []
        assert not directory.has("x")
        assert not directory.remove("x")
        with pytest.raises(FileNotFoundError):
            directory.read("x", 10)
        assert directory.write("x", b"one")
        assert directory.read("x", 3) == b"one"
        with pytest.raises(UnsafeError):
            directory.read("x", 2)
        assert not directory.write("x", b"two", keep=True)
        assert directory.read("x", 10) == b"one"
        assert directory.write("x", b"three")
        assert directory.read("x", 10) == b"three"
        with directory.subdirectory("below", create=True) as inside:
            inside.write("y", b"")
            assert inside.names() == ["y"]
            assert inside.read("y", 0) == b""
        assert sorted(directory.names()) == ["below", "x"]
        with directory.subdirectory("below") as inside:
            assert inside.has("y")
        assert directory.remove("x")
        assert directory.names() == ["below"]


def test_on_an_object_store_a_file_is_written_at_once(monkeypatch):
    monkeypatch.setattr("tb_keras_inspect.files.remote_directory.OBJECT_STORES", {"memory"})
    with made(url("memory")) as directory:
        monkeypatch.setattr(FsspecFiles, "move", None)
        assert directory.write("x", b"one")
        assert directory.names() == ["x"]


def test_a_url_that_nothing_opens_is_named():
    with pytest.raises(OSError, match="nothing://"):
        made("nothing://a/b")


def test_paths_below_a_url_have_slashes():
    assert below("gs://b/logs/", "a", "c") == "gs://b/logs/a/c"


def test_several_senders_are_each_answered_once(place):
    channel = TrainingChannel(place, TOKEN)
    server = CommandServer(channel, TOKEN, lambda: {"status": "running"}, lambda: True)
    server.start()
    ends = threading.Event()
    done = []

    def train():
        while not ends.wait(0.01):
            for request in server.take_commands():
                done.append(request.arguments["count"])
                server.answer(request, DONE)

    training = threading.Thread(target=train)
    training.start()
    try:
        channel = Channel(place)
        assert channel.state()["status"] == "running"
        assert channel.token() == TOKEN
        ids = [new_id() for _ in range(12)]
        senders = [
            threading.Thread(target=channel.send, args=(TOKEN, one, "step", {"count": number + 1}))
            for number, one in enumerate(ids)
        ]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        for identity in ids:
            until(lambda one=identity: channel.answer(one))
        channel.send(TOKEN, ids[0], "step", {"count": 1})  # again
        assert sorted(done) == list(range(1, 13))
        assert all(channel.answer(identity)["outcome"] == DONE for identity in ids)
    finally:
        ends.set()
        training.join()
        server.close()
    assert channel.token() is None
    assert Channel(f"{place}_other").token() is None
    with pytest.raises(NotSteerableError):
        Channel(f"{place}_other").state()


def test_local_directories_are_still_guarded_against_links(tmp_path):
    (tmp_path / "door").symlink_to(tmp_path)
    with pytest.raises(OSError, match="door"):
        made(str(tmp_path / "door"))
    assert isinstance(made(str(tmp_path / "a")), Directory)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the layer is TensorFlow's")
def test_a_run_that_is_recorded_behind_a_url_can_be_controlled():
    directory = url("ram")

    def script(control):
        control.step(2)
        control.wait_until_paused(steered.WAIT)
        assert control.set_learning_rate(0.003).new == "0.003"
        assert len(control.batch().losses) == steered.BATCH
        return control.save_checkpoint().detail

    model = steered.make_model()
    detail = steered.steer(model, directory, script, every=1)
    assert [entry.command for entry in load_run(directory).controls].count("set_learning_rate") == 1
    with opened(below(directory, *detail["file"].split("/")[:-1])) as saved:
        data = saved.read(detail["file"].split("/")[-1], 1 << 20)
    assert len(data) == detail["bytes"]
    with opened(below(directory, FOLDER)) as folder:
        assert json.loads(folder.read(STATE, 1 << 20))["status"] == "ended"
