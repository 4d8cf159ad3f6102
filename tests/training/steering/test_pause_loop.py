"""Pauses as viewers see them, with nothing that trains: the loop, the server, the control files."""

import threading
import time
import types

import pytest

from tb_keras_inspect.steering.channel import TrainingChannel
from tb_keras_inspect.steering.connect import connect
from tb_keras_inspect.training.processes.group import Processes
from tb_keras_inspect.training.steering import pause_loop
from tb_keras_inspect.training.steering.actions import Actions, NextStep
from tb_keras_inspect.training.steering.breakpoints import Breakpoints
from tb_keras_inspect.training.steering.commands.runner import CommandRunner
from tb_keras_inspect.training.steering.commands.server import CommandServer
from tb_keras_inspect.training.steering.pause_loop import PauseLoop
from tb_keras_inspect.training.steering.pause_state import PauseState
from tb_keras_inspect.training.steering.processes.team import Team
from tb_keras_inspect.training.steering.status import Status

TOKEN = "ab" * 20


class Log:
    """A command log that keeps what is added."""

    def __init__(self):
        self.entries = []

    def add(self, step, identity, command, arguments, outcome, why="", *more, **texts):
        self.entries.append((command, outcome, why))


class Settings:
    """Settings of a model that has none."""

    def learning_rate(self):
        return 0.1, "variable"

    def clipping(self):
        return {"kind": "off", "value": None}

    def frozen(self):
        return []


class Paused:
    """A fit that is paused before step 7, in a thread of its own."""

    def __init__(self, directory, timeout=None):
        schedule = types.SimpleNamespace(pause=lambda: None, every="auto", interval=1)
        fit = types.SimpleNamespace(
            log_dir=str(directory), schedule=schedule, epochs=1, steps_per_epoch=10
        )
        state, points, settings = PauseState(), Breakpoints(), Settings()
        self.status = Status(fit, state, points, settings)
        self.status.step = 7
        self.log = Log()
        channel = TrainingChannel(str(directory), TOKEN)
        self.server = CommandServer(
            channel, TOKEN, self.status.as_dict, lambda: True, poll_seconds=0.01
        )
        actions = Actions(fit, state, points, settings)
        runner = CommandRunner(
            self.server, actions, state, self.log, self.server.write_state, Team(Processes())
        )
        loop = PauseLoop(fit, self.server, runner, state, self.status, timeout)
        self.server.start()
        state.pause("a command")
        at = NextStep(7, 0, None, 7)
        self.thread = threading.Thread(target=loop.wait, args=(at,))
        self.thread.start()

    def close(self):
        self.thread.join(60)
        self.status.has_ended = True
        self.server.close()


@pytest.fixture
def paused(tmp_path):
    paused = Paused(tmp_path)
    yield paused
    paused.close()


def test_two_viewers_see_one_pause_and_either_can_end_it(tmp_path, paused):
    first, second = connect(tmp_path), connect(tmp_path)
    assert first.wait_until_paused(60)["step"] == second.wait_until_paused(60)["step"] == 7
    first.break_at_step(9)
    assert [item["step"] for item in second.state["breakpoints"]] == [9]
    second.resume()
    paused.thread.join(60)
    assert first.state["status"] == second.state["status"] == "running"


def test_someone_who_forgot_a_pause_is_reminded_of_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(pause_loop, "REMINDER_SECONDS", 0.1)
    monkeypatch.setattr(pause_loop, "WAIT_SECONDS", 0.02)
    paused = Paused(tmp_path)
    try:
        end, shown = time.monotonic() + 60, ""
        while shown.count("paused before step 7 for 0 min. Resume with") < 2:
            assert time.monotonic() < end, shown
            time.sleep(0.02)
            shown += capsys.readouterr().out
    finally:
        connect(tmp_path).resume()
        paused.close()


def test_a_command_starts_the_timeout_anew(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(pause_loop, "WAIT_SECONDS", 0.02)
    paused = Paused(tmp_path, timeout=1.5)
    begun = time.monotonic()
    time.sleep(0.5)
    connect(tmp_path).break_at_step(9)
    commanded = time.monotonic() - begun
    paused.thread.join(60)
    assert time.monotonic() - begun > commanded + 1.0
    paused.close()
    why = "no command for 1.5 s (control timeout)"
    assert paused.log.entries == [("break_at_step", "done", ""), ("resume", "done", why)]
    assert f"resumes: {why}" in capsys.readouterr().out
