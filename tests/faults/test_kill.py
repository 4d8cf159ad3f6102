"""A process that is killed loses no more than what it was about to write."""

import json
import os
import pathlib

import pytest
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

from tb_keras_inspect import load_run
from tests import programs

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork and SIGKILL"),
    pytest.mark.xdist_group("killed"),
]
RUNS = 100
MAY_LOSE = 5  # samples
OR_SECONDS = 2.0
SIGKILL = 9


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """What each of 100 killed processes had done."""
    directory = tmp_path_factory.mktemp("killed")
    done = programs.run("tests.faults.recording_child", directory, RUNS, 7, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def event_files(run):
    """A process may have been killed when its directory had no more than the lock file."""
    return list(pathlib.Path(run["directory"]).glob("*.tfevents.*"))


def steps_of(run):
    """The steps of the samples in a run's files."""
    if not event_files(run):
        return []
    found = load_run(run["directory"])
    assert all("incomplete record" in text for text in found.problems), found.problems
    if "step" not in found.kinds:
        return []
    steps = found.table("gradient").steps.tolist()
    assert found.loss.steps.tolist() == steps  # a sample is there as a whole or not at all
    return steps


def test_the_processes_were_killed_and_at_different_moments(killed):
    assert len(killed) == RUNS
    assert {run["signal"] for run in killed} == {SIGKILL}
    assert len({len(run["written"]) for run in killed}) > 10
    assert sum(bool(run["written"]) for run in killed) > RUNS // 2


def test_all_that_was_written_by_then_is_there(killed):
    for run in killed:
        steps = steps_of(run)
        assert set(run["written"]) <= set(steps), run["directory"]
        assert steps == sorted(set(steps))


def test_what_is_missing_was_handed_over_just_before(killed):
    for run in killed:
        there = set(steps_of(run))
        missing = [when for step, when in run["put"] if step not in there]
        recent = all(when > run["killed"] - OR_SECONDS for when in missing)
        assert len(missing) <= MAY_LOSE or recent, (run["directory"], len(missing))


def test_tensorboard_opens_every_file(killed):
    for run in killed:
        for path in event_files(run):
            # TensorFlow's reader ends quietly at half a record, TensorBoard's own as well.
            steps = [event.step for event in EventFileLoader(str(path)).Load()]
            assert set(run["written"]) <= set(steps)
