"""Training runs recorded into an object store: a real S3 server on this machine."""

import contextlib
import os
import subprocess
import sys
import time

import keras
import numpy as np
import pytest

from tb_keras_inspect import diagnose, load_run
from tb_keras_inspect.cli import main
from tb_keras_inspect.store import StoreError
from tb_keras_inspect.store.loading import load_runs
from tests import object_store, programs
from tests.faults import small_training
from tests.steering import steered

pytestmark = [pytest.mark.any_backend, pytest.mark.slow]
STEPS, TOTAL = small_training.STEPS, small_training.TOTAL
WAIT = 90.0  # seconds; a busy machine compiles slowly
# The training run of `training_child` on JAX, as if no TensorFlow were installed.
WITHOUT_TENSORFLOW = """
import runpy, sys
sys.modules["tensorflow"] = None
runpy.run_module("tests.faults.training_child", run_name="__main__")
"""


@pytest.fixture(scope="module")
def bucket():
    with object_store.serving() as (_, url):
        yield url


def test_a_run_is_recorded_read_and_diagnosed_as_in_a_directory(bucket, plain, capsys):
    url = f"{bucket}/logs/a"
    _, state, texts = small_training.watched(url, maps_every=1)
    small_training.assert_same(state, plain)
    assert texts == []
    run = load_run(url)
    assert run.table("gradient").steps.tolist() == list(range(TOTAL))
    assert run.map_snapshots()
    assert run.problems == []
    assert list(load_runs(f"{bucket}/logs")) == ["a"]
    assert main(["diagnose", url]) in (0, 1)
    assert "a" in capsys.readouterr().out
    assert isinstance(diagnose(run), list)


def test_a_run_resumed_in_the_same_place_is_one_run(bucket, tmp_path):
    def stop():
        raise KeyboardInterrupt

    def backup():
        return keras.callbacks.BackupAndRestore(str(tmp_path / "backup"))

    url = f"{bucket}/resumed"
    for others in ([small_training.At(STEPS + 5, stop)], []):
        inspect = small_training.InspectCallback(url, every=1, maps_every=0, console=None)
        with contextlib.suppress(KeyboardInterrupt):
            small_training.fit(small_training.make_model(), backup(), *others, inspect)
    run = load_run(url)
    assert run.table("gradient").steps.tolist() == list(range(TOTAL))
    assert run.problems == []


def test_a_killed_run_can_be_seen_growing_and_is_whole_up_to_its_last_upload(bucket):
    url = f"{bucket}/killed"
    command = [sys.executable, "-c", WITHOUT_TENSORFLOW, url, "", "0.7"]
    environment = os.environ | {"KERAS_BACKEND": "jax"}
    process = subprocess.Popen(
        command, cwd=programs.ROOT, env=environment, stdout=subprocess.DEVNULL, text=True
    )
    try:
        seen = []
        end = time.monotonic() + WAIT
        while len(seen) < 2 and time.monotonic() < end:
            assert process.poll() is None
            with contextlib.suppress(StoreError):
                samples = load_run(url).extent()[0]
                seen += [samples] if samples and samples not in seen else []
            time.sleep(0.5)
    finally:
        process.kill()
        process.wait()
    assert 0 < seen[0] < seen[1] < TOTAL
    run = load_run(url)
    assert run.table("gradient").steps.tolist() == list(range(run.extent()[0]))
    assert run.extent()[0] >= seen[1]
    assert run.problems == []


def test_training_goes_on_when_the_server_ends(plain):
    with object_store.serving() as (server, url):
        inspect, state, (text,) = small_training.watched(
            url, fault=lambda inspect: server.stop(), step=STEPS + 5
        )
    small_training.assert_same(state, plain)
    assert url in text
    assert "training goes on" in text
    assert inspect._fit.recorder.failure is not None


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="one backend is enough")
def test_a_run_can_be_controlled(bucket):
    def script(control):
        control.step(2)
        control.wait_until_paused(steered.WAIT)
        return control.set_learning_rate(0.003).new

    url = f"{bucket}/steered"
    assert steered.steer(steered.make_model(), url, script, every=1) == "0.003"
    (entry,) = [e for e in load_run(url).controls if e.command == "set_learning_rate"]
    assert np.isclose(float(entry.new), 0.003)


def test_a_second_process_in_the_same_place_is_told(bucket):
    url = f"{bucket}/shared"
    program = [sys.executable, "-c", BEGINS, url]
    subprocess.run(program, cwd=programs.ROOT, capture_output=True, check=True)
    _, _, (text,) = small_training.watched(url)
    assert f"another process records into {url}, or has just ended" in text
    _, _, texts = small_training.watched(url)  # after one of its own
    assert texts == []
    assert set(load_runs(url)) == {".", "run_002"}


BEGINS = """
import sys
from tb_keras_inspect.training.recorder import Recorder
recorder = Recorder(sys.argv[1])
"""
EXCEPTION = """
import sys
from tb_keras_inspect.records.summary import to_event
from tb_keras_inspect.training.recorder import Recorder
recorder = Recorder(sys.argv[1])
for step in range(7):
    recorder.put(lambda step=step: [to_event(step, 1.0, [])])
raise RuntimeError("out of data")
"""


def test_a_program_that_ends_with_an_exception_uploads_what_is_left(bucket):
    url = f"{bucket}/ended"
    # A host name, which has to be looked up at the very end.
    endpoint = os.environ["AWS_ENDPOINT_URL"].replace("127.0.0.1", "localhost")
    result = subprocess.run(
        [sys.executable, "-c", EXCEPTION, url],
        cwd=programs.ROOT,
        env=os.environ | {"AWS_ENDPOINT_URL": endpoint},
        capture_output=True,
        text=True,
        timeout=WAIT,
    )
    assert "out of data" in result.stderr
    assert object_store.steps_in(url) == [list(range(7))]
