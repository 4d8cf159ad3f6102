"""The outputs of the calls of layers, named. Runs under each backend."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from tb_keras_inspect.frameworks import current
from tb_keras_inspect.training.hooks.call_log import MAX_CALLS, CallLog


@pytest.fixture
def log():
    def make(names):
        return CallLog(current(), names)

    return make


def tensor(shape=(2, 3), dtype="float32"):
    return ops.convert_to_tensor(np.ones(shape), dtype)


def names_of(log, layer, outputs):
    return [output.name for output in log.outputs(layer, outputs, None)]


def test_calls_and_outputs_are_numbered_and_layers_that_are_not_recorded_omitted(log):
    a, b = layers.Dense(3), layers.Dense(3)
    calls = log({id(a): "a"})
    assert names_of(calls, a, tensor()) == ["a"]
    assert names_of(calls, b, tensor()) == []
    assert names_of(calls, a, [tensor(), (tensor(), None)]) == ["a:1", "a.1"]
    assert names_of(calls, a, tensor()) == ["a:2"]


def test_an_output_that_a_container_passes_on_is_yielded_once_and_its_own_output_too(log):
    inner = layers.Dense(3)
    container = keras.Sequential([inner])
    calls = log({id(inner): "c/inner", id(container): "c"})
    made = tensor()
    assert names_of(calls, inner, made) == ["c/inner"]
    assert names_of(calls, container, made) == []
    assert names_of(calls, container, made + 1) == ["c"]


def test_a_layer_without_sublayers_that_returns_its_input_is_yielded(log):
    dense, dropout = layers.Dense(3), layers.Dropout(0.5)
    calls = log({id(dense): "dense", id(dropout): "dropout"})
    made = tensor()
    assert names_of(calls, dense, made) == ["dense"]
    assert names_of(calls, dropout, made) == ["dropout"]


def test_a_tensor_with_the_identity_of_a_freed_one_is_a_new_one(log):
    container = keras.Sequential([layers.Dense(3)])
    calls = log({id(container): "c"})
    names = [
        names_of(calls, container, tensor()) for _ in range(MAX_CALLS)
    ]  # each is freed at once
    assert names == [["c"], *([f"c:{call}"] for call in range(1, MAX_CALLS))]


def test_what_cannot_be_recorded_is_listed_with_the_reason(log):
    layer = layers.Dense(3)
    calls = log({id(layer): "a"})
    assert names_of(calls, layer, (tensor(dtype="int32"), tensor())) == ["a.1"]
    assert "int32" in calls.omissions["a"]
    for _ in range(MAX_CALLS + 1):
        names_of(calls, layer, (None, tensor()))
    assert calls.omissions["a"] == f"only the first {MAX_CALLS} calls are recorded"


def test_placeholders_are_not_outputs(log):
    layer = layers.Dense(3)
    calls = log({id(layer): "a"})
    assert names_of(calls, layer, keras.Input((3,))) == []
    with keras.src.backend.common.symbolic_scope.SymbolicScope():
        assert names_of(calls, layer, tensor()) == []
    assert calls.omissions == {}
