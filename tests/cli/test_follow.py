"""`tb-keras-inspect diagnose --follow`: what is printed when, and how it ends."""

import json
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest

from tb_keras_inspect.cli import follow, main
from tb_keras_inspect.cli.follow import Follower
from tb_keras_inspect.records import Kind
from tests.cli.growing_run import GrowingRun
from tests.diagnosis.synthetic import Run, chain


def broken(at=30):
    run = Run(chain())
    run.step["loss"][at:] = np.nan
    return run


def events(follower):
    return [(e["run"], e["change"], (e["finding"] or {}).get("problem")) for e in follower.poll()]


def test_a_finding_is_told_once_when_it_comes_and_then_the_end(tmp_path):
    growing = GrowingRun(tmp_path / "a", broken())
    follower = Follower(str(tmp_path / "a"), {})
    growing.grow(to_step=140)
    assert events(follower) == []
    growing.grow(to_step=200)
    assert events(follower) == [("a", "found", "non_finite")]
    growing.grow(to_step=1000)
    assert events(follower) == []
    assert not follower.has_ended
    growing.end()
    assert events(follower) == [("a", "ended", None)]
    assert follower.has_ended


def test_what_is_there_already_is_told_at_once(tmp_path):
    run = Run(chain()).loss(2.3).set(Kind.ACTIVATION, "dead_fraction", 0.95, row=1)
    growing = GrowingRun(tmp_path / "a", run)
    growing.grow(to_step=1000)
    assert events(Follower(str(tmp_path), {})) == [("a", "found", "dying_relu")]


def test_runs_of_a_directory_are_followed_as_they_appear(tmp_path):
    follower = Follower(str(tmp_path / "logs"), {})
    assert events(follower) == []
    for name in ("a", "b"):
        growing = GrowingRun(tmp_path / "logs" / name, broken())
        growing.grow(to_step=1000)
        growing.end()
        assert events(follower) == [(name, "found", "non_finite"), (name, "ended", None)]


def test_a_fit_that_goes_on_with_the_run_has_not_ended(tmp_path):
    growing = GrowingRun(tmp_path / "a", Run(chain()))
    growing.grow(to_step=100)
    growing.end()
    follower = Follower(str(tmp_path / "a"), {})
    assert events(follower) == [("a", "ended", None)]
    growing.grow(to_step=150)
    assert events(follower) == []
    assert not follower.has_ended


def test_a_run_that_was_killed_ends_after_a_long_silence(tmp_path, monkeypatch):
    growing = GrowingRun(tmp_path / "a", Run(chain()))
    growing.grow(to_step=100)
    follower = Follower(str(tmp_path / "a"), {})
    assert events(follower) == []
    monkeypatch.setattr(follow.time, "time", lambda: 3e9)
    assert events(follower) == [("a", "ended", None)]


def test_the_wait_between_two_fits_of_a_directory_is_no_end(tmp_path):
    growing = GrowingRun(tmp_path / "logs" / "a", Run(chain()))
    growing.grow(to_step=1000)
    growing.end()
    waits = []
    follower = Follower(str(tmp_path / "logs"), {})

    def sleep(seconds):
        waits.append(seconds)
        if len(waits) == 2:
            second = GrowingRun(tmp_path / "logs" / "b", Run(chain()))
            second.grow(to_step=1000)
            second.end()
            follower._patience = lambda: 0.0

    assert [event["run"] for event in follower.events(sleep)] == ["a", "b"]


def test_lines_are_text_or_json_and_the_status_is_that_of_fail_on(tmp_path, capsys):
    growing = GrowingRun(tmp_path / "a", broken())
    growing.grow(to_step=1000)
    growing.end()
    assert main(["diagnose", str(tmp_path / "a"), "--follow", "--fail-on", "error"]) == 1
    found, ended = capsys.readouterr().out.splitlines()
    assert found.startswith("a: step 295: found error non_finite: ")
    assert ended == "a: step 295: ended"
    assert main(["diagnose", str(tmp_path / "a"), "--follow", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["change"] for line in lines] == ["found", "ended"]
    assert lines[0]["finding"]["first_step"] == 150


def test_several_directories_cannot_be_followed(tmp_path, capsys):
    assert main(["diagnose", str(tmp_path), str(tmp_path), "--follow"]) == 2
    assert "--follow takes one directory" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent otherwise there")
def test_ctrl_c_ends_it_without_a_word(tmp_path):
    growing = GrowingRun(tmp_path / "a", broken())
    growing.grow(to_step=1000)
    command = [sys.executable, "-m", "tb_keras_inspect.cli", "diagnose", str(tmp_path), "--follow"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    timer = threading.Timer(60, process.kill)
    timer.start()
    assert "non_finite" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    timer.cancel()
    assert (out, err, process.returncode) == ("", "", 130)


@pytest.mark.slow
def test_a_real_fit_is_followed_from_before_its_beginning_to_its_end(tmp_path):
    from tests.training.live.test_live_diagnosis import quick, tiny

    model, x, y = tiny(poison=100)
    callback = quick(tmp_path / "a", console=None)
    options = {"epochs": 3, "batch_size": 16, "shuffle": False, "verbose": 0}
    fit = threading.Thread(
        target=model.fit, args=(x, y), kwargs=options | {"callbacks": [callback]}
    )
    follower = Follower(str(tmp_path / "a"), {})
    assert events(follower) == []
    fit.start()
    found = [(event["change"], event["run"]) for event in follower.events()]
    fit.join()
    assert ("found", "a") in found
    assert found[-1] == ("ended", "a")
    assert follower.found["a"][0].problem == "non_finite"
