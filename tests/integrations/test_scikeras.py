"""scikeras under scikit-learn's cross-validation, in two processes: each fold is a run."""

import keras
import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV, cross_val_score

from tests.integrations import small

wrappers = small.needed("scikeras.wrappers")

pytestmark = [pytest.mark.slow]


def regressor(*callbacks):
    options = {"epochs": 2, "batch_size": small.BATCH, "shuffle": False, "verbose": 0}
    return wrappers.KerasRegressor(small.made, random_state=0, callbacks=list(callbacks), **options)


def test_folds_in_two_processes_score_as_without_the_callback_and_each_is_a_run(tmp_path):
    plain = cross_val_score(regressor(), small.X, small.Y, cv=4)
    callback = small.watch(tmp_path, hyperparameters={"cv": 4})
    watched = cross_val_score(regressor(callback), small.X, small.Y, cv=4, n_jobs=2)
    np.testing.assert_array_equal(watched, plain)
    steps = small.steps(tmp_path)
    assert list(steps) == [".", "run_002", "run_003", "run_004"]
    assert list(steps.values()) == [list(range(6))] * 4  # 24 samples in each fold
    assert list(small.hyperparameters(tmp_path).values()) == [{"cv": 4}] * 4


@pytest.mark.thorough
def test_a_grid_search_records_each_candidate_and_the_refit(tmp_path):
    keras.utils.set_random_seed(0)
    model = regressor(small.watch(tmp_path)).set_params(model__units=2)
    search = GridSearchCV(model, {"model__units": [2, 3]}, cv=2).fit(small.X, small.Y)
    assert len(small.steps(tmp_path)) == 5
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
