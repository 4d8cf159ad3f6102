"""Times all rules over a run of many layers and samples: `python -m benchmarks.diagnosis.speed`.

Prints the time of `diagnose` on decoded tables, the time of each rule, and the cost of live diagnosis
per sampled step of a fit with the same number of layers.
"""

import argparse
import tempfile
import time

import numpy as np

from tb_keras_inspect.diagnosis import THRESHOLDS, Thresholds, diagnose
from tb_keras_inspect.diagnosis.rules import RULES
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.records import Kind
from tb_keras_inspect.records.event_file_writer import EventFileWriter
from tb_keras_inspect.store import load_run
from tb_keras_inspect.training.live.live_diagnosis import LiveDiagnosis
from tests.diagnosis import synthetic


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--layers", type=int, default=300)
    parser.add_argument("--samples", type=int, default=10_000)
    arguments = parser.parse_args()
    run = make(arguments.layers, arguments.samples)
    print(f"{arguments.layers} layers x {arguments.samples} samples")
    with tempfile.TemporaryDirectory() as directory:
        write(run, directory)
        stored(directory)
    live(run)


def make(layers: int, samples: int) -> synthetic.Run:
    """A run with some faults, so that the rules have something to find."""
    run = synthetic.Run(synthetic.chain(layers), samples=samples)
    rng = np.random.default_rng(0)
    for kind in (Kind.GRADIENT, Kind.WEIGHT, Kind.UPDATE, Kind.ACTIVATION):
        run.tables[kind] *= rng.lognormal(0, 0.3, run.tables[kind].shape).astype(np.float32)
    run.set(Kind.ACTIVATION, "dead_fraction", 0.95, row=slice(5, 9), at=slice(samples // 2, None))
    run.set(Kind.GRADIENT, "l2", 1e-9, row=slice(0, layers))
    return run.loss(2.3)


def write(run: synthetic.Run, directory: str) -> None:
    """Writes the run to an event file."""
    writer = EventFileWriter(directory)
    for event in run.events():
        writer.write(event)
    writer.close()


def stored(directory: str) -> None:
    """Reads a run from its file."""
    data = load_run(directory)
    begun = time.perf_counter()
    for kind in data.kinds - {"model"}:
        data.table(kind)
    print(f"reading and decoding the file: {time.perf_counter() - begun:.2f} s")
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        found = diagnose(data)
        times.append(time.perf_counter() - begun)
    print(f"all rules: {min(times):.3f} s ({len(found.flat())} findings)")
    for rule in RULES:
        facts = Facts(data, Thresholds(THRESHOLDS))
        assert facts.breakdown is None
        assert facts.progress.known
        begun = time.perf_counter()
        with np.errstate(all="ignore"):
            list(rule.find(facts))
        print(f"  {rule.PROBLEM}: {1e3 * (time.perf_counter() - begun):.1f} ms")


def live(run: synthetic.Run) -> None:
    """Feeds the same events to the live diagnosis, as a fit would."""
    diagnosis = LiveDiagnosis(on_finding=lambda finding: None, console=None)
    samples = longest = 0
    for sample in list(run.samples()):
        begun = time.perf_counter()
        diagnosis.on_sample(sample)
        longest = max(longest, time.perf_counter() - begun)
        samples += 1
    print(
        f"live: {1e3 * diagnosis.seconds_per_sample:.2f} ms a sampled step on average, "
        f"{1e3 * longest:.0f} ms at most, {diagnosis.evaluations} evaluations in {samples} samples, "
        f"{diagnosis.held_bytes / 1e6:.0f} MB held"
    )


if __name__ == "__main__":
    main()
