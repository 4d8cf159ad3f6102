"""Keras's own tests with our callback: what counts as a failure, and that a crash hides nothing."""

import pytest

from scripts.keras_suite import injection
from scripts.keras_suite.__main__ import Report
from scripts.keras_suite.runs import Outcome, Run, training_files

PASSED = Outcome("a::passes", "passed", samples=(2,))
BROKEN = Outcome("a::breaks", "failed", "ValueError: with the callback")
MISSING = Outcome("b::misses", "failed", "ModuleNotFoundError: No module named 'grain'")


def test_only_what_plain_keras_passes_is_a_failure():
    report = Report("jax", [PASSED, BROKEN, MISSING], [Outcome("a::breaks", "passed"), MISSING])
    assert report.failures == [BROKEN]
    assert not report.is_good
    text = "\n".join(report.lines())
    assert "jax: 1 failures that plain Keras does not have, 1 that it has; 1 passed" in text
    assert "1 fits with the callback, 1 of them with samples, 2 samples" in text
    assert "FAILED a::breaks: ValueError: with the callback" in text
    assert "plain Keras fails too: 1 times ModuleNotFoundError: No module named 'grain'" in text


def test_a_crash_counts_where_plain_keras_does_not_crash():
    crashed = Outcome("a::crashes")
    assert Report("jax", [PASSED, crashed], [Outcome("a::crashes", "passed")]).failures == [crashed]
    assert Report("jax", [PASSED, crashed], [crashed]).is_good


def test_tests_in_which_nothing_was_recorded_are_a_failure():
    assert Report("jax", [PASSED]).is_good
    assert not Report("jax", [Outcome("a::passes", "passed", samples=(0, 0))]).is_good


def helper(model):
    model.fit([1])


def with_helper():
    helper(None)


def without():
    return "outfit"


def test_tests_that_train_are_found_also_through_helpers():
    class Item:
        cls, module = None, __import__("sys").modules[__name__]

        def __init__(self, function):
            self.function = function

    assert injection.trains(Item(helper))
    assert injection.trains(Item(with_helper))
    assert not injection.trains(Item(without))


def test_files_are_those_of_the_backend():
    files = training_files(["backend", "callbacks/callback_test.py", "trainers"], "jax")
    assert "backend/jax/trainer_test.py" in files
    assert "callbacks/callback_test.py" in files
    assert "trainers/trainer_test.py" in files
    assert not [file for file in files if file.startswith("backend/tensorflow")]


TESTS = """
import os
import keras
import numpy as np


def fit(callbacks=lambda model: None):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 2)), np.ones(4), batch_size=2, verbose=0, callbacks=callbacks(model))


def test_without_callbacks():
    fit()


def test_that_crashes():
    fit()
    os.abort()


def test_with_a_list_of_callbacks():
    fit(lambda model: keras.callbacks.CallbackList([], add_history=True, model=model))


def test_that_trains_nothing():
    raise AssertionError("not selected")
"""


@pytest.mark.slow
def test_a_crash_ends_one_test_and_every_fit_is_recorded(tmp_path):
    (tmp_path / "some_test.py").write_text(TESTS)
    outcomes = Run("torch", tmp_path / "outcomes.jsonl").run([str(tmp_path / "some_test.py")])
    found = {outcome.test.split("::")[1]: outcome for outcome in outcomes}
    assert {name: outcome.outcome for name, outcome in found.items()} == {
        "test_without_callbacks": "passed",
        "test_that_crashes": "crashed",
        "test_with_a_list_of_callbacks": "passed",
    }
    assert found["test_without_callbacks"].samples == (2,)
    assert found["test_with_a_list_of_callbacks"].samples == (2,)
