"""What the plugin adds to the start of TensorBoard: `python -m benchmarks.plugin_import [--rounds 11]`.

Each round starts two fresh interpreters in turn: one creates the plugins of TensorBoard as it does at
start, the other also loads this plugin from its entry point. Prints the medians of the whole process
and of the added part. The target is 150 ms.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

START = """
import argparse, sys, time
from tensorboard import default, program
from tensorboard.plugins import base_plugin
loaders = [base_plugin.BasicLoader(p) if isinstance(p, type) and issubclass(p, base_plugin.TBPlugin)
           else p() if isinstance(p, type) else p for p in default.get_static_plugins()]
parser = argparse.ArgumentParser()
for loader in loaders:
    loader.define_flags(parser)
"""
OURS = """
start = time.perf_counter()
import importlib.metadata
(entry,) = [e for e in importlib.metadata.entry_points(group="tensorboard_plugins")
            if e.name == "keras_inspect"]
loader = entry.load()()
loader.define_flags(parser)
flags = parser.parse_args([])
plugin = loader.load(base_plugin.TBContext(flags=flags, logdir="", data_provider=None))
plugin.get_plugin_apps()
print(time.perf_counter() - start)
"""
TARGET_MS = 150


def seconds(code: str) -> tuple[float, str]:
    """Runs `code` in a fresh interpreter and returns its wall time and output."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return time.perf_counter() - start, done.stdout.strip()


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=11)
    rounds = max(7, parser.parse_args().rounds)
    without, with_ours, ours = [], [], []
    for _ in range(rounds):
        without.append(seconds(START)[0])
        whole, printed = seconds(START + OURS)
        with_ours.append(whole)
        ours.append(float(printed))
    rows = (
        ("process, TensorBoard's plugins", without),
        ("process, ours too", with_ours),
        ("ours: entry point, import, made", ours),
    )
    print(f"{rounds} rounds, {os.cpu_count()} cores; milliseconds: median (min .. max)")
    for name, values in rows:
        low, middle, high = (1000 * f(values) for f in (min, statistics.median, max))
        print(f"{name:32} {middle:7.0f} ({low:.0f} .. {high:.0f})")
    added = 1000 * (statistics.median(with_ours) - statistics.median(without))
    print(f"{'added to the process':32} {added:7.0f} (target: {TARGET_MS})")


if __name__ == "__main__":
    main()
