"""What a training run that takes commands leaves behind, however its process ends."""

import json
import os
import signal
import subprocess
import time

import pytest

from tb_keras_inspect import connect
from tb_keras_inspect.steering.channel import FOLDER, Channel, NotSteerableError
from tests import programs
from tests.plugin.serving import Client
from tests.store.run_writer import write_run

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs signals of POSIX")


def ended(directory, how="wait", number=None):
    """Starts a process, ends it, and returns its exit status."""
    with programs.start(
        "tests.faults.steered_child",
        directory,
        how,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout.readline() == "ready\n"
        if number is not None:  # else it has gone on, and may have ended
            assert (directory / FOLDER / "token").exists()
            process.send_signal(number)
        return process.wait(60)


@pytest.mark.parametrize(
    ("how", "number", "status"),
    [
        ("wait", signal.SIGINT, -signal.SIGINT),
        ("handler", signal.SIGTERM, 3),
        ("exception", None, 1),
        ("thread", None, 0),
    ],
)
def test_where_python_ends_the_process_nothing_is_left(how, number, status, tmp_path):
    assert ended(tmp_path, how, number) == status
    assert not (tmp_path / FOLDER / "token").exists()
    assert Channel(str(tmp_path)).state()["status"] == "ended"
    with pytest.raises(NotSteerableError, match="has ended"):
        connect(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_signal_ends_the_process_as_without_the_callback(number, tmp_path):
    """No handler is installed for it, so that nobody can remove the files."""
    assert ended(tmp_path, number=number) == -number
    assert (tmp_path / FOLDER / "token").exists()


@pytest.mark.slow  # waits for a heartbeat
def test_what_a_killed_process_leaves_behind_is_recognised_and_said(tmp_path):
    directory = tmp_path / "a"
    write_run(directory).close()
    ended(directory, number=signal.SIGTERM)
    path = directory / FOLDER / "state.json"
    state = json.loads(path.read_text())
    path.write_text(json.dumps(state | {"time": state["time"] - 60}))  # a minute later
    client = Client(tmp_path, control=True)
    client.json("control", run="a")
    began = time.monotonic()
    with pytest.raises(NotSteerableError, match=r"since step 5: it was killed.*are left over"):
        connect(directory)
    assert time.monotonic() - began < 10
    content = client.json("control", run="a")
    assert (content["alive"], content["state"]["status"]) == (False, "running")
    assert "are left over" in content["why"]


def test_a_forked_child_that_ends_takes_nothing_of_its_parent_away(tmp_path):
    with programs.start(
        "tests.faults.steered_child", tmp_path, "fork", stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == "ready\n"
        control = connect(tmp_path)
        assert control.state["status"] == "running"
        assert (tmp_path / FOLDER / "token").exists()
        process.kill()
