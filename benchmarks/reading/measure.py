"""Measures the reading side against its targets, with both loaders of TensorBoard.

    python -m benchmarks.reading.measure [--loader fast|python|both] [--part PART ...] [--keep DIR]

Writes three logdirs with the real recorder: one run of 300 layers x 10,000 samples with 16 units per
layer, 100 runs of 100 layers x 1,000 samples, and 500 trials of 10 layers x 100 samples, 1.7 GB
together. They are removed at the end, unless `--keep` names a folder in which to keep and reuse them.
Starts a real TensorBoard on them and prints one line per figure. Linux only. The README.md in this
folder has the results.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

from benchmarks.reading import generate, many_runs, one_run
from benchmarks.reading.report import MB, Report, directory_size

ONE, MANY, TRIALS = "one", "many", "trials"
PARTS = (
    "baseline",
    "cold",
    "warm",
    "memory",
    "live",
    "direct",
    "many",
    "list",
    "clients",
    "is_active",
)


def measure_baseline(report: Report, logdir: str, loader: str) -> None:
    """Measures TensorBoard's own loading, without the plugin."""
    command = [sys.executable, "-m", "benchmarks.reading.baseline", logdir, loader]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    report.line(f"TensorBoard's own load of '{os.path.basename(logdir)}'", found["seconds"], "s")
    report.line("largest size of the process that loads", found["peak"] / MB, "MB")


def measure_is_active(report: Report) -> None:
    """Measures the call that TensorBoard makes at every page load."""
    from tensorboard.plugins import base_plugin

    from tb_keras_inspect.plugin.plugin import InspectPlugin

    plugin, seconds = InspectPlugin(base_plugin.TBContext()), []
    for _ in range(10_000):
        start = time.perf_counter()
        plugin.is_active()
        seconds.append(time.perf_counter() - start)
    report.line("is_active, slowest of 10,000 calls", 1000 * max(seconds), "ms", 1)


def prepare(root: str) -> None:
    """Writes the logdirs that are missing."""
    for name, arguments in (
        (ONE, (1, one_run.LAYERS, one_run.SAMPLES, one_run.UNITS)),
        (MANY, (many_runs.RUNS, many_runs.LAYERS, many_runs.SAMPLES)),
        (TRIALS, (500, 10, 100)),
    ):
        if not os.path.isdir(os.path.join(root, name)):
            generate.write_logdir(os.path.join(root, name), *arguments)


def measure(root: str, loaders: list[str], parts: list[str]) -> None:
    """Measures the requested parts."""
    report, one, many = Report(), os.path.join(root, ONE), os.path.join(root, MANY)
    trials = os.path.join(root, TRIALS)
    prepare(root)
    sizes = [
        f"'{os.path.basename(path)}' {directory_size(path) / MB:.0f} MB" for path in (one, many)
    ]
    report.title(", ".join(sizes))
    if "is_active" in parts:
        measure_is_active(report)
    if "direct" in parts:
        one_run.measure_direct(report, one)
        many_runs.measure_list_direct(report, trials)
    by_loader = {
        "baseline": lambda loader: [measure_baseline(report, path, loader) for path in (one, many)],
        "cold": lambda loader: one_run.measure_cold(report, one, loader),
        "warm": lambda loader: one_run.measure_warm(report, one, loader),
        "memory": lambda loader: one_run.measure_memory(report, one, loader),
        "live": lambda loader: one_run.measure_live(report, one, loader),
        "many": lambda loader: many_runs.measure_many(report, many, loader),
        "list": lambda loader: many_runs.measure_list(report, trials, loader),
        "clients": lambda loader: many_runs.measure_clients(report, many, loader),
    }
    for part, loader in ((part, loader) for part in parts for loader in loaders):
        if part in by_loader:
            report.title(f"{part}, {loader} loader")
            by_loader[part](loader)


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--loader", choices=["fast", "python", "both"], default="both")
    parser.add_argument("--part", choices=PARTS, nargs="+", default=list(PARTS))
    parser.add_argument("--keep", help="folder in which to keep and reuse the logdirs")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers are stopped
    loaders = ["fast", "python"] if options.loader == "both" else [options.loader]
    if options.keep:
        measure(options.keep, loaders, options.part)
        return
    with tempfile.TemporaryDirectory() as root:
        measure(root, loaders, options.part)


if __name__ == "__main__":
    main()
