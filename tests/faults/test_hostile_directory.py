"""Training goes on, and nothing of the user is touched, whatever stands in the run's directory."""

import os

import pytest

from tb_keras_inspect import load_run
from tb_keras_inspect.files.claim import LOCK_FILE
from tb_keras_inspect.steering.channel import FOLDER, TrainingChannel
from tb_keras_inspect.steering.messages import new_id
from tb_keras_inspect.training.steering.commands.server import CommandServer
from tests.faults import small_training

resource = pytest.importorskip("resource")
pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs links and pipes")
TOKEN = "ab" * 20


def fill_with_directories(inspect):
    """More than the process may open."""
    commands = os.path.join(inspect.log_dir, FOLDER, "commands")
    for _ in range(1100):
        os.mkdir(os.path.join(commands, f"{new_id()}.json"))
    inspect._recordings.controller._current.server.receive()


@pytest.mark.slow
def test_a_thousand_directories_among_the_commands_change_nothing(tmp_path, plain):
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, limits[1]))
    try:
        _, state, texts = small_training.watched(
            tmp_path, fill_with_directories, step=4, control=True
        )
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    small_training.assert_same(state, plain)
    assert texts == []
    assert load_run(tmp_path).table("gradient").steps.tolist() == list(range(small_training.TOTAL))
    assert not (tmp_path / FOLDER / "token").exists()


def failure_to_begin(directory):
    """Begins to take commands and ends again; returns the error, if there is one."""
    try:
        channel = TrainingChannel(directory, TOKEN)
        server = CommandServer(channel, TOKEN, dict, lambda: True)
        server.start()
    except OSError as error:
        return error
    server.close()
    return server.failure


MAKERS = {
    "directory": lambda path, _: os.mkdir(path),
    "pipe": lambda path, _: os.mkfifo(path),
    "link to a file": lambda path, precious: os.symlink(precious / "file", path),
    "link to a directory": lambda path, precious: os.symlink(precious, path),
    "hard link": lambda path, precious: os.link(precious / "file", path),
}
NAMES = ("token", "state.json", "commands", "answers")


@pytest.mark.parametrize("what", MAKERS)
@pytest.mark.parametrize("name", [FOLDER, *NAMES])
def test_the_control_files_begin_or_say_what_is_in_their_way(what, name, tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("precious")
    folder = tmp_path / "run" / FOLDER
    (folder if name in NAMES else folder.parent).mkdir(parents=True)
    MAKERS[what](folder / name if name in NAMES else folder, precious)
    failure = failure_to_begin(str(tmp_path / "run"))
    if failure is not None:
        assert name in str(failure)
        assert not (folder / "token").is_file()
    assert os.listdir(precious) == ["file"]
    assert (precious / "file").read_text() == "precious"


@pytest.mark.slow
def test_a_run_whose_names_are_taken_is_recorded_and_takes_commands(tmp_path, plain):
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("precious")
    run = tmp_path / "run"
    (run / FOLDER).mkdir(parents=True)
    MAKERS["hard link"](run / LOCK_FILE, precious)
    MAKERS["pipe"](run / FOLDER / "token", precious)
    MAKERS["link to a file"](run / FOLDER / "state.json", precious)
    _, state, texts = small_training.watched(run, control=True)
    small_training.assert_same(state, plain)
    assert texts == []
    assert (precious / "file").read_text() == "precious"
    assert len(load_run(run).table("gradient").steps) == small_training.TOTAL
