"""Replays the healthy runs of the benchmark: `python -m benchmarks.diagnosis.replay LOGDIR`.

Feeds each run, event by event, to the live diagnosis, which evaluates it after every twentieth of its
length, and prints what it would have reported. A healthy run must not be reported on the way.
"""

import argparse
import pathlib
import sys

from tensorboard.backend.event_processing.event_file_loader import LegacyEventFileLoader

from benchmarks.diagnosis import train
from benchmarks.diagnosis.case import CASES
from tb_keras_inspect.training.live.live_diagnosis import LiveDiagnosis
from tests.diagnosis.synthetic import sample_of

LOOKS = 20


class _Model:
    stop_training = False


def main() -> int:
    """Prints the findings. Returns 1 if a healthy run was reported."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("logdir", type=pathlib.Path)
    arguments = parser.parse_args()
    assert train.MODULES  # importing it registers the cases
    healthy = [name for name, case in CASES.items() if not case.expected]
    names = [name for name in healthy if (arguments.logdir / name / "done").exists()]
    said = {name: replay(arguments.logdir / name) for name in names}
    for name, findings in said.items():
        for finding in findings:
            print(f"{name}: {finding.severity} {finding.problem}: {finding.title}")
    wrong = [name for name, findings in said.items() if any(f.rank > 0 for f in findings)]
    print(f"{len(names)} of {len(healthy)} healthy runs were replayed. ", end="")
    print(f"{len(wrong)} reported on the way: {', '.join(wrong)}")
    return 1 if wrong else 0


def replay(directory: pathlib.Path) -> list:
    """Returns what the live diagnosis reports for a run, including notes."""
    paths = sorted(directory.glob("events.out.tfevents.*"))
    events = [event for path in paths for event in LegacyEventFileLoader(str(path)).Load()]
    found: list = []
    diagnosis = LiveDiagnosis(console=None, on_finding=found.append)
    every = max(1, len(events) // LOOKS)
    diagnosis._is_due = lambda: diagnosis._samples % every == 0
    for event in events:
        diagnosis.on_sample(sample_of(event))
        diagnosis.report(_Model)
    diagnosis.evaluate_last()
    diagnosis.report(_Model)
    return found


if __name__ == "__main__":
    sys.exit(main())
