"""TensorBoard shows a run that grows in an object store, the way docs/howto/remote_logdirs.md says."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from tb_keras_inspect.files import growing_object
from tests import object_store
from tests.store.run_writer import RunWriter

pytestmark = pytest.mark.slow
WAIT = 60.0  # seconds
TENSORBOARD = """
import sys, types
sys.modules["tensorboard.compat.notf"] = types.ModuleType("notf")  # as without TensorFlow
if {fsspec}:
    sys.modules["boto3"] = None  # TensorBoard prefers it to fsspec
from tensorboard.main import run_main
run_main()
"""


@pytest.fixture(params=["boto3", "fsspec"])
def tensorboard(request):
    """A function that serves a logdir, and returns a function that lists its runs."""
    processes = []

    def start(logdir):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        program = TENSORBOARD.format(fsspec=request.param == "fsspec")
        options = ["--logdir", logdir, "--port", str(port), "--reload_interval", "1"]
        command = [sys.executable, "-c", program, *options]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        processes.append(subprocess.Popen(command, env=os.environ, **quiet))
        url = f"http://127.0.0.1:{port}/data/plugin/keras_inspect/runs"
        return lambda: json.load(urllib.request.urlopen(url, timeout=10))["runs"]

    yield start
    for process in processes:
        process.kill()
        process.wait()


def wait_for(samples, runs):
    """Waits until the only run has so many samples."""
    end, found = time.monotonic() + WAIT, None
    while time.monotonic() < end:
        try:
            found = [run["samples"] for run in runs()]
        except OSError as error:  # it has not started yet
            found = error
        if found == [samples]:
            return
        time.sleep(0.3)
    raise TimeoutError(f"expected {samples} samples, found {found}")


def test_tensorboard_shows_a_run_that_grows_in_an_object_store(tensorboard, monkeypatch):
    with object_store.serving() as (_, url):
        writer = RunWriter(f"{url}/logs/a")
        writer.write_model(0)
        writer.sample(0)
        writer.file.flush()
        runs = tensorboard(f"{url}/logs")
        wait_for(1, runs)
        writer.sample(10)
        writer.file.flush()
        wait_for(2, runs)
        monkeypatch.setattr(growing_object, "FULL_BYTES", 1)  # another object begins
        writer.sample(20)
        writer.close()
        wait_for(3, runs)
