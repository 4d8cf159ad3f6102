"""Many runs: listing them, comparing them, and many clients at once."""

import json
import random
import statistics
import threading
import time

from benchmarks.reading.report import Report
from benchmarks.reading.server import Client, Server, batch, table
from tb_keras_inspect import load_runs

RUNS, LAYERS, SAMPLES = 100, 100, 1_000
NAMES = [f"run_{number:03d}" for number in range(RUNS)]
TEN = NAMES[::10]
WARM = 15  # measurements of each figure
CLIENTS, SECONDS = 16, 30


def measure_many(report: Report, logdir: str, loader: str) -> None:
    """Measures the list of runs, and a comparison of ten of them."""
    with Server(logdir, loader) as server:
        server.wait()
        client = Client(server.port)
        _, body, _, seconds = client.get("runs")
        assert len(json.loads(body)["runs"]) == RUNS
        report.line("list of 100 runs, cold", seconds, "s")
        report.milliseconds("list of 100 runs, warm", client.times(["runs"] * WARM, 0.05), 100)
        news = client.times(["runs"] * WARM, 1.2)
        report.milliseconds("the same when TensorBoard is asked for news", news, 100)
        cold = client.times([batch([table(run) for run in TEN])])
        report.seconds("comparing 10 runs, cold", cold)
        requests = [batch([table(run, 990 - n) for run in TEN]) for n in range(WARM)]
        report.milliseconds("comparing 10 runs, warm", client.times(requests), 300)
        requests = requests[:1] * WARM
        report.milliseconds("comparing 10 runs, warm, the same again", client.times(requests), 300)


def measure_list(report: Report, logdir: str, loader: str) -> None:
    """Measures the list of runs in the tab: 500 trials."""
    with Server(logdir, loader) as server:
        server.wait()
        client = Client(server.port)
        for name in ("runs", "summaries"):
            report.line(f"list of 500 trials, cold: {name}", client.get(name)[3], "s")
        report.milliseconds("list of 500 trials, warm", client.times(["summaries"] * WARM), 500)
        news = client.times(["summaries"] * WARM, 1.2)
        report.milliseconds("the same when TensorBoard is asked for news", news, 500)


def measure_list_direct(report: Report, logdir: str) -> None:
    """Measures the same list in Python, as the command line has it."""
    start = time.perf_counter()
    runs = load_runs(logdir)
    report.line("load_runs of 500 trials", time.perf_counter() - start, "s")
    start = time.perf_counter()
    runs.summary()
    report.line("their summaries", time.perf_counter() - start, "s")
    start = time.perf_counter()
    runs.refresh()
    str(runs.summary())
    report.line(
        "refreshed, summarised and printed again", 1000 * (time.perf_counter() - start), "ms", 500
    )


def measure_clients(report: Report, logdir: str, loader: str) -> None:
    """Measures parallel clients that send the requests of a tab, first to a server that has decoded
    nothing yet, then to the same one again."""
    with Server(logdir, loader) as server:
        server.wait()
        _measure_clients(report, server.port, "cold", None)
        _measure_clients(report, server.port, "warm", 500)


def _measure_clients(report: Report, port: int, state: str, target: float | None) -> None:
    taken: list[float] = []
    errors: list[str] = []
    end = time.monotonic() + SECONDS
    arguments = [(port, seed, end, taken, errors) for seed in range(CLIENTS)]
    threads = [threading.Thread(target=_ask, args=item) for item in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    quantiles = statistics.quantiles(taken, n=100)
    report.line(f"{CLIENTS} clients for {SECONDS} s, {state}: errors", len(errors), "", 0)
    report.line("requests answered", len(taken))
    report.line("median", 1000 * quantiles[49], "ms")
    report.line("p99", 1000 * quantiles[98], "ms", target)
    report.line("slowest", 1000 * max(taken), "ms")
    for error in errors[:5]:
        print("   ", error)


def _ask(port: int, seed: int, end: float, taken: list[float], errors: list[str]) -> None:
    client, choice = Client(port), random.Random(seed)
    while time.monotonic() < end:
        request = _request(choice)
        status, body, _, seconds = client.get(request)
        taken.append(seconds)
        if status != 200:
            errors.append(f"{status} {request} {body[:80]!r}")
        time.sleep(choice.random() * 0.2)


def _request(choice: random.Random) -> str:
    run, layer = choice.choice(TEN), choice.randrange(LAYERS)
    return choice.choice(
        [
            "runs",
            f"model?run={run}",
            table(run, choice.randrange(200, 1500)),
            f"snapshot?run={run}&step={choice.randrange(10_000)}",
            f"series?run={run}&layer=block_{layer // 10}/conv2d_{layer}&width=800",
            f"loss?run={run}&width=1500",
            batch([table(run, 900), f"loss?run={run}&width=900"]),
        ]
    )
