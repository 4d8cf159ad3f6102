"""Which tensor came out of which call of which layer. Runs under each backend."""

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


def told(log, layer, outputs):
    return [output.name for output in log.outputs(layer, outputs, None)]


def test_calls_and_outputs_are_numbered_and_layers_that_are_not_looked_at_left_out(log):
    a, b = layers.Dense(3), layers.Dense(3)
    calls = log({id(a): "a"})
    assert told(calls, a, tensor()) == ["a"]
    assert told(calls, b, tensor()) == []
    assert told(calls, a, [tensor(), (tensor(), None)]) == ["a:1", "a.1"]
    assert told(calls, a, tensor()) == ["a:2"]


def test_what_a_container_hands_through_is_told_once_and_what_it_makes_itself_is_told(log):
    inner = layers.Dense(3)
    container = keras.Sequential([inner])
    calls = log({id(inner): "c/inner", id(container): "c"})
    made = tensor()
    assert told(calls, inner, made) == ["c/inner"]
    assert told(calls, container, made) == []
    assert told(calls, container, made + 1) == ["c"]


def test_a_layer_without_layers_that_hands_its_input_through_is_told(log):
    dense, dropout = layers.Dense(3), layers.Dropout(0.5)
    calls = log({id(dense): "dense", id(dropout): "dropout"})
    made = tensor()
    assert told(calls, dense, made) == ["dense"]
    assert told(calls, dropout, made) == ["dropout"]


def test_a_tensor_that_has_the_identity_of_one_that_is_gone_is_another_one(log):
    container = keras.Sequential([layers.Dense(3)])
    calls = log({id(container): "c"})
    names = [told(calls, container, tensor()) for _ in range(MAX_CALLS)]  # each is freed at once
    assert names == [["c"], *([f"c:{call}"] for call in range(1, MAX_CALLS))]


def test_what_cannot_be_recorded_is_listed_with_the_reason(log):
    layer = layers.Dense(3)
    calls = log({id(layer): "a"})
    assert told(calls, layer, (tensor(dtype="int32"), tensor())) == ["a.1"]
    assert "int32" in calls.omissions["a"]
    for _ in range(MAX_CALLS + 1):
        told(calls, layer, (None, tensor()))
    assert calls.omissions["a"] == f"only the first {MAX_CALLS} calls are recorded"


def test_placeholders_are_no_outputs(log):
    layer = layers.Dense(3)
    calls = log({id(layer): "a"})
    assert told(calls, layer, keras.Input((3,))) == []
    with keras.src.backend.common.symbolic_scope.SymbolicScope():
        assert told(calls, layer, tensor()) == []
    assert calls.omissions == {}
