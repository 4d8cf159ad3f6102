"""Both ends of the channel, and the command server of the training process."""

import json
import os
import threading
import time

import pytest

from tb_keras_inspect.files.safe_directory import Directory, UnsafeError
from tb_keras_inspect.steering.channel import (
    FOLDER,
    Channel,
    NotSteerableError,
    TrainingChannel,
)
from tb_keras_inspect.steering.connect import connect
from tb_keras_inspect.steering.exchange import Exchange
from tb_keras_inspect.steering.liveness import Liveness
from tb_keras_inspect.steering.messages import new_id
from tb_keras_inspect.training.steering.commands import server as command_server
from tb_keras_inspect.training.steering.commands.server import DONE, CommandServer, close_earlier
from tb_keras_inspect.training.steering.fit_monitor import FitMonitor
from tests.steering.waiting import until

TOKEN = "ab" * 20


@pytest.fixture
def server(tmp_path):
    channel = TrainingChannel(str(tmp_path), TOKEN)
    server = CommandServer(
        channel, TOKEN, lambda: {"status": "running"}, lambda: True, poll_seconds=0.01
    )
    server.start()
    yield server
    server.close()


def test_files_of_an_earlier_process_are_deleted(tmp_path):
    for folder in ("commands", "answers"):
        os.makedirs(tmp_path / FOLDER / folder)
        (tmp_path / FOLDER / folder / f"{new_id()}.json").write_text("{}")
    (tmp_path / FOLDER / "token").write_text("old")
    os.chmod(tmp_path / FOLDER / "token", 0o644)
    TrainingChannel(str(tmp_path), TOKEN)
    assert os.listdir(tmp_path / FOLDER / "commands") == []
    assert os.listdir(tmp_path / FOLDER / "answers") == []
    token = tmp_path / FOLDER / "token"
    assert token.stat().st_mode & 0o777 == 0o600
    assert token.read_text().strip() == TOKEN


def test_many_senders_at_once_are_each_answered_once(tmp_path, server):
    ids = [new_id() for _ in range(60)]
    done = []

    def send(mine):
        channel = Channel(str(tmp_path))
        for identity in mine:
            channel.send(TOKEN, identity, "step", {"count": 1})
            channel.send(TOKEN, identity, "step", {"count": 1})  # an impatient one

    def train():
        while len(done) < len(ids):
            for request in server.take_commands():
                done.append(request.id)
                server.answer(request, DONE)
            time.sleep(0.01)

    senders = [threading.Thread(target=send, args=(ids[i::4],)) for i in range(4)]
    training = threading.Thread(target=train)
    for thread in (training, *senders):
        thread.start()
    for thread in (*senders, training):
        thread.join(60)
    assert sorted(done) == sorted(ids)
    channel = Channel(str(tmp_path))
    assert all(channel.answer(identity)["outcome"] == "done" for identity in ids)
    until(lambda: os.listdir(tmp_path / FOLDER / "commands") == [])


def test_files_that_are_not_commands_are_refused_or_removed(tmp_path, server):
    folder = tmp_path / FOLDER / "commands"
    contents = ["", "{", "[]", json.dumps({"id": new_id()}), "[" * 10_000, "x" * 100_000]
    ids = [new_id() for _ in contents]
    for identity, content in zip(ids, contents, strict=True):
        (folder / f"{identity}.json").write_text(content)
    (folder / "nonsense.json").write_text("{}")
    (folder / f"{new_id()}.json").symlink_to("/etc/passwd")
    os.mkfifo(folder / f"{new_id()}.json")
    channel = Channel(str(tmp_path))
    for identity in ids:
        assert until(lambda identity=identity: channel.answer(identity))["outcome"] == "refused"
    until(lambda: os.listdir(folder) == [])
    assert not server.waiting_count


def test_a_command_that_was_altered_is_refused(tmp_path, server):
    channel, identity = Channel(str(tmp_path)), new_id()
    server.poll_seconds = 3600
    time.sleep(0.05)
    channel.send(TOKEN, identity, "set_learning_rate", {"value": 0.1})
    path = tmp_path / FOLDER / "commands" / f"{identity}.json"
    path.write_text(path.read_text().replace("0.1", "10.0"))
    server.receive()
    assert channel.answer(identity)["why"] == "The token is wrong"


def test_a_waiting_command_is_refused_when_training_ends(tmp_path, server):
    channel, identity = Channel(str(tmp_path)), new_id()
    channel.send(TOKEN, identity, "pause", {})
    until(lambda: server.waiting_count)
    server.close()
    assert channel.answer(identity)["why"] == "The training run has ended"
    assert channel.token() is None


def test_a_withdrawn_command_is_not_carried_out(tmp_path, server):
    channel, identity = Channel(str(tmp_path)), new_id()
    channel.send(TOKEN, identity, "pause", {})
    until(lambda: server.waiting_count)
    assert channel.withdraw(identity)
    assert server.take_commands() == []
    assert not channel.withdraw(identity)


