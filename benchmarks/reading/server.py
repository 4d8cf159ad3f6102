"""A TensorBoard process under test, and requests to it."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse

from benchmarks.reading import memory

START = "from tensorboard.main import run_main; run_main()"
# If a module of this name exists, TensorBoard uses its own replacement for TensorFlow.
WITHOUT_TENSORFLOW = (
    "import sys, types; sys.modules['tensorboard.compat.notf'] = types.ModuleType('notf'); "
)
PREFIX = "/data/plugin/keras_inspect/"


def table(run: str, width: int = 1500, statistic: str = "l2", kind: str = "gradient") -> str:
    """The request for the heatmap of gradients."""
    query = {"run": run, "kind": kind, "statistic": statistic, "width": width}
    return f"table?{urllib.parse.urlencode(query)}"


def batch(requests: list[str]) -> str:
    """Several requests in one."""
    return f"batch?{urllib.parse.urlencode({'requests': json.dumps(requests)})}"


class Client:
    """A connection that stays open.

    Args:
        port: Port of a TensorBoard on this machine.
    """

    def __init__(self, port: int):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)

    def times(self, requests: list[str], pause: float = 0.0) -> list[float]:
        """Sends requests and returns the seconds of each. All must succeed."""
        taken = []
        for request in requests:
            time.sleep(pause)
            status, body, _, seconds = self.get(request)
            if status != 200:
                raise RuntimeError(f"{request}: {status} {body[:200]!r}")
            taken.append(seconds)
        return taken

    def get(self, request: str) -> tuple[int, bytes, dict, float]:
        """Sends a request and returns status, body, headers and seconds."""
        start = time.perf_counter()
        self._connection.request("GET", PREFIX + request)
        answer = self._connection.getresponse()
        body = answer.read()
        seconds = time.perf_counter() - start
        return answer.status, body, dict(answer.headers), seconds


class Server:
    """TensorBoard on a free port, as a context manager.

    Args:
        logdir: The logdir to serve.
        loader: "fast" or "python".
        tensorflow: Whether it may use TensorFlow, if installed.
    """

    def __init__(self, logdir: str, loader: str, tensorflow: bool = True):
        start = START if tensorflow else WITHOUT_TENSORFLOW + START
        command = [sys.executable, "-c", start, "--logdir", logdir, "--port=0"]
        self._command = [*command, f"--load_fast={'true' if loader == 'fast' else 'false'}"]

    def __enter__(self) -> "Server":
        self._process = subprocess.Popen(
            self._command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        )
        for line in self._process.stderr:
            if match := re.search(r"TensorBoard \S+ at http://[^:]+:(\d+)", line):
                self.port = int(match[1])
                return self
        raise RuntimeError("TensorBoard did not start")

    def __exit__(self, *_):
        os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait()
        self._process.stderr.close()

    def wait(self) -> None:
        """Waits until TensorBoard has loaded everything, without sending requests."""
        memory.wait_until_idle(lambda: self.pids)

    @property
    def pids(self) -> list[int]:
        """The processes of the web server and its data server."""
        return [self._process.pid, *memory.descendants(self._process.pid)]
