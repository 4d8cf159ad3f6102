"""`tf.distribute.MultiWorkerMirroredStrategy`: one of two processes."""

import json
import os

import keras
import tensorflow as tf

from tb_keras_inspect import InspectCallback
from tb_keras_inspect.training.processes import group
from tests.devices.trainings import common
from tests.devices.trainings.common import LOG_DIR

task = json.loads(os.environ["TF_CONFIG"])["task"]["index"]
strategy = tf.distribute.MultiWorkerMirroredStrategy()


class MultiWorkerModel(keras.Model):
    """Keras averages over the first axis of what a step returns: each number needs one."""

    def train_step(self, data):
        return with_axis(super().train_step(data))

    def test_step(self, data):
        return with_axis(super().test_step(data))


def with_axis(logs):
    """Numbers as arrays of one."""
    return {name: tf.reshape(value, (1,)) for name, value in logs.items()}


def train(samples, *callbacks, **options):
    """A training on two workers."""
    keras.utils.set_random_seed(1)
    with strategy.scope():
        inputs, outputs = common.layers()
    model = MultiWorkerModel(inputs, outputs)  # outside, or Keras fails to look at the first batch
    with strategy.scope():
        common.compile_(model)
        model.fit(**common.arrays(samples, **options), callbacks=list(callbacks))
    return model


def plain_model():
    """The way of the guide."""
    with strategy.scope():
        model = common.compile_(keras.Model(*common.layers()))
    model.fit(**common.arrays(16))


def plain_step():
    """The model made outside, with Keras's own step."""
    with strategy.scope():
        inputs, outputs = common.layers()
    model = keras.Model(inputs, outputs)
    with strategy.scope():
        common.compile_(model)
        model.fit(**common.arrays(16))


sampled = common.SampledSteps()
with common.problems() as problems:
    plain = train(19)
    watched = train(19, InspectCallback(f"{LOG_DIR}/together", 1))
    # Whose clock decides, and whose log is counted, is the chief's.
    train(16, InspectCallback(f"{LOG_DIR}/auto"), sampled, epochs=8)
group.JOIN_SECONDS = 0.5
with common.problems() as alone_problems:
    alone = train(19, *[InspectCallback(f"{LOG_DIR}/alone", 1)][task:])
unlike_keras = {"model": common.failure(plain_model), "step": common.failure(plain_step)}
if task == 0:
    common.one_device("one", 19)
common.report(
    differences=[common.difference(plain, watched), common.difference(plain, alone)],
    problems=problems,
    alone_problems=alone_problems,
    sampled=sampled.steps,
    unlike_keras=unlike_keras,
)
