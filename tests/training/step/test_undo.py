"""A layer that fails under the hooks: training goes on without them, bit-identical."""

import sys

import keras
import numpy as np
import pytest

from tb_keras_inspect import InspectCallback
from tb_keras_inspect.callback import InspectWarning
from tb_keras_inspect.records import Kind
from tests.training import model_zoo as zoo
from tests.training import read_events, references
from tests.training.references import BACKEND

# Where steps are traced nothing has happened yet when one fails; eager ones have begun.
EAGER = [True] if BACKEND == "torch" else [False, True]


class Plain(keras.layers.Layer):
    """A weight, noise and a count: what a forward pass may change."""

    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), initializer="ones")
        self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False)
        self.noise = keras.layers.GaussianNoise(0.1)

    def call(self, x, training=False):
        self.calls.assign(self.calls + 1.0)
        x = self.noise(x, training=training)
        self.may_fail()
        return x * self.scale

    def may_fail(self):
        pass


class FailsUnderHooks(Plain):
    """Raises under the hooks, in the middle of the forward pass."""

    def may_fail(self):
        frame = sys._getframe()
        while frame := frame.f_back:
            if frame.f_code.co_filename.endswith("keras_hooks.py"):
                raise RuntimeError("only under the hooks")


class AlwaysFails(Plain):
    """Always raises, once training has begun."""

    is_on = False

    def may_fail(self):
        if self.is_on:
            raise RuntimeError("always")


def make(layer, run_eagerly):
    keras.utils.clear_session()
    keras.utils.set_random_seed(5)
    body = (keras.layers.Dense(7, activation="relu"), keras.layers.Dropout(0.3), layer)
    return zoo.classifier(*body, run_eagerly=run_eagerly)


def assert_same_state(model, plain):
    for ours, theirs in zip(
        references.full_state_of(model), references.full_state_of(plain), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.slow
@pytest.mark.parametrize("run_eagerly", EAGER)
def test_a_layer_that_raises_only_under_the_hooks(tmp_path, run_eagerly):
    plain = make(Plain(), run_eagerly)
    zoo.fit(plain, epochs=2)
    model = make(FailsUnderHooks(), run_eagerly)
    with pytest.warns(InspectWarning) as caught:
        zoo.fit(model, InspectCallback(tmp_path, every=1, maps_every=0), epochs=2)
    (text,) = [str(w.message) for w in caught if issubclass(w.category, InspectWarning)]
    assert "gradients, activations, weights and updates are not recorded any more" in text
    assert "only under the hooks" in text
    assert "Training goes on" in text
    assert_same_state(model, plain)
    run = read_events.read(tmp_path)
    assert len(run.steps(Kind.EPOCH)) == 2  # what still works


@pytest.mark.parametrize("run_eagerly", EAGER)
def test_a_layer_that_always_raises_ends_training_with_its_own_error(tmp_path, run_eagerly):
    model = make(AlwaysFails(), run_eagerly)
    AlwaysFails.is_on = True
    try:
        with pytest.raises(RuntimeError, match="always"):
            zoo.fit(model, InspectCallback(tmp_path, every=1, maps_every=0))
    finally:
        AlwaysFails.is_on = False


@pytest.mark.skipif(BACKEND != "tensorflow", reason="JAX checks no index, PyTorch has no graph")
def test_a_first_batch_that_raises_in_the_graph_is_not_left_out(tmp_path):
    tokens = np.full((8, 3), 7)  # of five
    tokens[4:] = 1
    layers = [
        keras.Input((3,), dtype="int32"),
        keras.layers.Embedding(5, 2),
        keras.layers.Flatten(),
    ]
    model = keras.Sequential([*layers, keras.layers.Dense(1)])
    model.compile("sgd", "mse", jit_compile=False)
    callback = InspectCallback(tmp_path, every=1, maps_every=0)
    with pytest.raises(Exception, match="is not in"):
        model.fit(tokens, np.ones((8, 1)), batch_size=4, shuffle=False, callbacks=[callback])


@pytest.mark.skipif(BACKEND != "tensorflow", reason="the other trainers do not check the iterator")
def test_an_eager_execution_of_more_steps_than_the_data_has_trains_as_without_the_callback(
    tmp_path,
):
    import tensorflow as tf

    batches = tf.data.Dataset.from_tensor_slices((zoo.vectors(), zoo.labels())).batch(zoo.BATCH)
    # Of unknown length: Keras asks for another execution when the data has ended.
    batches = batches.filter(lambda *batch: True)

    def trained(*callbacks):
        keras.utils.set_random_seed(5)
        # Unbuilt, so that the first execution is not sampled, and the one that finds no data is.
        model = keras.Sequential([keras.layers.Dense(zoo.CLASSES, activation="softmax")])
        zoo.compiled(model, run_eagerly=True, steps_per_execution=101)
        model.fit(batches, epochs=2, verbose=0, callbacks=list(callbacks))
        return model

    assert_same_state(trained(InspectCallback(tmp_path, every=1, maps_every=0)), trained())
    assert len(read_events.read(tmp_path).steps()) == 1
