"""The recorder: everything in order and on disk, and never in the training's way."""

import logging
import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

from tb_keras_inspect import records
from tb_keras_inspect.catalog.kinds import Kind
from tb_keras_inspect.records.summary import to_event, to_value
from tb_keras_inspect.training.recorder import SAMPLE, Recorder

pytestmark = [pytest.mark.core, pytest.mark.any_backend]


def event(step):
    message = records.encode_table(1, ["loss"], np.full((1, 1), step))
    return to_event(step, 1.0, [to_value(Kind.STEP, message)])


def steps_in(path):
    """Steps of all events behind the version, by TensorBoard's reader."""
    return [e.step for e in EventFileLoader(str(path)).Load()][1:]


class Gate:
    """A job that holds the background thread until it is opened."""

    def __init__(self):
        self.entered, self.open = threading.Event(), threading.Event()

    def __call__(self):
        self.entered.set()
        assert self.open.wait(30)
        return []


@pytest.fixture
def recorder(tmp_path):
    recorder = Recorder(str(tmp_path / "run"), queue_size=3)
    yield recorder
    recorder.close()


def wait_for(recorder):
    """Returns when all that was put before has been written."""
    done = threading.Event()

    def last():
        done.set()
        return []

    assert recorder.put(last, wait_seconds=30)
    assert done.wait(30)


def test_events_are_written_in_the_order_in_which_they_were_put(recorder):
    for step in range(50):
        assert recorder.put(lambda step=step: [event(step)], wait_seconds=30)
    assert recorder.close()
    assert steps_in(recorder.path) == list(range(50))


def test_jobs_run_on_another_thread_and_may_yield_any_number_of_events(recorder):
    threads = []

    def job():
        threads.append(threading.current_thread())
        yield event(1)
        yield event(2)

    recorder.put(job)
    recorder.put(lambda: [])
    assert recorder.close()
    assert threads != [threading.current_thread()]
    assert steps_in(recorder.path) == [1, 2]


def test_what_is_written_can_be_read_while_the_recorder_is_open(recorder):
    for step in range(3):
        recorder.put(lambda step=step: [event(step)])
        wait_for(recorder)
        assert steps_in(recorder.path) == list(range(step + 1))
        assert recorder.bytes_written == os.path.getsize(recorder.path)


def test_a_full_queue_drops_and_counts_and_does_not_wait(recorder):
    gate = Gate()
    recorder.put(gate)
    assert gate.entered.wait(30)
    taken = [recorder.put(lambda step=step: [event(step)]) for step in range(5)]
    assert taken == [True, True, True, False, False]
    assert recorder.dropped == 2
    assert not recorder.put(lambda: [event(9)], wait_seconds=0.05)
    assert recorder.dropped == 3
    gate.open.set()
    assert recorder.close()
    assert steps_in(recorder.path) == [0, 1, 2]
    assert recorder.failure is None


def test_what_must_not_be_lost_waits_for_a_place(recorder):
    gate = Gate()
    recorder.put(gate)
    assert gate.entered.wait(30)
    for step in range(3):
        recorder.put(lambda step=step: [event(step)])
    threading.Timer(0.1, gate.open.set).start()
    assert recorder.put(lambda: [event(3)], wait_seconds=30)
    assert recorder.close()
    assert steps_in(recorder.path) == [0, 1, 2, 3]
    assert recorder.dropped == 0


class Quit(BaseException):
    """Not an Exception, like SystemExit."""


@pytest.mark.parametrize("error", [ValueError("bad job"), Quit("bad job")])
def test_a_failing_job_stops_recording_and_nothing_else(recorder, error):
    def failing():
        raise error

    recorder.put(lambda: [event(0)])
    recorder.put(failing)
    recorder.put(lambda: [event(1)])
    assert not recorder.close()
    assert recorder.failure is error
    assert not recorder.is_open
    assert not recorder.put(lambda: [event(2)])
    assert steps_in(recorder.path) == [0]


def test_a_job_that_yields_something_else_stops_recording(recorder):
    recorder.put(lambda: ["not an event"])
    assert not recorder.close()
    assert isinstance(recorder.failure, Exception)


def test_a_failure_is_not_printed_over_the_training(recorder, caplog, capfd):
    caplog.set_level(logging.INFO)
    recorder.put(lambda: 1 / 0)
    recorder.close()
    assert isinstance(recorder.failure, ZeroDivisionError)
    assert caplog.text == ""
    assert capfd.readouterr().err == ""


