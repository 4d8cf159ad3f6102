"""Many clients of one TensorBoard during a training run: `python -m benchmarks.load --clients 50`.

Everything runs on this machine, over its loopback address: a real training run with the callback in
its own process, a real TensorBoard on its log, and clients that each request what the tab requests,
one request after the other, for a given time. Prints the responses by status, the response times, the
memory of TensorBoard before, in the middle and at the end, and the training steps with and without
clients.
"""

import argparse
import collections
import http.client
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ASKED = (
    "runs",
    "model?run=a",
    "table?run=a&kind=gradient&width=1500&pool=last,min,max",
    "table?run=a&kind=activation&statistic=dead_fraction&width=1500",
    "snapshot?run=a",
    "series?run=a&layer=hidden_1",
    "units?run=a&layer=hidden_1&width=1500",
    "histogram?run=a&kind=gradient&name=hidden_1/kernel",
    "loss?run=a&width=1500",
    "maps_index?run=a",
    "findings?run=a",
    "scalars?run=a",
)
PREFIX = "/data/plugin/keras_inspect/"


def train(directory: str) -> None:
    """Trains without end and prints the wall time and the processor time of each step, in seconds."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    import numpy as np

    from tb_keras_inspect import InspectCallback

    layers = [keras.layers.Dense(128, activation="relu", name=f"hidden_{n}") for n in range(20)]
    model = keras.Sequential([keras.Input((64,)), *layers, keras.layers.Dense(10)])
    model.compile("adam", "mse")
    x, y = np.random.rand(6400, 64).astype("float32"), np.random.rand(6400, 10).astype("float32")
    before = [time.perf_counter(), time.process_time()]

    def say(batch, logs=None):
        now = [time.perf_counter(), time.process_time()]
        print(now[0] - before[0], now[1] - before[1], flush=True)
        before[:] = now

    inspect = InspectCallback(directory, console=None)
    timer = keras.callbacks.LambdaCallback(on_train_batch_end=say)
    model.fit(x, y, batch_size=64, epochs=10**6, verbose=0, callbacks=[inspect, timer])


class Training:
    """Runs `train` in its own process.

    Args:
        directory: Directory of the run.
    """

    def __init__(self, directory: str):
        self._seconds: list[tuple[float, ...]] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.load", "--train", directory],
            stdout=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self._process.stdout:
            self._seconds.append(tuple(map(float, line.split())))

    def over(self, seconds: float) -> list[tuple[float, ...]]:
        """Returns the wall time and the processor time of each step in the next seconds."""
        first = len(self._seconds)
        time.sleep(seconds)
        return self._seconds[first:]

    @property
    def is_alive(self) -> bool:
        """Whether it is still training."""
        return self._process.poll() is None

    def stop(self) -> None:
        """Ends the process."""
        self._process.terminate()
        self._process.wait()


class Clients:
    """Threads that send requests until they are told to stop.

    Args:
        host, port: Address of TensorBoard.
        count: Number of clients.
    """

    def __init__(self, host: str, port: int, count: int):
        self.statuses: collections.Counter[str] = collections.Counter()
        self.seconds: list[float] = []
        self._address, self._stop = (host, port), threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(n,)) for n in range(count)]
        for thread in self._threads:
            thread.start()

    def _ask(self, number: int) -> None:
        choose = random.Random(number)
        connection = http.client.HTTPConnection(*self._address, timeout=120)
        while not self._stop.is_set():
            begun = time.perf_counter()
            try:
                connection.request("GET", PREFIX + choose.choice(ASKED))
                answer = connection.getresponse()
                answer.read()
                self.statuses[str(answer.status)] += 1
            except OSError as error:
                self.statuses[type(error).__name__] += 1
                connection.close()
            self.seconds.append(time.perf_counter() - begun)
        connection.close()

    def stop(self) -> None:
        """Waits for pending responses."""
        self._stop.set()
        for thread in self._threads:
            thread.join()


def megabytes(process: int) -> float:
    """Memory of a process and its children."""
    children = subprocess.run(
        ["ps", "-o", "rss=", "--pid", str(process), "--ppid", str(process)],
        capture_output=True,
        text=True,
        check=True,
    )
    return sum(int(line) for line in children.stdout.split()) / 1000


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--load-fast", default="true", choices=["true", "false"])
    parser.add_argument("--train", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.train:
        train(options.train)
        return
    from tests.e2e.harness import TensorBoard

    with tempfile.TemporaryDirectory() as logs:
        training = Training(os.path.join(logs, "a"))
        try:
            fast = options.load_fast == "true"
            with TensorBoard(logs, fast, "--reload_interval=2") as server:
                server.wait_for_run("a")
                measure(training, server, options.clients, options.seconds)
        finally:
            training.stop()


def measure(training: Training, server, count: int, seconds: float) -> None:
    """Runs the load and prints the figures."""
    alone = training.over(seconds / 3)
    host, port = server.url.removeprefix("http://").split(":")
    held = [megabytes(server._process.pid)]
    clients = Clients(host, int(port), count)
    loaded = training.over(seconds / 2)
    held.append(megabytes(server._process.pid))
    loaded += training.over(seconds / 2)
    clients.stop()
    held.append(megabytes(server._process.pid))
    after = training.over(seconds / 3)
    took = sorted(clients.seconds)
    print(f"{count} clients, {seconds:.0f} s: responses {dict(clients.statuses)}")
    print(
        f"response time {statistics.median(took):.3f} s (median), "
        f"{took[int(0.95 * len(took))]:.3f} s (95th percentile), {took[-1]:.3f} s (longest)"
    )
    print(
        "memory of TensorBoard",
        ", ".join(f"{x:.0f}" for x in held),
        "MB: before, in the middle, after",
    )
    for name, steps in (("before", alone), ("during", loaded), ("after", after)):
        wall, core = (statistics.median(x) * 1e3 for x in zip(*steps, strict=True))
        print(f"training {name}: {len(steps)} steps, median {wall:.2f} ms, processor {core:.2f} ms")
    print(f"still training: {training.is_alive}")


if __name__ == "__main__":
    main()
