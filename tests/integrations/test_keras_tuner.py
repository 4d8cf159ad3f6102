"""KerasTuner: a search goes as without the callback, and each training run of a trial is a run."""

import json
import socket
import subprocess

import keras
import pytest

from tests import programs
from tests.integrations import small

keras_tuner = small.needed("keras_tuner")
pytestmark = [pytest.mark.slow]
SECONDS = 300  # after which a search in several processes hangs
DATA = {
    "x": small.X,
    "y": small.Y,
    "validation_data": (small.X, small.Y),
    "batch_size": small.BATCH,
    "verbose": 0,
}
SEED = 1  # KerasTuner takes 0 for none


def build(hp):
    units = hp.Int("units", 2, 16)
    return small.made(units, hp.Float("rate", 1e-3, 1e-1, sampling="log"))


def random_search(directory, **options):
    return keras_tuner.RandomSearch(
        build, "val_loss", max_trials=2, seed=SEED, directory=directory, **options
    )


def hyperband(directory):
    return keras_tuner.Hyperband(
        build, "val_loss", max_epochs=2, factor=2, seed=SEED, directory=directory
    )


def outcome(tuner, **options):
    """What the search finds: number, hyperparameters, score and state of each trial."""
    keras.utils.set_random_seed(0)
    tuner.search(**DATA, **options)
    trials = tuner.oracle.trials.values()
    return {t.trial_id: (t.hyperparameters.values, t.score, t.status) for t in trials}


def test_each_execution_of_a_random_search_is_a_run_and_the_search_is_the_same(tmp_path):
    plain = outcome(random_search(tmp_path / "plain", executions_per_trial=2), epochs=2)
    logs = tmp_path / "logs"
    tuner = random_search(tmp_path / "watched", executions_per_trial=2)
    watched = outcome(tuner, epochs=2, callbacks=[small.watch(logs)])
    assert watched == plain
    values = {trial: values for trial, (values, *_) in watched.items()}
    assert small.hyperparameters(logs) == {
        "trial_0": values["0"],
        "trial_0/run_002": values["0"],
        "trial_1": values["1"],
        "trial_1/run_002": values["1"],
    }
    assert list(small.steps(logs).values()) == [list(range(8))] * 4


@pytest.mark.thorough
def test_each_trial_of_hyperband_is_a_run_also_one_that_goes_on_with_weights_of_another(tmp_path):
    plain = outcome(hyperband(tmp_path / "plain"))
    logs = tmp_path / "logs"
    watched = outcome(hyperband(tmp_path / "watched"), callbacks=[small.watch(logs)])
    assert watched == plain
    found = small.hyperparameters(logs)
    assert found == {f"trial_{trial}": values for trial, (values, *_) in watched.items()}
    assert any("tuner/trial_id" in values for values in found.values())
    epochs = {name: len(steps) // small.STEPS for name, steps in small.steps(logs).items()}
    assert epochs == {
        name: values["tuner/epochs"] - values["tuner/initial_epoch"]
        for name, values in found.items()
    }


@pytest.mark.thorough
def test_a_search_that_is_run_again_and_finds_all_trials_done_records_nothing_more(tmp_path):
    logs = tmp_path / "logs"
    for _ in range(2):
        outcome(random_search(tmp_path / "tuner"), epochs=1, callbacks=[small.watch(logs)])
    assert list(small.steps(logs)) == ["trial_0", "trial_1"]


@pytest.mark.thorough
def test_trials_of_a_search_in_two_processes_are_runs_of_their_own(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    where = {"KERASTUNER_ORACLE_IP": "127.0.0.1", "KERASTUNER_ORACLE_PORT": port}
    processes = [
        programs.start(
            "tests.integrations.parallel_search",
            tmp_path,
            env=where | {"KERASTUNER_TUNER_ID": name},
            stdout=subprocess.PIPE,
        )
        for name in ("chief", "tuner0", "tuner1")
    ]
    try:
        outputs = [process.communicate(timeout=SECONDS)[0] for process in processes[1:]]
    finally:
        for process in processes:  # the chief would look every 20 seconds whether it is needed
            process.kill()
    first, second = (json.loads(output.splitlines()[-1]) for output in outputs)
    assert len(first | second) == len(first) + len(second) == 4
    assert small.hyperparameters(tmp_path / "logs") == {
        f"trial_{trial}": values for trial, values in sorted((first | second).items())
    }
    assert list(small.steps(tmp_path / "logs").values()) == [list(range(8))] * 4