def test_nothing_is_taken_after_close_and_closing_twice_is_safe(recorder):
    assert recorder.is_open
    recorder.put(lambda: [event(0)])
    assert recorder.close()
    assert not recorder.is_open
    assert not recorder.put(lambda: [event(1)])
    assert recorder.close()
    assert steps_in(recorder.path) == [0]


def test_close_gives_up_on_a_stuck_job_and_takes_nothing_more(recorder):
    gate = Gate()
    recorder.put(gate)
    assert gate.entered.wait(30)
    assert not recorder.close(wait_seconds=0.05)
    assert not recorder.put(lambda: [event(1)])
    gate.open.set()
    assert recorder.close()
    assert steps_in(recorder.path) == []


def test_an_unwritable_directory_raises_at_once(tmp_path):
    (tmp_path / "file").write_text("in the way")
    before = threading.active_count()
    with pytest.raises(OSError, match="file"):
        Recorder(str(tmp_path / "file" / "run"))
    assert threading.active_count() == before


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="permissions bind others only")
def test_a_read_only_directory_raises_at_once(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError):
        Recorder(str(tmp_path))


def run(program, directory):
    """Runs a program in a process of its own, where `put(step)` records."""
    setup = (
        "import sys, time\n"
        "from tensorboard.compat.proto import event_pb2\n"
        "from tb_keras_inspect.training.recorder import SAMPLE, Recorder\n"
        f"recorder = Recorder({str(directory)!r}, queue_size=1000)\n"
        "def put(step, seconds=0.0):\n"
        "    def job():\n"
        "        time.sleep(seconds)\n"
        "        return [event_pb2.Event(step=step, file_version='x' * 1000)]\n"
        "    return recorder.put(job)\n"
    )
    command = [sys.executable, "-c", setup + program]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(
    ("ending", "code"),
    [("", 0), ("raise RuntimeError('training died')", 1), ("sys.exit(3)", 3)],
)
def test_everything_is_written_when_the_process_ends_without_close(tmp_path, ending, code):
    result = run(f"for step in range(40): put(step, 0.01)\n{ending}", tmp_path)
    assert result.returncode == code, result.stderr
    (path,) = tmp_path.glob("*tfevents*")
    assert steps_in(path) == list(range(40))


@pytest.mark.skipif(os.name != "posix", reason="needs os.kill")
def test_a_killed_process_leaves_what_was_written_by_then(tmp_path):
    program = (
        "import os, signal, threading\n"
        "for step in range(5): put(step)\n"
        "done = threading.Event()\n"
        "recorder.put(lambda: done.set() or [])\n"
        "done.wait(30)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert run(program, tmp_path).returncode < 0
    (path,) = tmp_path.glob("*tfevents*")
    assert steps_in(path) == [0, 1, 2, 3, 4]


@pytest.mark.skipif(os.name != "posix", reason="needs resource limits")
def test_a_disk_that_fails_stops_recording_and_not_the_process(tmp_path):
    program = (
        "import resource\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"  # a write beyond fails
        "for step in range(20): put(step)\n"
        "print(recorder.close(), type(recorder.failure).__name__, put(99))\n"
    )
    result = run(program, tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == ["False", "OSError", "False"]
    assert result.stderr == ""
    (path,) = tmp_path.glob("*tfevents*")
    assert steps_in(path) == [0, 1, 2, 3]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_forked_process_neither_writes_nor_hangs(tmp_path):
    program = (
        "import os, threading\n"
        "put(0)\n"
        "child = os.fork()\n"
        "if not child:\n"
        "    sys.exit(7 if put(1) else 0)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
        "put(2)\n"
    )
    result = run(program, tmp_path)
    assert result.stdout.split() == ["0"], result.stderr
    (path,) = tmp_path.glob("*tfevents*")
    assert steps_in(path) == [0, 2]


def test_what_waits_is_expected_to_be_as_large_as_what_is_written(recorder):
    assert recorder.expected(SAMPLE) == (0, 0.0)
    recorder.put(lambda: [event(1)], 1.0, SAMPLE)
    wait_for(recorder)
    size, gate = recorder.bytes_of[SAMPLE], Gate()
    recorder.put(gate, 1.0)
    for step in (2, 3):
        recorder.put(lambda step=step: [event(step)], 1.0, SAMPLE)
    assert recorder.expected(SAMPLE) == (3, 3.0 * size)
    gate.open.set()
    recorder.close()
    assert recorder.expected(SAMPLE) == (3, recorder.bytes_of[SAMPLE])
