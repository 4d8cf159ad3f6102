"""The user's own compiled function makes every update, so that the weights are the same to the bit."""

import keras
import numpy as np
import pytest
from keras import layers, optimizers

from tb_keras_inspect import InspectCallback, RecordOptions
from tests.training import model_zoo as zoo
from tests.training import read_events, references
from tests.training.references import BACKEND

IS_COMPILED = BACKEND != "torch"  # its compiler takes minutes for what these tests show
STEPS = zoo.SAMPLES // zoo.BATCH  # of an epoch


def by_name():
    choice = optimizers.OptimizerMap(optimizers.SGD(0.1, clipnorm=0.05))
    choice[".*head/.*"] = optimizers.Adam(0.1)
    return optimizers.MultiOptimizer(choice)


OPTIMIZERS = {
    "adam": lambda: optimizers.Adam(0.01),
    "adam_amsgrad": lambda: optimizers.Adam(0.01, amsgrad=True),
    "adam_clipnorm": lambda: optimizers.Adam(0.01, clipnorm=0.1),
    "adam_global_clipnorm": lambda: optimizers.Adam(0.01, global_clipnorm=0.1),
    "adam_clipvalue": lambda: optimizers.Adam(0.01, clipvalue=0.01),
    "adam_accumulated": lambda: optimizers.Adam(0.01, gradient_accumulation_steps=2),
    "adam_accumulated_clipped": lambda: optimizers.Adam(
        0.01, gradient_accumulation_steps=2, global_clipnorm=0.1
    ),
    "adam_ema": lambda: optimizers.Adam(0.01, use_ema=True, ema_overwrite_frequency=2),
    "adam_scheduled": lambda: optimizers.Adam(
        optimizers.schedules.CosineDecay(0.1, 5), global_clipnorm=0.1
    ),
    "adamw": lambda: optimizers.AdamW(0.01),
    "adamw_clipnorm": lambda: optimizers.AdamW(0.01, clipnorm=0.1),
    "adamax": lambda: optimizers.Adamax(0.01, clipnorm=0.1),
    "adadelta": lambda: optimizers.Adadelta(0.1, global_clipnorm=0.1),
    "adafactor": lambda: optimizers.Adafactor(0.01),
    "adagrad": lambda: optimizers.Adagrad(0.01, clipnorm=0.1),
    "ftrl": lambda: optimizers.Ftrl(0.01, clipnorm=0.1),
    "lamb": lambda: optimizers.Lamb(0.01),
    "lion": lambda: optimizers.Lion(0.001, clipnorm=0.1),
    "muon": lambda: optimizers.Muon(0.01),
    "nadam": lambda: optimizers.Nadam(0.01, global_clipnorm=0.1),
    "rmsprop": lambda: optimizers.RMSprop(0.01, centered=True),
    "rmsprop_clipnorm": lambda: optimizers.RMSprop(0.01, clipnorm=0.1),
    "schedule_free": lambda: optimizers.ScheduleFreeAdamW(0.01),
    "sgd_clipnorm": lambda: optimizers.SGD(0.1, clipnorm=0.1),
    "sgd_nesterov": lambda: optimizers.SGD(0.1, momentum=0.9, nesterov=True, clipnorm=0.1),
    "scaled": lambda: optimizers.LossScaleOptimizer(optimizers.Adam(0.01, global_clipnorm=0.1)),
    "several": by_name,
}
# One of each kind of update, half of them on each backend that compiles; `make thorough` runs all.
EVERYDAY = {
    "tensorflow": {
        "adam_accumulated_clipped",
        "adam_clipnorm",
        "scaled",
        "schedule_free",
        "several",
    },
    "jax": {"adafactor", "adam_clipnorm", "adam_ema", "muon", "rmsprop_clipnorm", "several"},
    "torch": {"adam", "adam_clipnorm", "muon", "several"},
}


def convolutional(optimizer, **options):
    body = (
        layers.Conv2D(4, 3, activation="relu", name="convolution"),
        layers.BatchNormalization(name="normalization"),
        layers.Flatten(),
        layers.Dropout(0.3),
    )
    options = {"jit_compile": IS_COMPILED and not options.get("run_eagerly")} | options
    return zoo.classifier(
        *body, shape=(8, 8, 2), optimizer=optimizer, metrics=["accuracy"], **options
    )


def train(make, *callbacks, samples=zoo.SAMPLES):
    keras.utils.clear_session()
    keras.utils.set_random_seed(5)
    model = make()
    x, y = zoo.images(samples), zoo.labels(samples)
    history = model.fit(
        x, y, batch_size=zoo.BATCH, epochs=2, verbose=0, callbacks=list(callbacks)
    ).history
    state = {str(i): value for i, value in enumerate(references.full_state_of(model))} | {
        name: np.asarray(values) for name, values in history.items()
    }
    return state


def assert_same(received, expected):
    assert received.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_array_equal(received[name], value, err_msg=name)


def names():
    for name in OPTIMIZERS:
        yield pytest.param(name, marks=[] if name in EVERYDAY[BACKEND] else [pytest.mark.thorough])


