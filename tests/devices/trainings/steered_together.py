"""Processes that share each computation, on JAX or TensorFlow, steered from the first one."""

import json
import os

import keras

from tb_keras_inspect import InspectCallback
from tests.devices.trainings import commands, common
from tests.devices.trainings.commands import RATE, paused_at, refusal
from tests.devices.trainings.common import LOG_DIR

EPOCHS = 5000  # which a command ends
PLACE = f"{LOG_DIR}/{keras.backend.backend()}"


def on_jax():
    """Begins; returns which process this is, and what makes and trains a model."""
    import jax

    rank = int(os.environ["RANK"])
    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    keras.distribution.initialize(os.environ["COORDINATOR"], 2, rank)
    devices = keras.distribution.list_devices()
    keras.distribution.set_distribution(
        keras.distribution.DataParallel(devices=devices, auto_shard_dataset=False)
    )

    def train(*callbacks):
        model = common.compile_(keras.Model(*common.layers()))
        model.fit(**common.arrays(8, batch_size=4, epochs=EPOCHS), callbacks=list(callbacks))
        return model

    return rank, train


def on_tensorflow():
    """The same."""
    import tensorflow as tf

    strategy = tf.distribute.MultiWorkerMirroredStrategy()

    class MultiWorkerModel(keras.Model):
        def train_step(self, data):
            return {n: tf.reshape(v, (1,)) for n, v in super().train_step(data).items()}

    def train(*callbacks):
        with strategy.scope():
            inputs, outputs = common.layers()
        model = MultiWorkerModel(inputs, outputs)
        with strategy.scope():
            common.compile_(model)
            model.fit(**common.arrays(16, epochs=EPOCHS), callbacks=list(callbacks))
        return model

    return json.loads(os.environ["TF_CONFIG"])["task"]["index"], train


def steer(training):
    """Some commands of each kind."""
    training.pause()
    first = paused_at(training, 0)["step"]
    training.set_learning_rate(RATE)
    refused = refusal(training.batch)
    training.step(3)
    third = paused_at(training, first + 1)["step"]
    training.freeze("hidden")
    training.snapshot_now()
    training.sample_now()
    training.step(2)
    fifth = paused_at(training, third + 1)["step"]
    training.stop()
    return {"first": first, "third": third, "fifth": fifth, "refused": refused}


class Count(keras.callbacks.Callback):
    """Counts steps."""

    steps = 0

    def on_train_batch_begin(self, batch, logs=None):
        self.steps += 1


rank, train = on_jax() if keras.backend.backend() == "jax" else on_tensorflow()
keras.utils.set_random_seed(1)
commander, count = commands.Commander(PLACE, steer), Count()
if rank == 0:
    commander.start()
with common.problems() as problems:
    model = train(InspectCallback(PLACE, 500, control=True, console=None), count)
commander.join(60) if rank == 0 else None
common.report(
    facts=commander.facts,
    steps=count.steps,
    rate=float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)),
    weights=[float(keras.ops.sum(weight)) for weight in model.get_weights()],
    problems=problems,
)
