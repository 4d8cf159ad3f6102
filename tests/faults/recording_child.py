"""Processes that record and are killed: `python -m tests.faults.recording_child DIRECTORY RUNS SEED`.

Of the package they drive the real recorder. What it takes is loaded once, and a process forked for each
run, which records until it is killed at a random moment. Printed is, as JSON and for each run, which
steps the process had handed over and when, which of them it was told are written, and when it was
killed.
"""

import json
import os
import random
import signal
import struct
import sys
import time
import types

from tb_keras_inspect.training.recorder import Recorder
from tests.store.run_writer import RunWriter, make_model

REPORT = struct.Struct("<cqd")  # "p" handed over or "w" written, step, time
SIZES = (2, 40, 300)  # layers: samples of 1 to 60 KB
LONGEST = 0.12  # seconds from a process's start to its end


class Events(RunWriter):
    """What a callback's jobs make: the events of one sample, from the real encoders."""

    def __init__(self, layers):
        self.made = []
        self.file = types.SimpleNamespace(write=self.made.append)
        self.model = make_model([f"layer_{n}" for n in range(layers)])
        self._start = time.time()

    def take(self):
        """The events made since the last call."""
        taken, self.made[:] = list(self.made), []
        return taken


def record(directory, report, layers, pause):
    """Hands over samples for ever."""
    events, recorder = Events(layers), Recorder(directory)

    def tell(what, step):
        os.write(report, REPORT.pack(what, step, time.monotonic()))

    written = []

    def job(make, step):
        if written:  # a job's events are on disk before the next job begins
            tell(b"w", written.pop())
        make(step)
        taken = events.take()
        written.extend(event.step for event in taken[-1:])
        return taken

    recorder.put(lambda: job(events.write_model, 0), 30)
    step = 0
    while True:
        step += 1
        if recorder.put(lambda step=step: job(events.sample, step)):
            tell(b"p", step)
        time.sleep(pause)


def run(directory, choose):
    """Forks a process, kills it, and tells what it did."""
    layers, pause = choose.choice(SIZES), choose.choice([0.0002, 0.002])
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.close(read)
        try:
            record(directory, write, layers, pause)
        finally:
            os._exit(1)
    os.close(write)
    time.sleep(choose.uniform(0.0, LONGEST))
    os.kill(child, signal.SIGKILL)
    killed = time.monotonic()
    status = os.waitpid(child, 0)[1]
    data = b""
    while more := os.read(read, 1 << 16):
        data += more
    os.close(read)
    told = list(REPORT.iter_unpack(data[: len(data) // REPORT.size * REPORT.size]))
    return {
        "directory": directory,
        "signal": os.WTERMSIG(status),
        "killed": killed,
        "put": [(step, when) for what, step, when in told if what == b"p"],
        "written": [step for what, step, _ in told if what == b"w" and step],
    }


def main():
    """Runs all, one after the other."""
    root, runs, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    choose = random.Random(seed)
    print(json.dumps([run(os.path.join(root, str(n)), choose) for n in range(runs)]))


if __name__ == "__main__":
    main()
