"""`tf.distribute.MirroredStrategy` on two logical CPUs."""

import keras
import tensorflow as tf

from tb_keras_inspect import InspectCallback
from tests.devices.trainings import common
from tests.devices.trainings.common import LOG_DIR

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


def train(samples, *callbacks, layers=common.layers, optimizer=None, **options):
    """A training on two devices."""
    keras.utils.set_random_seed(1)
    with strategy.scope():
        model = keras.Model(*layers())
        common.compile_(model, optimizer and optimizer(), **options)
    model.fit(**common.arrays(samples), callbacks=list(callbacks))
    return model


def pair(name, samples, **options):
    """Difference of the weights without and with the callback."""
    plain = train(samples, **options)
    return common.difference(
        plain, train(samples, InspectCallback(f"{LOG_DIR}/{name}", 1), **options)
    )


def clipping():
    return keras.optimizers.SGD(0.1, global_clipnorm=0.3)


def accumulating():
    return keras.optimizers.SGD(0.1, gradient_accumulation_steps=2)


with common.problems() as problems:
    differences = {
        "uneven": pair("uneven", 19),
        "empty": pair("empty", 17),
        "noisy": pair("noisy", 16, layers=common.noisy_layers, optimizer=clipping),
    }
    common.one_device("uneven_one", 19)
    common.one_device("empty_one", 17)
common.report(
    differences=differences,
    problems=problems,
    unlike_keras={
        "steps_per_execution": common.failure(lambda: train(16, steps_per_execution=2)),
        "gradient_accumulation": common.failure(lambda: train(16, optimizer=accumulating)),
        "jit_compile": common.failure(lambda: train(16, jit_compile=True)),
    },
)