def test_old_answers_are_deleted(tmp_path, server, monkeypatch):
    monkeypatch.setattr(command_server, "MAX_ANSWERS", 3)
    monkeypatch.setattr(command_server, "MAX_PICTURES", 1)
    channel, ids = Channel(str(tmp_path)), [new_id() for _ in range(5)]
    for identity in ids:
        channel.send(TOKEN, identity, "look_at_batch", {})
        until(lambda: server.waiting_count)
        for request in server.take_commands():
            server.answer(request, DONE, picture=b"x")
    assert [channel.answer(i) is not None for i in ids] == [False, False, True, True, True]
    assert [channel.picture(i) is not None for i in ids] == [False] * 4 + [True]


def test_the_next_fit_of_a_process_is_not_disturbed_by_an_interrupted_one(tmp_path, server):
    """The server of a fit that Ctrl-C ended closes some seconds later, if no new fit begins before."""
    close_earlier(str(tmp_path / FOLDER))
    new_token = "cd" * 20
    new = CommandServer(
        TrainingChannel(str(tmp_path), new_token), new_token, lambda: {"status": "running"}, bool
    )
    new.start()
    server.close()
    channel = Channel(str(tmp_path))
    assert channel.token() == new_token
    assert channel.state()["status"] == "running"
    new.close()


def test_a_client_whose_command_was_removed_is_told_when_the_run_ends(tmp_path, server):
    exchange = Exchange(Channel(str(tmp_path)), TOKEN, timeout=0.1)
    server.poll_seconds = 3600
    identity = exchange.send("pause", {})
    os.unlink(tmp_path / FOLDER / "commands" / f"{identity}.json")
    server.close()
    with pytest.raises(NotSteerableError, match="has ended"):
        exchange.wait_for_answer(identity)


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": None},
        {"outcome": ["done"]},
        {"why": 1},
        {"detail": []},
        {"id": "1"},
        {"step": "1e999"},
    ],
)
def test_a_forged_answer_of_another_form_is_none(change, tmp_path, server):
    identity = new_id()
    answer = {"id": identity, "command": "pause", "outcome": "done"}
    path = tmp_path / FOLDER / "answers" / f"{identity}.json"
    path.write_text(json.dumps(answer))
    channel = Channel(str(tmp_path))
    assert channel.answer(identity)["detail"] == {}
    path.write_text(json.dumps(answer | change).replace('"1e999"', "1e999"))
    assert channel.answer(identity) is None


def test_control_files_that_vanish_stop_the_server(tmp_path, server):
    import shutil

    shutil.rmtree(tmp_path / FOLDER)
    until(lambda: server.failure is not None)
    assert server.wake_up.is_set()


def test_a_fit_that_ends_by_an_exception_is_noticed(tmp_path):
    monitors, goes_on = [], threading.Event()

    def fit():
        monitors.append(FitMonitor())
        goes_on.wait(60)
        raise RuntimeError

    def program():
        try:
            fit()
        except RuntimeError:
            done.wait(60)

    done = threading.Event()
    thread = threading.Thread(target=program)
    thread.start()
    monitor = until(lambda: monitors and monitors[0])
    assert monitor.is_running()
    goes_on.set()
    until(lambda: not monitor.is_running())
    done.set()
    thread.join()


def test_connect_says_why_a_run_takes_no_commands(tmp_path, server):
    with pytest.raises(NotSteerableError, match="was not started with"):
        connect(tmp_path / "nothing")
    (tmp_path / FOLDER / "token").unlink()
    with pytest.raises(NotSteerableError, match="cannot be read here"):
        connect(tmp_path)


def test_a_dead_process_is_distinguished_from_one_with_another_clock():
    now = time.time()
    assert Liveness().update({"beat": 1, "time": now}) is True
    behind = Liveness()
    assert behind.update({"beat": 1, "time": now - 1000}) is None
    assert behind.update({"beat": 2, "time": now - 998}) is True
    dead = Liveness()
    assert dead.update({"beat": 1, "time": now - 1000}) is None
    later = time.monotonic() + 100
    assert dead.update({"beat": 1, "time": now - 1000}, later) is False


def test_files_are_whole_and_no_link_is_followed(tmp_path):
    outside = tmp_path / "outside"
    outside.write_text("secret")
    (tmp_path / "inside").mkdir()
    with Directory(str(tmp_path / "inside")) as directory:
        directory.write("a", b"one")
        assert directory.read("a", 3) == b"one"
        assert directory.write("a", b"two", keep=True) is False
        with pytest.raises(UnsafeError, match="at most 2 bytes"):
            directory.read("a", 2)
        (tmp_path / "inside" / "link").symlink_to(outside)
        with pytest.raises(UnsafeError):
            directory.read("link", 100)
        directory.write("link", b"mine")  # takes the link's place
        assert outside.read_text() == "secret"
        assert sorted(directory.names()) == ["a", "link"]
    (tmp_path / "door").symlink_to(tmp_path / "inside")
    with pytest.raises(OSError, match="door"):
        Directory(str(tmp_path / "door"))
