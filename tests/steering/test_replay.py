"""A signed command is carried out once and soon, or never, whatever is copied or added."""

import json
import os
import shutil
import time

import pytest

from tb_keras_inspect.steering import messages, replay_guard
from tb_keras_inspect.steering.channel import FOLDER, Channel, NotSteerableError, TrainingChannel
from tb_keras_inspect.steering.messages import Request, new_id
from tb_keras_inspect.steering.replay_guard import NEW_AFTER_SECONDS, VALID_SECONDS, ReplayGuard
from tb_keras_inspect.training.steering.commands import server as command_server
from tb_keras_inspect.training.steering.commands.server import DONE, CommandServer

TOKEN = "ab" * 20


class Run:
    """A training run without training, whose command server does nothing by itself."""

    def __init__(self, directory):
        self.directory = directory
        self.commands = directory / FOLDER / "commands"
        self.channel = Channel(str(directory))
        self.server = self._new_server()

    def _new_server(self):
        channel = TrainingChannel(str(self.directory), TOKEN)
        server = CommandServer(
            channel, TOKEN, lambda: {"status": "running"}, lambda: True, poll_seconds=3600
        )
        server.start()
        return server

    def new_fit(self):
        """The next fit of the same callback, which has the same token."""
        self.server.close()
        self.server = self._new_server()

    def send(self, name="pause", **arguments):
        """Sends a command and keeps a copy of its file, as anyone may who can read the directory."""
        identity = new_id()
        self.channel.send(TOKEN, identity, name, arguments)
        shutil.copy(self.path(identity), self.directory)
        return identity

    def replay(self, identity):
        shutil.copy(self.directory / f"{identity}.json", self.commands)

    def path(self, identity):
        return self.commands / f"{identity}.json"

    def carried_out(self):
        """Receives and carries out what is there; returns the ids."""
        self.server.receive()
        requests = self.server.take_commands()
        for request in requests:
            self.server.answer(request, DONE)
        return [request.id for request in requests]

    def add_junk(self, count):
        for _ in range(count):
            identity = new_id()
            content = Request(identity, "stop", {}, "1-00", "0" * 64).to_json()
            self.path(identity).write_bytes(content)


@pytest.fixture
def run(tmp_path):
    run = Run(tmp_path)
    yield run
    run.server.close()


@pytest.fixture
def small(monkeypatch):
    """So little memory that a few commands fill it."""
    monkeypatch.setattr(replay_guard, "MAX_REMEMBERED", 3)
    for name in ("MAX_ANSWERS", "MAX_REFUSALS"):
        monkeypatch.setattr(command_server, name, 3)


def test_a_copied_command_is_not_carried_out_again(run, small):
    identity = run.send("step", count=1)
    assert run.carried_out() == [identity]
    run.replay(identity)
    assert run.carried_out() == []
    assert os.listdir(run.commands) == []


def test_not_even_after_any_amount_of_junk(run, small):
    identity = run.send("step", count=1)
    assert run.carried_out() == [identity]
    run.add_junk(50)
    assert run.carried_out() == []
    run.replay(identity)
    assert run.carried_out() == []
    assert run.channel.answer(identity)["outcome"] == "done"  # junk displaces no answer either


def test_nor_after_any_number_of_signed_commands(run, small):
    first = run.send("step", count=1)
    assert run.carried_out() == [first]
    others = [run.send("step", count=1) for _ in range(20)]
    assert sorted(run.carried_out()) == sorted(others)
    run.replay(first)
    assert run.carried_out() == []


def test_nor_by_a_later_fit_with_the_same_token(run):
    identity = run.send("stop")
    assert run.carried_out() == [identity]
    run.new_fit()
    run.replay(identity)
    assert run.carried_out() == []
    assert "for another fit" in run.channel.answer(identity)["why"]
    assert run.carried_out() == []


def test_a_command_that_was_refused_for_want_of_room_is_not_carried_out_later(run, monkeypatch):
    monkeypatch.setattr(command_server, "MAX_WAITING", 1)
    first, second = run.send("step", count=1), run.send("stop")
    run.server.receive()
    assert "waiting already" in run.channel.answer(second)["why"]
    assert run.carried_out() == [first]
    run.replay(second)
    assert run.carried_out() == []


def test_a_withdrawn_command_cannot_be_put_back(run):
    identity = run.send("stop")
    run.server.receive()
    assert run.channel.withdraw(identity)
    run.server.receive()
    run.replay(identity)
    assert run.carried_out() == []


def test_a_command_that_was_held_back_is_refused_as_too_old(run, monkeypatch):
    identity = run.send("stop")
    os.unlink(run.path(identity))
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + VALID_SECONDS + 1)
    run.replay(identity)
    assert run.carried_out() == []
    assert "more than 120 s ago" in run.channel.answer(identity)["why"]


def test_a_signature_is_for_one_challenge_and_cannot_be_moved_to_another(run):
    identity = run.send("stop")
    os.unlink(run.path(identity))
    content = json.loads((run.directory / f"{identity}.json").read_text())
    run.new_fit()
    content["challenge"] = run.channel.state()["challenge"]
    run.path(identity).write_text(json.dumps(content))
    assert run.carried_out() == []
    assert run.channel.answer(identity)["why"] == "The token is wrong"


