"""`keras.distribution.DataParallel` over the devices of two processes: one of them."""

import os

import jax
import keras
import numpy as np

from tb_keras_inspect import InspectCallback
from tb_keras_inspect.training.processes import group
from tests.devices.trainings import common
from tests.devices.trainings.common import LOG_DIR

SAMPLES = 16
rank = int(os.environ["RANK"])
jax.config.update("jax_cpu_collectives_implementation", "gloo")
keras.distribution.initialize(os.environ["COORDINATOR"], 2, rank)
devices = keras.distribution.list_devices()
parallel = keras.distribution.DataParallel(devices=devices, auto_shard_dataset=False)


def train(*callbacks, epochs=common.EPOCHS):
    """A training by two processes, each with its half of every batch."""
    keras.utils.set_random_seed(1)
    model = common.compile_(keras.Model(*common.layers()))
    options = common.arrays(SAMPLES, batch_size=common.BATCH // 2, epochs=epochs)
    mine = np.arange(SAMPLES).reshape(-1, 2, common.BATCH // 2)[:, rank].ravel()
    options |= {"x": options["x"][mine], "y": options["y"][mine]}
    model.fit(**options, callbacks=list(callbacks))
    return model


sampled = common.SampledSteps()
if rank == 0:
    common.one_device("one", SAMPLES)
keras.distribution.set_distribution(parallel)
with common.problems() as problems:
    plain, watched = train(), train(InspectCallback(f"{LOG_DIR}/together", 1))
    train(InspectCallback(f"{LOG_DIR}/auto"), sampled, epochs=20)
group.JOIN_SECONDS = 0.5
with common.problems() as alone_problems:
    alone = train(*[InspectCallback(f"{LOG_DIR}/alone", 1)][rank:])
common.report(
    devices=len(devices),
    differences=[common.difference(plain, watched), common.difference(plain, alone)],
    problems=problems,
    alone_problems=alone_problems,
    sampled=sampled.steps,
)