@pytest.mark.slow
@pytest.mark.parametrize("name", list(names()))
def test_the_state_is_the_same_to_the_bit_with_each_optimizer(tmp_path, name):
    def make():
        body = layers.Conv2D(2, 3, activation="relu"), layers.Flatten()
        options = {"jit_compile": IS_COMPILED, "optimizer": OPTIMIZERS[name]()}
        return zoo.classifier(*body, shape=(8, 8, 2), **options)

    expected = train(make)
    inspect = InspectCallback(tmp_path, every=2, tier="economy", maps_every=0)
    assert_same(train(make, inspect), expected)
    recorded = read_events.read(tmp_path)
    assert len(recorded.steps()) >= 2
    assert recorded.step(recorded.steps()[0])["gradient_norm"] > 0


@pytest.mark.slow
@pytest.mark.skipif(BACKEND == "torch", reason="PyTorch makes one step per execution")
def test_several_steps_per_execution_are_the_same_to_the_bit(tmp_path):
    def make():
        return convolutional(optimizers.Adam(0.01, global_clipnorm=0.1), steps_per_execution=2)

    smaller_last_batch = zoo.SAMPLES - 2
    expected = train(make, samples=smaller_last_batch)
    inspect = InspectCallback(tmp_path, every=1, maps_every=0)
    assert_same(train(make, inspect, samples=smaller_last_batch), expected)
    assert read_events.read(tmp_path).steps() == [1, 2, 4, 5]


@pytest.mark.slow
def test_both_ways_of_recording_a_step_record_the_same_numbers(tmp_path):
    recorded = []
    for exact in (True, False):
        folder = tmp_path / str(exact)
        options = RecordOptions(exact=exact)
        inspect = InspectCallback(folder, every=2, maps_every=0, record=options)
        train(lambda: convolutional(optimizers.Adam(0.01)), inspect)
        run = read_events.read(folder)
        recorded.append({step: run.step(step) for step in run.steps()})
    exact, replaced = recorded
    assert exact.keys() == replaced.keys()
    for step, numbers in exact.items():
        assert numbers.keys() == replaced[step].keys()
        assert {"loss", "gradient_norm"} <= numbers.keys()
        for name in numbers.keys() - {"step_seconds"}:
            np.testing.assert_allclose(
                numbers[name], replaced[step][name], rtol=1e-4, atol=1e-9, err_msg=name
            )


class ClipsWeights(keras.callbacks.Callback):
    """Wraps the train function, as people do to constrain the weights after each step."""

    calls = 0

    def on_train_begin(self, logs=None):
        self.model.make_train_function()
        own = self.model.train_function

        def clipped(*arguments):
            self.calls += 1
            return own(*arguments)

        self.model.train_function = clipped


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("run_eagerly", [False, True])
def test_a_train_function_of_the_users_makes_each_step_and_each_is_recorded(
    tmp_path, run_eagerly, first
):
    clips = ClipsWeights()
    expected = train(lambda: convolutional("adam", run_eagerly=run_eagerly), ClipsWeights())
    inspect = InspectCallback(tmp_path, every=1, maps_every=0)
    callbacks = [clips, inspect] if first else [inspect, clips]
    received = train(lambda: convolutional("adam", run_eagerly=run_eagerly), *callbacks)
    assert clips.calls == 2 * STEPS
    assert read_events.read(tmp_path).steps() == list(range(2 * STEPS))
    assert_same(received, expected)


class FreezesAndUnfreezes(keras.callbacks.Callback):
    """Changes what is trained in the middle of an epoch; a compiled step stays as it was traced."""

    def on_train_batch_begin(self, batch, logs=None):
        if batch == 1:
            self.model.get_layer("convolution").trainable = False

    def on_epoch_end(self, epoch, logs=None):
        self.model.get_layer("convolution").trainable = True


@pytest.mark.skipif(BACKEND == "jax", reason="Keras itself fails there")
def test_layers_frozen_and_unfrozen_in_mid_fit_train_as_without_the_callback(tmp_path):
    def make():
        return convolutional(optimizers.Adam(0.01))

    expected = train(make, FreezesAndUnfreezes())
    inspect = InspectCallback(tmp_path, every=2, maps_every=0)
    assert_same(train(make, inspect, FreezesAndUnfreezes()), expected)
    assert len(read_events.read(tmp_path).steps()) >= 2


class ReadsPython(layers.Layer):
    """Its call depends on a number that Python draws, and on an attribute that a callback sets."""

    phase = 0.0

    def call(self, x):
        return x * (1.0 + self.phase + np.random.uniform())


class SetsPhase(keras.callbacks.Callback):
    def on_train_batch_begin(self, batch, logs=None):
        self.model.get_layer("python").phase = float(batch)


@pytest.mark.parametrize("jit_compile", [IS_COMPILED, False])
def test_python_code_that_runs_while_tracing_runs_in_the_order_of_before(tmp_path, jit_compile):
    def make():
        return zoo.classifier(
            layers.Flatten(),
            ReadsPython(name="python"),
            shape=(8, 8, 2),
            jit_compile=jit_compile,
        )

    def trained(*callbacks):
        np.random.seed(3)
        return train(make, *callbacks, SetsPhase())

    expected = trained()
    assert_same(trained(InspectCallback(tmp_path, every=2, maps_every=0)), expected)
    assert len(read_events.read(tmp_path).steps()) >= 2