def test_challenges_are_numbered_cannot_be_guessed_and_end():
    now = [0.0]
    guard = ReplayGuard(lambda: now[0])
    first = guard.challenge()
    now[0] = NEW_AFTER_SECONDS / 2
    assert guard.challenge() == first
    now[0] = VALID_SECONDS
    second = guard.challenge()
    assert guard.is_valid(first)
    assert guard.is_valid(second)
    assert [text.partition("-")[0] for text in (first, second)] == ["1", "2"]
    now[0] += 1
    guard.challenge()
    assert not guard.is_valid(first)
    assert not guard.is_valid("4-" + "0" * 32)
    assert guard.is_valid(second)


def test_what_is_remembered_is_bounded_and_lasts_longer_than_a_command_is_valid():
    now = [0.0]
    guard = ReplayGuard(lambda: now[0])
    for number in range(20_000):
        now[0] += VALID_SECONDS / 10_000
        guard.challenge()
        guard.remember(str(number))
    remembered = [guard.remembers(str(number)) for number in range(20_000)]
    assert 10_000 <= sum(remembered) <= 10_002
    assert all(remembered[-10_000:])
    now[0] += VALID_SECONDS + 1
    guard.remember("last")
    assert sum(guard.remembers(str(number)) for number in range(20_000)) == 4999


def test_ids_sort_by_creation_though_the_clock_steps_back(monkeypatch):
    clock = iter([2_000, 1_000, 1_000, 3_000_000_000_000_000_000])
    monkeypatch.setattr(messages, "_last_time", 0)
    monkeypatch.setattr(time, "time_ns", lambda: next(clock))
    ids = [new_id() for _ in range(4)]
    assert ids == sorted(ids)


def test_commands_of_clients_with_other_clocks_are_carried_out_in_the_order_of_arrival(
    run, monkeypatch
):
    late = time.time_ns() + 3_600_000_000_000
    first = f"{late}-{'0' * 16}"  # sent by a client whose clock is an hour ahead
    run.channel.send(TOKEN, first, "pause", {})
    time.sleep(0.02)
    second = run.send("resume")
    assert run.carried_out() == [first, second]


def test_a_command_of_an_older_format_is_refused_and_says_so(run):
    """As version 1 wrote it: signed, but without a challenge."""
    import hashlib
    import hmac

    identity = new_id()
    content = json.dumps([identity, "stop", {}], sort_keys=True)
    signature = hmac.new(TOKEN.encode(), content.encode(), hashlib.sha256).hexdigest()
    old = {"id": identity, "command": "stop", "arguments": {}, "signature": signature}
    run.path(identity).write_text(json.dumps(old))
    assert run.carried_out() == []
    assert "version of tb-keras-inspect" in run.channel.answer(identity)["why"]


@pytest.mark.parametrize("version", [1, 3, None, "2"])
def test_a_client_says_that_the_training_program_has_another_version(run, version):
    path = run.directory / FOLDER / "state.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"version": version}))
    with pytest.raises(NotSteerableError, match="the same version of tb-keras-inspect"):
        run.channel.send(TOKEN, new_id(), "pause", {})
    assert os.listdir(run.commands) == []


def test_junk_is_read_little_by_little_and_reported_a_few_times(run, caplog, monkeypatch):
    monkeypatch.setattr(command_server, "RECEIVE_SECONDS", 0.0)  # one at a time
    monkeypatch.setattr(command_server, "MAX_WARNINGS", 3)
    run.add_junk(5)
    left = []
    for _ in range(5):
        run.server.receive()
        left.append(len(os.listdir(run.commands)))
    assert left == [4, 3, 2, 1, 0]
    texts = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(texts) == 3
    assert texts[-1].endswith("more will not be reported")


def test_directories_named_as_commands_leak_nothing_and_hold_nothing_up(run):
    """1,100 of them used up all the descriptors of the process."""
    for _ in range(1100):
        run.path(new_id()).mkdir()
    identity = run.send("pause")
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    assert run.carried_out() == [identity]
    if before:
        assert len(os.listdir("/proc/self/fd")) <= before


def test_a_channel_that_cannot_be_made_leaves_nothing_open(tmp_path):
    (tmp_path / FOLDER / "state.json").mkdir(parents=True)

    def begin():
        channel = TrainingChannel(str(tmp_path), TOKEN)
        CommandServer(channel, TOKEN, dict, lambda: True).start()

    def open_files():
        return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0

    before = open_files()
    for blocked in ("state.json", "token", "answers"):
        shutil.rmtree(tmp_path / FOLDER)
        (tmp_path / FOLDER / blocked).mkdir(parents=True)
        if blocked == "answers":
            (tmp_path / FOLDER / blocked).rmdir()
            (tmp_path / FOLDER / blocked).write_text("")
        with pytest.raises(OSError, match=blocked):
            begin()
        assert not (tmp_path / FOLDER / "token").is_file()
    assert open_files() == before
