"""A snapshot of the probe samples leaves the model, its state and its training as they were."""

import random
import threading

import keras
import numpy as np
import pytest
from keras import layers, ops

from tb_keras_inspect.catalog.pictures import ALL
from tests.training.probe.passes import (
    array,
    as_picture,
    assert_same,
    attention,
    cnn,
    decoded,
    make_pass,
)

BACKEND = keras.backend.backend()


def state_of(model):
    """Every number that training reads."""
    values = [*model.variables, *model.metrics_variables, *model.optimizer.variables]
    return [ops.convert_to_numpy(v.value).copy() for v in values]


class Restless(layers.Layer):
    """Draws random numbers and counts its calls in a variable, at inference too."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed = keras.random.SeedGenerator(3)
        self.count = self.add_weight(shape=(), initializer="zeros", trainable=False, name="count")
        self.python_calls = 0

    def call(self, x):
        self.python_calls += 1
        self.count.assign(self.count + 1)
        self.add_loss(ops.mean(ops.square(x)) * 1e-3)
        return x + keras.random.normal(ops.shape(x), stddev=0.1, seed=self.seed)


def trainable(layer=None):
    inputs = keras.Input((8, 8, 1))
    x = layers.Conv2D(4, 3, activity_regularizer="l2", name="conv")(inputs)
    x = layers.BatchNormalization(name="norm")(x)
    x = layers.Dropout(0.3, name="drop")(x)
    x = layers.Reshape((36, 4))(layers.ReLU()(x))
    x = layers.MultiHeadAttention(2, 2, dropout=0.2)(x, x)
    x = (layer or Restless(name="restless"))(x)
    model = keras.Model(inputs, layers.Dense(3)(layers.Flatten()(x)))
    model.compile(keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy(True))
    return model


def test_a_snapshot_changes_no_variable_and_no_random_state():
    model = trainable()
    model.fit(array((16, 8, 8, 1)), np.arange(16) % 3, batch_size=8, verbose=0)
    probe = make_pass(model, array((4, 8, 8, 1), 1), ALL)
    before = state_of(model), random.getstate(), np.random.get_state()[1].copy()
    for step in range(3):
        probe.encode(probe.run(step), 7)
    after = state_of(model), random.getstate(), np.random.get_state()[1].copy()
    assert len(before[0]) == len(after[0])
    assert all(np.array_equal(a, b) for a, b in zip(before[0], after[0], strict=True))
    assert before[1] == after[1]
    assert np.array_equal(before[2], after[2])


def test_dropout_is_inactive_and_batch_normalisation_uses_its_moving_statistics():
    model = trainable()
    model.get_layer("norm").moving_mean.assign(array((4,)))
    x = array((4, 8, 8, 1), 1)
    maps, _ = decoded(make_pass(model, x))
    assert np.array_equal(maps["drop"].codes, maps["norm"].codes)
    direct = keras.Model(model.inputs[0], model.get_layer("norm").output)(x, training=False)
    assert_same(maps["norm"], as_picture(direct))


class ProbeEveryEpoch(keras.callbacks.Callback):
    """What the recording callback does, and nothing else."""

    def __init__(self, samples):
        super().__init__()
        self.samples, self.probe, self.seen = samples, None, []

    def snapshot(self):
        model = self.model  # on JAX this writes the trainer's state back
        if self.probe is None:
            self.probe = make_pass(model, self.samples, ALL)
        self.seen.append(decoded(self.probe)[0])

    def on_train_begin(self, logs=None):
        self.snapshot()

    def on_epoch_end(self, epoch, logs=None):
        self.snapshot()


@pytest.mark.parametrize("eager", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_training_is_bit_identical_with_snapshots_every_epoch(eager):
    x, y = array((32, 8, 8, 1)), np.arange(32) % 3

    def train(callbacks):
        keras.utils.clear_session()
        keras.utils.set_random_seed(1)
        model = trainable()
        model.run_eagerly = eager
        model.fit(x, y, batch_size=8, epochs=2, verbose=0, shuffle=True, callbacks=callbacks)
        return state_of(model)

    callback = ProbeEveryEpoch(array((4, 8, 8, 1), 1))
    plain, probed = train([]), train([callback])
    assert len(plain) == len(probed) > 10
    assert all(np.array_equal(a, b) for a, b in zip(plain, probed, strict=True))
    kernels = [maps["conv"].values for maps in callback.seen]
    assert len(kernels) == 3
    assert not np.allclose(kernels[0], kernels[1])  # it saw the weights of its own moment


def test_losses_left_by_the_last_step_are_still_there():
    model = trainable()
    model(array((4, 8, 8, 1)), training=True)
    before = [float(ops.convert_to_numpy(v)) for v in model.losses]
    make_pass(model, array((2, 8, 8, 1), 1), ALL).run(0)
    after = [float(ops.convert_to_numpy(v)) for v in model.losses]
    assert before == after
    assert len(before) == 2


def test_maps_follow_the_weights_and_each_pass_is_traced_once():
    layer = Restless(name="restless")
    model = trainable(layer)
    x = array((4, 8, 8, 1), 1)
    probe = make_pass(model, x, ALL)
    calls = layer.python_calls
    first, _ = decoded(probe)
    traces = layer.python_calls - calls
    kernel = model.get_layer("conv").kernel
    kernel.assign(kernel * -3.0)
    second, _ = decoded(probe)
    direct = keras.Model(model.inputs[0], model.get_layer("conv").output)
    assert_same(second["conv"], as_picture(direct(x)))
    assert not np.allclose(first["conv"].values, second["conv"].values)
    if BACKEND != "torch":
        assert traces == 2  # one forward, one to differentiate
        assert layer.python_calls - calls == 2


class Faulty(layers.Layer):
    """Fails at inference only."""

    def call(self, x, training=False):
        if not training and ops.is_tensor(x) and x.shape[0] == 3:
            raise RuntimeError("on purpose")
        return x


def test_no_hook_and_no_scope_is_left_after_an_exception_in_a_layer():
    original = keras.layers.Layer.__call__
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2), Faulty()])
    probe = make_pass(model, array((3, 4)))
    with pytest.raises(RuntimeError, match="on purpose"):
        probe.run(0)
    assert keras.layers.Layer.__call__ is original
    kernel = model.layers[0].kernel
    kernel.assign(np.ones((4, 2)))  # would be lost in a scope that is still open
    assert np.all(ops.convert_to_numpy(kernel.value) == 1)
    assert make_pass(model, array((2, 4))).run(0)
    assert keras.layers.Layer.__call__ is original


def test_snapshots_of_two_models_in_two_threads_do_not_mix():
    models = [cnn(), attention()]
    for model in models:
        model.compile("sgd", "mse")
    samples = [array((4, *model.inputs[0].shape[1:])) for model in models]
    alone = [set(decoded(make_pass(m, s))[0]) for m, s in zip(models, samples, strict=True)]
    found = [None, None]

    def work(number):
        probe = make_pass(models[number], samples[number])
        for _ in range(5):
            found[number] = set(decoded(probe)[0])

    threads = [threading.Thread(target=work, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == alone
