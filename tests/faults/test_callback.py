"""What goes wrong inside the callback ends with one warning, and the training with the same weights."""

import ctypes
import re

import keras
import pytest

from tb_keras_inspect import load_run
from tb_keras_inspect.training.hooks import hooks_check
from tb_keras_inspect.training.schedule import Schedule
from tests.faults import small_training

pytestmark = pytest.mark.core

GOES_ON = r"[Tt]raining goes on"
HOOKS_GONE = "nothing is recorded: Keras .* no longer has "


def assert_one_warning(texts, *patterns):
    (text,) = texts
    for pattern in patterns:
        assert re.search(pattern, text), text


def kill_thread(inspect):
    """The writer's thread gets an exception from outside, at its next instruction."""
    thread = inspect._fit.recorder._thread
    ident, error = ctypes.c_ulong(thread.ident), ctypes.py_object(SystemExit)
    assert ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, error) == 1


def test_a_writer_thread_that_is_killed(tmp_path, plain):
    inspect, state, texts = small_training.watched(tmp_path, kill_thread, step=4)
    assert_one_warning(texts, "nothing is recorded any more: writing to .* SystemExit", GOES_ON)
    assert not inspect._fit.recorder._thread.is_alive()
    small_training.assert_same(state, plain)
    run = load_run(tmp_path)
    assert run.table("gradient").steps.tolist() == [0, 1, 2, 3]
    assert run.problems == []


def test_a_failure_of_the_callback_itself(tmp_path, plain, monkeypatch):
    wants = Schedule.wants

    def broken(self, step):
        return wants(self, step) if step < 4 else 1 / 0

    monkeypatch.setattr(Schedule, "wants", broken)
    _, state, texts = small_training.watched(tmp_path)
    assert_one_warning(texts, "nothing is recorded any more: .* ZeroDivisionError", GOES_ON)
    small_training.assert_same(state, plain)
    assert load_run(tmp_path).table("gradient").steps.tolist() == [0, 1, 2, 3]


class NoForce(keras.Sequential):
    """A Keras whose `make_train_function` cannot be asked to make another one."""

    def make_train_function(self):
        super().make_train_function()


def test_a_private_hook_that_moved_is_told_before_the_first_step(tmp_path, plain, monkeypatch):
    monkeypatch.setattr(keras, "Sequential", NoForce)
    inspect, state, texts = small_training.watched(tmp_path / "a")
    assert_one_warning(texts, HOOKS_GONE + r".*make_train_function\(force\)", "3.10 to", GOES_ON)
    small_training.assert_same(state, plain)
    assert inspect._fit is None  # told before anything was begun
    assert not (tmp_path / "a").exists()


MOVED = [
    (keras.layers.Layer, "__call__"),
    (keras.metrics.Mean, "update_state"),
    (keras.layers.Layer, "_flatten_layers"),
    (keras.src.backend.common.symbolic_scope, "in_symbolic_scope"),
    (keras.Model, "make_train_function"),
    (keras, "StatelessScope"),
    (keras.layers.Layer, "path"),
    (keras.optimizers.Optimizer, "_clip_gradients"),
    (keras.optimizers.Optimizer, "_get_variable_index"),
    (keras.src.utils.naming, "to_snake_case"),
    (keras.src.models.functional, "Functional"),
]


@pytest.mark.parametrize(("owner", "name"), MOVED, ids=[name for _, name in MOVED])
def test_each_hook_is_missed_where_it_is_gone(owner, name, monkeypatch):
    model = small_training.make_model()
    assert hooks_check.missing_hooks(model) == []
    for cls in getattr(owner, "__mro__", (owner,)) if name != "__call__" else (owner,):
        if name in vars(cls):
            monkeypatch.delattr(cls, name)
    if name == "make_train_function":
        for cls in type(model).__mro__:
            monkeypatch.delattr(cls, name, raising=False)
    missing = hooks_check.missing_hooks(model)
    assert [text for text in missing if name in text]


def test_a_functional_model_without_its_inputs_is_missed_and_raises_nothing():
    inputs = keras.Input((2,))
    model = keras.Model(inputs, keras.layers.Dense(1)(inputs))
    model.compile("sgd", "mse")
    assert hooks_check.missing_hooks(model) == []
    object.__delattr__(model, "_inputs_struct")
    assert "`Functional._inputs_struct`" in hooks_check.missing_hooks(model)
