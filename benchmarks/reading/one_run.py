"""One large run: the first request, later requests, memory, and an added sample."""

import os
import tempfile
import time

from benchmarks.reading import generate, memory
from benchmarks.reading.report import MB, Report, directory_size
from benchmarks.reading.server import Client, Server, table
from tb_keras_inspect import load_run

RUN = "run_000"
LAYERS, SAMPLES, UNITS = 300, 10_000, 16
KINDS = ("gradient", "weight", "update", "activation")
COLD, WARM = 5, 15  # measurements of each figure
CACHE_MEGABYTES = 512  # the default of the plugin


def measure_cold(report: Report, logdir: str, loader: str) -> None:
    """Measures the very first request, each time to a new server."""
    taken, used, size = [], [], 0
    for _ in range(COLD):
        with Server(logdir, loader) as server:
            server.wait()
            before = memory.processor_seconds(server.pids)
            status, body, _, seconds = Client(server.port).get(table(RUN))
            assert status == 200, body
            taken.append(seconds)
            used.append(memory.processor_seconds(server.pids) - before)
            size = len(body)
    report.seconds("first table request, cold", taken, 1.5)
    report.seconds("processor time of all of the server's processes", used)
    report.line("its payload, pooled to 1,500 columns", size / MB, "MB", 2)


def measure_warm(report: Report, logdir: str, loader: str) -> None:
    """Measures requests for data in memory; except for one line, no request is repeated."""
    with Server(logdir, loader) as server:
        server.wait()
        client = Client(server.port)
        client.times([table(RUN, kind=kind) for kind in KINDS])
        requests = [table(RUN, 1500 - number) for number in range(1, WARM + 1)]
        report.milliseconds("table, warm", client.times(requests), 30)
        requests = requests[:1] * WARM
        report.milliseconds("table, warm, the same again", client.times(requests), 30)
        requests = [f"{table(RUN, 1400 - n)}&pool=min,max,mean" for n in range(WARM)]
        report.milliseconds("table, warm, three ways of pooling", client.times(requests))
        requests = [f"snapshot?run={RUN}&step={n * 997}" for n in range(WARM + 1)]
        client.times(requests[:1])
        report.milliseconds("all kinds at one step, warm", client.times(requests[1:]), 30)
        layers = [f"block_{n}/conv2d_{n * 10}" for n in range(WARM)]
        requests = [f"series?run={RUN}&layer={layer}&width=800" for layer in layers]
        report.milliseconds("all about one layer, warm", client.times(requests), 30)
        requests = [f"units?run={RUN}&layer={layer}&width=1500" for layer in layers]
        report.milliseconds("units of one layer, warm", client.times(requests), 30)


def measure_memory(report: Report, logdir: str, loader: str) -> None:
    """Measures the resident memory of all server processes while all kinds are read."""
    target = 2 * directory_size(logdir) / MB + CACHE_MEGABYTES
    _measure_memory(report, logdir, loader, target, tensorflow=True)
    if loader == "fast":  # the other loader takes a minute without TensorFlow
        report.title(f"memory, {loader} loader, TensorFlow not installed")
        _measure_memory(report, logdir, loader, target, tensorflow=False)


def _measure_memory(
    report: Report, logdir: str, loader: str, target: float, tensorflow: bool
) -> None:
    with tempfile.TemporaryDirectory() as nothing, Server(nothing, loader, tensorflow) as server:
        server.wait()
        empty = memory.resident(server.pids)
    with Server(logdir, loader, tensorflow) as server, memory.Peak(server.pids) as peak:
        server.wait()
        loaded = memory.resident(server.pids)
        client = Client(server.port)
        client.times([table(RUN, kind=kind) for kind in KINDS])
        client.times([f"snapshot?run={RUN}", f"loss?run={RUN}"])
        time.sleep(1)
        after = memory.resident(server.pids)
    report.line("server with an empty logdir", empty / MB, "MB")
    report.line("server with the data, before our first request", loaded / MB, "MB")
    report.line("after all kinds were read", after / MB, "MB", target)
    report.line("peak", peak.value / MB, "MB", target)
    report.line(
        "after all kinds were read, minus the empty server", (after - empty) / MB, "MB", target
    )
    report.line("peak, minus the empty server", (peak.value - empty) / MB, "MB", target)


def measure_live(report: Report, logdir: str, loader: str) -> None:
    """Adds one sample to the run, and removes it at the end."""
    with Server(logdir, loader) as server:
        server.wait()
        client = Client(server.port)
        client.times([table(RUN)])
        etag = client.get(f"model?run={RUN}")[2]["ETag"]
        writer = add_sample(logdir)
        try:
            while client.get(f"model?run={RUN}")[2]["ETag"] == etag:
                time.sleep(0.2)
            report.seconds("first table request after one sample came", client.times([table(RUN)]))
        finally:
            os.remove(writer.path)


def measure_direct(report: Report, logdir: str) -> None:
    """Measures `load_run`, without TensorBoard."""
    start = time.perf_counter()
    run = load_run(os.path.join(logdir, RUN))
    opened = time.perf_counter()
    run.table("gradient")
    report.line("load_run", opened - start, "s")
    report.line('table("gradient") after it', time.perf_counter() - opened, "s")
    layer, read = run._source._layer, []
    original = layer.read
    layer.read = lambda path, at, stop: read.append(stop - at) or original(path, at, stop)
    writer = add_sample(logdir)
    try:
        run.refresh()
        report.line("bytes written when one sample is added", writer.size, "B")
        report.line("bytes read by the refresh", sum(read), "B", writer.size)
        series = run._cache.get((run.key, generate.Kind.GRADIENT))
        before = series.decoded
        run.table("gradient")
        report.line("messages decoded by the table after it", series.decoded - before, "", 1)
    finally:
        os.remove(writer.path)


def add_sample(logdir: str) -> generate.EventFileWriter:
    """Appends one sample to the run, in a separate event file."""
    generator = generate.Generator(LAYERS, UNITS, seed=0)
    writer = generate.EventFileWriter(os.path.join(logdir, RUN))
    writer.write(*generator.sample(SAMPLES * generate.EVERY))
    writer.close()
    return writer
