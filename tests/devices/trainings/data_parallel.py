"""`keras.distribution.DataParallel` on two host devices of JAX."""

import keras

from tb_keras_inspect import InspectCallback
from tests.devices.trainings import common
from tests.devices.trainings.common import LOG_DIR


def train(samples, *callbacks, layers=common.layers):
    """A training on the devices that are set."""
    keras.utils.set_random_seed(1)
    model = common.compile_(keras.Model(*layers()))
    model.fit(**common.arrays(samples), callbacks=list(callbacks))
    return model


def pair(name, samples, **options):
    """Difference of the weights without and with the callback."""
    plain = train(samples, **options)
    return common.difference(
        plain, train(samples, InspectCallback(f"{LOG_DIR}/{name}", 1), **options)
    )


with common.problems() as problems:
    common.one_device("one", 20)
    devices = keras.distribution.list_devices()
    keras.distribution.set_distribution(keras.distribution.DataParallel(devices=devices))
    differences = {
        "several": pair("several", 20),
        "noisy": pair("noisy", 16, layers=common.noisy_layers),
    }
common.report(
    devices=len(devices),
    differences=differences,
    problems=problems,
    unlike_keras=common.failure(lambda: train(19)),
)
