"""The reading side against its bars, under both loaders.

    python benchmarks/reading/measure.py [--loader fast|python|both] [--keep DIRECTORY]

Writes two logdirs with the real recorder (one run of 300 layers x 10,000 samples; 100 runs of 100
layers x 1,000 samples; 1.4 GB together), starts a real TensorBoard on each, and prints a table.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import generate
import memory
from server import Client, Server, batch, table

ONE, MANY = "one", "many"
ROUNDS = 15
CLIENTS, SECONDS = 16, 30
MB = 1 << 20


class Report:
    """Prints one line a figure."""

    def line(self, what: str, value: float, unit: str, bar: float | None = None) -> None:
        """A figure and its bar."""
        verdict = (
            "" if bar is None else f"(bar {bar:g} {unit}: {'met' if value <= bar else 'MISSED'})"
        )
        print(f"  {what:58} {value:10.1f} {unit:3} {verdict}", flush=True)

    def title(self, text: str) -> None:
        """A heading."""
        print(f"\n{text}", flush=True)


def median_ms(client: Client, requests: list[str], pause: float = 0.0) -> float:
    """Median time of requests that all must succeed."""
    seconds = []
    for request in requests:
        time.sleep(pause)
        status, body, _, taken = client.get(request)
        assert status == 200, body
        seconds.append(taken)
    return 1000 * statistics.median(seconds)


def measure_one(report: Report, logdir: str, loader: str) -> None:
    """One large run."""
    run = "run_000"
    size = directory_size(logdir)
    with Server(logdir, loader) as server:
        server.wait(run)
        client = Client(server.port)
        alone = memory.resident(server.pids)
        status, body, _, seconds = client.get(table(run))
        assert status == 200
        report.line("first table request, cold", seconds, "s", 1.5)
        report.line("its payload, pooled to 1,500 columns", len(body) / MB, "MB", 2)
        warm = [table(run, 1500 - i) for i in range(1, ROUNDS + 1)]
        report.line("warm, another answer each time", median_ms(client, warm), "ms", 30)
        pools = [table(run, 1400 - i) + "&pool=min,max,mean" for i in range(ROUNDS)]
        report.line("warm, min, max and mean at once", median_ms(client, pools), "ms")
        report.line("warm, the same answer again", median_ms(client, [warm[0]] * ROUNDS), "ms", 30)
        steps = [f"snapshot?run={run}&step={i * 997}" for i in range(ROUNDS)]
        _, _, _, seconds = client.get(steps[0])
        report.line("first snapshot (four more kinds), cold", seconds, "s")
        report.line("snapshot of another step, warm", median_ms(client, steps[1:]), "ms", 30)
        layers = [f"series?run={run}&layer=block_{i}/conv2d_{i * 10}&width=800" for i in range(15)]
        report.line("series of another layer, warm", median_ms(client, layers), "ms", 30)
        report.line("memory of TensorBoard before our first request", alone / MB, "MB")
        bar = (2 * size + 512 * MB) / MB
        report.line(
            "peak memory after all kinds were read", memory.peak(server.pids) / MB, "MB", bar
        )


def measure_live(report: Report, logdir: str, loader: str) -> None:
    """The large run gets one more sample."""
    run = "run_000"
    generator = generate.Generator(300, 0, seed=0)
    with Server(logdir, loader) as server:
        server.wait(run)
        client = Client(server.port)
        client.get(table(run))
        _, _, headers, _ = client.get(f"model?run={run}")
        tag = headers["ETag"]
        directory = os.path.join(logdir, run)
        writer = generate.EventFileWriter(directory)
        step = 10_000 * generate.EVERY + 10 * int(time.time() % 1e6)
        writer.write(*generator.first(step), *generator.sample(step))
        writer.close()
        while client.get(f"model?run={run}")[2]["ETag"] == tag:
            time.sleep(0.2)
        status, _, _, seconds = client.get(table(run))
        assert status == 200
        report.line("first table request after one sample was added", 1000 * seconds, "ms")
        os.remove(writer.path)


def measure_many(report: Report, logdir: str, loader: str) -> None:
    """Many runs."""
    runs = [f"run_{number:03d}" for number in range(100)]
    with Server(logdir, loader) as server:
        server.wait(runs[-1])
        client = Client(server.port)
        _, body, _, seconds = client.get("runs")
        assert len(json.loads(body)["runs"]) == len(runs)
        report.line("list of 100 runs, cold", seconds, "s")
        report.line(
            "list of 100 runs, warm", median_ms(client, ["runs"] * 30, pause=0.1), "ms", 100
        )
        fresh = median_ms(client, ["runs"] * 7, pause=1.2)
        report.line("the same when TensorBoard has to be asked for news", fresh, "ms", 100)
        ten = runs[::10]
        _, _, _, seconds = client.get(batch([table(run) for run in ten]))
        report.line("comparing 10 runs, cold", seconds, "s")
        widths = [batch([table(run, 990 - i) for run in ten]) for i in range(ROUNDS)]
        report.line(
            "comparing 10 runs, warm, another answer each time",
            median_ms(client, widths),
            "ms",
            300,
        )
        report.line(
            "comparing 10 runs, warm, the same again", median_ms(client, widths[:1] * 9), "ms", 300
        )
        measure_load(report, server.port, runs)


def measure_load(report: Report, port: int, runs: list[str]) -> None:
    """Clients in parallel, each asking as a tab does."""
    taken: list[float] = []
    errors: list[str] = []
    end = time.monotonic() + SECONDS

    def ask(seed: int) -> None:
        client, choice = Client(port), random.Random(seed)
        while time.monotonic() < end:
            run = choice.choice(runs[:10])
            layer = f"block_{choice.randrange(10)}/conv2d_{choice.randrange(100)}"
            request = choice.choice(
                [
                    "runs",
                    f"model?run={run}",
                    table(run, choice.randrange(200, 1500)),
                    f"snapshot?run={run}&step={choice.randrange(10_000)}",
                    f"loss?run={run}&width=1500",
                    batch([table(run, 900), f"loss?run={run}&width=900"]),
                ]
            )
            status, body, _, seconds = client.get(request)
            taken.append(seconds)
            if status != 200:
                errors.append(f"{status} {request} {layer} {body[:80]!r}")
            time.sleep(choice.random() * 0.2)

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    quantiles = statistics.quantiles(taken, n=100)
    report.line(f"{CLIENTS} clients for {SECONDS} s: errors", len(errors), "", 0)
    report.line("requests answered", len(taken), "")
    report.line("median", 1000 * quantiles[49], "ms")
    report.line("p99", 1000 * quantiles[98], "ms", 500)
    for error in errors[:5]:
        print("   ", error)


def measure_is_active(report: Report) -> None:
    """The call that TensorBoard makes at every page load."""
    from tensorboard.plugins import base_plugin

    from tb_keras_inspect.plugin.plugin import InspectPlugin

    plugin = InspectPlugin(base_plugin.TBContext())
    seconds = []
    for _ in range(10_000):
        start = time.perf_counter()
        plugin.is_active()
        seconds.append(time.perf_counter() - start)
    report.line("is_active, slowest of 10,000 calls", 1000 * max(seconds), "ms", 1)


def measure_baseline(report: Report, logdir: str, loader: str) -> None:
    """TensorBoard's own loading."""
    command = [
        sys.executable,
        os.path.join(os.path.dirname(__file__), "baseline.py"),
        logdir,
        loader,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    report.line("TensorBoard's own load of the directory", found["seconds"], "s")
    report.line("peak memory of the process that holds the data", found["peak"] / MB, "MB")


def directory_size(path: str) -> int:
    """Bytes of all files below."""
    return sum(
        os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(path) for name in names
    )


def prepare(root: str) -> None:
    """Writes what is not there."""
    for name, arguments in ((ONE, (1, 300, 10_000, 16)), (MANY, (100, 100, 1_000))):
        if not os.path.isdir(os.path.join(root, name)):
            generate.write_logdir(os.path.join(root, name), *arguments)


def run_all(root: str, loaders: list[str]) -> None:
    """All figures."""
    report = Report()
    prepare(root)
    measure_is_active(report)
    for loader in loaders:
        one, many = os.path.join(root, ONE), os.path.join(root, MANY)
        size = directory_size(one) / MB
        report.title(f"{loader} loader, 1 run x 300 layers x 10,000 samples, {size:.0f} MB")
        measure_baseline(report, one, loader)
        measure_one(report, one, loader)
        measure_live(report, one, loader)
        size = directory_size(many) / MB
        report.title(f"{loader} loader, 100 runs x 100 layers x 1,000 samples, {size:.0f} MB")
        measure_baseline(report, many, loader)
        measure_many(report, many, loader)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loader", choices=["fast", "python", "both"], default="both")
    parser.add_argument("--keep", help="where the logdirs are written, and found again")
    options = parser.parse_args()
    loaders = ["fast", "python"] if options.loader == "both" else [options.loader]
    if options.keep:
        run_all(options.keep, loaders)
        return
    with tempfile.TemporaryDirectory() as root:
        run_all(root, loaders)


if __name__ == "__main__":
    main()
