"""Optuna with its pruning callback: each trial is a run, also one that is pruned."""

import threading

import keras
import pytest

from tb_keras_inspect import load_runs
from tests.integrations import small

optuna = small.needed("optuna")
KerasPruningCallback = small.needed("optuna_integration").KerasPruningCallback
pytestmark = [pytest.mark.slow]
PRUNED = 1  # the trial that is


class PruneOne(optuna.pruners.BasePruner):
    """Prunes one trial after its second epoch."""

    def prune(self, study, trial):
        return trial.number == PRUNED and trial.last_step == 1


def search(*, callbacks=lambda trial: [], **options):
    """Searches, and returns number, parameters, value and state of each trial."""

    def objective(trial):
        keras.utils.set_random_seed(trial.number)
        units, rate = trial.suggest_int("units", 2, 16), trial.suggest_float("rate", 1e-3, 1e-1)
        pruning = KerasPruningCallback(trial, "loss")
        model = small.made(units, rate)
        options = {"batch_size": small.BATCH, "epochs": 3, "shuffle": False, "verbose": 0}
        history = model.fit(small.X, small.Y, callbacks=[*callbacks(trial), pruning], **options)
        return history.history["loss"][-1]

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(pruner=PruneOne(), sampler=optuna.samplers.RandomSampler(seed=0))
    study.optimize(objective, n_trials=3, **options)
    return [(t.number, t.params, t.value, t.state) for t in study.trials]


@pytest.mark.parametrize("way", ["one callback", "a callback for each trial"])
def test_each_trial_is_a_run_and_the_study_is_the_same(tmp_path, way):
    threads = threading.active_count()
    plain = search()
    shared = small.watch(tmp_path)
    watched = search(
        callbacks=lambda trial: [shared if way == "one callback" else small.watch(tmp_path)]
    )
    assert watched == plain
    assert [state.name for *_, state in watched] == ["COMPLETE", "PRUNED", "COMPLETE"]
    assert small.hyperparameters(tmp_path) == {
        f"trial_{number:04d}": parameters for number, parameters, *_ in watched
    }
    assert [len(steps) for steps in small.steps(tmp_path).values()] == [12, 8, 12]
    pruned = load_runs(tmp_path)[f"trial_{PRUNED:04d}"]
    assert len(pruned.loss.epochs["loss"][0]) == 2
    assert threading.active_count() == threads


@pytest.mark.thorough
def test_trials_in_two_threads_are_runs_of_their_own(tmp_path):
    watched = search(callbacks=lambda trial: [small.watch(tmp_path)], n_jobs=2)
    assert small.hyperparameters(tmp_path) == {
        f"trial_{number:04d}": parameters for number, parameters, *_ in watched
    }
    assert [len(steps) for steps in small.steps(tmp_path).values()] == [12, 8, 12]
