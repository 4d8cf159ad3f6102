"""Edges of the graph: Keras's own, those of a trace, and that both agree. Runs under each backend."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from tb_keras_inspect.training.model import connections, names
from tb_keras_inspect.training.model.edges import FUNCTIONAL, ORDER, TRACE
from tb_keras_inspect.training.model.keras_edges import computed_tokens, functional_edges
from tests.training import model_zoo as zoo


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)


def named(model, edges):
    """Pairs of layer names."""
    found = names.layer_names(model)
    path = [found[id(layer)] for layer, _ in names.layers_of(model)]
    return {(path[a], path[b]) for a, b in edges.pairs}


def calls(model, edges):
    found = names.layer_names(model)
    path = [found[id(layer)] for layer, _ in names.layers_of(model)]
    return {path[i]: count for i, count in edges.calls.items()}


def traced(model, inputs, monkeypatch):
    monkeypatch.setattr(connections, "is_opaque", lambda model: True)
    edges = connections.edges_of(model, inputs)
    assert edges.source == TRACE
    return edges


def branches():
    x = keras.Input((6,), name="x")
    a = layers.Dense(4, name="a")(x)
    b = layers.Dropout(0.5, name="b")(a)
    c = ops.relu(a) + 2 * b
    return keras.Model(x, layers.Dense(3, name="c")(c))


def nested():
    inner_input = keras.Input((4,), name="inner_input")
    y = layers.Dense(4, name="deep")(inner_input)
    inner = keras.Model(inner_input, [layers.Add(name="sum")([y, inner_input]), y], name="inner")
    x = keras.Input((4,), name="x")
    first, second = inner(layers.Dense(4, name="before")(x))
    out = layers.Concatenate(name="join")([first, second, x])
    return keras.Model(x, keras.Sequential([layers.Dense(2, name="end")], name="tail")(out))


def shared():
    x, y = keras.Input((4,), name="x"), keras.Input((4,), name="y")
    once = layers.Dense(4, name="twice")
    return keras.Model([x, y], layers.Add(name="sum")([once(once(x)), once(y)]))


WANTED = {
    branches: {("x", "a"), ("a", "b"), ("a", "c"), ("b", "c")},
    nested: {
        ("x", "before"),
        ("before", "inner_input"),
        ("inner_input", "deep"),
        ("deep", "sum"),
        ("inner_input", "sum"),
        ("sum", "join"),
        ("deep", "join"),
        ("x", "join"),
        ("join", "input_layer"),
        ("input_layer", "tail/end"),
    },
    shared: {("x", "twice"), ("twice", "twice"), ("y", "twice"), ("twice", "sum")},
}


@pytest.mark.parametrize("build", WANTED)
def test_keras_graph_and_a_trace_give_the_same_edges(build, monkeypatch):
    model = build()
    x = [np.ones((2, *i.shape[1:]), "float32") for i in model.inputs]
    x = x[0] if len(x) == 1 else x
    edges = connections.edges_of(model, x)
    assert edges.source == FUNCTIONAL
    assert named(model, edges) == WANTED[build]
    by_trace = traced(model, x, monkeypatch)
    assert named(model, by_trace) == named(model, edges)
    counted = calls(model, by_trace)
    assert {n: c for n, c in calls(model, edges).items() if counted.get(n) != c} == {}


def test_calls_of_a_shared_layer_are_counted():
    model = shared()
    assert calls(model, functional_edges(model))["twice"] == 3


class Block(layers.Layer):
    """Residual: parts of the layer, bare arithmetic, a part that goes nowhere."""

    def __init__(self, **options):
        super().__init__(**options)
        self.one, self.two = layers.Dense(4, name="one"), layers.Dense(4, name="two")
        self.unused = layers.Dense(1, name="unused")

    def call(self, x):
        y = self.two(ops.tanh(self.one(x)) * 0.5)
        self.unused(y)
        return x + ops.flip(y, axis=-1)


class Own(layers.Layer):
    """A layer inside that does not make the output."""

    def __init__(self, **options):
        super().__init__(**options)
        self.aside = layers.Dense(4, name="aside")

    def call(self, x):
        self.aside(x)
        return x * 3.0


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.stem = layers.Dense(4, name="stem")
        self.blocks = [Block(name="block_0"), Block(name="block_1")]
        self.own = Own(name="own")
        self.head = layers.Dense(2, name="head")

    def call(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.head(ops.concatenate([self.own(x), x], axis=-1))


def test_edges_of_a_subclassed_model_run_between_innermost_layers_through_bare_operations():
    model = Subclassed()
    x = np.ones((2, 3), "float32")
    model(x)
    edges = connections.edges_of(model, x)
    assert edges.source == TRACE
    found = named(model, edges)
    last = {"block_0/two", "stem"}  # what goes into the second block: x + two(...)
    after = {*last, "block_1/two"}
    assert found == {
        ("stem", "block_0/one"),
        ("block_0/one", "block_0/two"),
        ("block_0/two", "block_0/unused"),
        *((source, "block_1/one") for source in last),
        ("block_1/one", "block_1/two"),
        ("block_1/two", "block_1/unused"),
        *((source, "own") for source in after),
        *((source, "own/aside") for source in after),
        *((source, "head") for source in after),
        ("own", "head"),
    }


class Inside(keras.Model):
    """A Functional model and a recurrent layer inside a subclassed one."""

    def __init__(self):
        super().__init__()
        inputs = keras.Input((5, 3), name="in")
        gated = layers.Dense(3, name="gate")(inputs) * inputs
        self.inner = keras.Model(
            inputs, layers.LayerNormalization(name="norm")(gated), name="inner"
        )
        self.both = layers.Bidirectional(layers.LSTM(2, name="lstm"), name="both")
        self.head = layers.Dense(1, name="head")

    def call(self, x):
        return self.head(self.both(self.inner(x) + x))


def test_functional_and_recurrent_layers_inside_a_subclassed_model():
    model = Inside()
    x = np.ones((2, 5, 3), "float32")
    model(x)
    found = named(model, connections.edges_of(model, x))
    assert found == {
        ("in", "gate"),
        ("gate", "norm"),
        ("in", "norm"),
        *(("norm", lstm) for lstm in ("both/forward_lstm", "both/backward_lstm")),
        ("both/forward_lstm", "head"),
        ("both/backward_lstm", "head"),
    }


def test_parts_of_an_attention_layer_are_connected():
    model = zoo.attention()
    found = named(model, connections.edges_of(model, zoo.sequences(2)))
    attend = "multi_head_attention/"
    assert {
        (attend + name, attend + "attention_output") for name in ("query", "key", "value")
    } <= found
    assert (attend + "attention_output", "global_average_pooling1d") in found


def test_a_trace_changes_nothing():
    model = Subclassed()
    x = np.ones((2, 3), "float32")
    model(x)
    before = [ops.convert_to_numpy(v).copy() for v in model.variables]
    original = keras.layers.Layer.__call__
    nodes = [len(layer._inbound_nodes) for layer in model._flatten_layers()]
    connections.edges_of(model, x)
    assert keras.layers.Layer.__call__ is original
    assert nodes == [len(layer._inbound_nodes) for layer in model._flatten_layers()]
    after = [ops.convert_to_numpy(v) for v in model.variables]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_a_model_that_cannot_be_traced_falls_back_to_the_order_of_calls():
    model = Subclassed()
    model(np.ones((2, 3), "float32"))
    wrong = np.ones((2, 7), "float32")
    edges = connections.edges_of(model, wrong, ["stem", "own", "stem", "head", "not there"])
    assert edges.source == ORDER
    assert named(model, edges) == {("stem", "own"), ("own", "head")}


def tokens():
    x = keras.Input((6,), dtype="int32", name="x")
    places = layers.Embedding(6, 4, name="places")(ops.zeros_like(x) + ops.arange(6))
    words = layers.Embedding(50, 4, name="words")(x)
    cast = layers.Embedding(50, 4, name="as_is")(ops.cast(x, "int32"))
    rest = layers.Embedding(7, 4, name="rest")(x % 7)
    return keras.Model(x, layers.Add()([places, words, cast, rest]))


def test_embeddings_of_computed_numbers_are_told_from_those_of_an_input():
    assert sorted(computed_tokens(tokens())) == ["places", "rest"]
    outer = keras.Sequential([keras.Input((6,), dtype="int32"), tokens(), layers.Flatten()])
    assert [path.split("/")[-1] for path in sorted(computed_tokens(outer))] == ["places", "rest"]
    assert computed_tokens(branches()) == []
