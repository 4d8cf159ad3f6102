"""`keras.distribution.ModelParallel` on eight host devices of JAX: a mesh of 2 x 4.

In one process, or in one of two that have four devices each, where `RANK` says which.
"""

import os

import jax
import keras
import numpy as np
from jax.experimental import multihost_utils

from tb_keras_inspect import InspectCallback
from tests.devices.trainings import common
from tests.devices.trainings.common import LOG_DIR

SAMPLES = 16
KERNEL = (64, 512)  # of the layer whose weights are spread over four devices


def layers():
    """Inputs and outputs of the model."""
    inputs = keras.Input((6,), name="features")
    first = keras.layers.Dense(KERNEL[0], activation="relu", name="first")(inputs)
    hidden = keras.layers.Dense(KERNEL[1], activation="relu", name="hidden")(first)
    return inputs, keras.layers.Dense(3, name="scores")(hidden)


rank = int(os.environ.get("RANK", 0))
parts = 2 if "RANK" in os.environ else 1
if parts > 1:
    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    keras.distribution.initialize(os.environ["COORDINATOR"], parts, rank)


def train(*callbacks, parts=1):
    """A training on the devices that are set, of which each process feeds its part of a batch."""
    keras.utils.set_random_seed(1)
    model = common.compile_(keras.Model(*layers()), keras.optimizers.Adam(0.01))
    size = common.BATCH // parts
    mine = np.arange(SAMPLES).reshape(-1, parts, size)[:, rank % parts].ravel()
    options = common.arrays(SAMPLES, batch_size=size)
    options |= {"x": options["x"][mine], "y": options["y"][mine]}
    model.fit(**options, callbacks=list(callbacks))
    return model


def difference(model, other):
    """Largest difference of the weights of two models."""
    pairs = zip(model.variables, other.variables, strict=True)
    whole = multihost_utils.process_allgather
    return max(
        float(np.abs(whole(a.value, tiled=True) - whole(b.value, tiled=True)).max())
        for a, b in pairs
    )


def distribute():
    """Spreads what is made from now on over the mesh."""
    mesh = keras.distribution.DeviceMesh(
        (2, 4), ["batch", "model"], keras.distribution.list_devices()
    )
    layout = keras.distribution.LayoutMap(mesh)
    layout[".*hidden/kernel"] = (None, "model")
    layout[".*hidden/bias"] = ("model",)
    layout[".*scores/kernel"] = ("model", None)
    keras.distribution.set_distribution(
        keras.distribution.ModelParallel(
            layout_map=layout, batch_dim_name="batch", auto_shard_dataset=False
        )
    )


with common.problems() as problems:
    if rank == 0:
        train(InspectCallback(f"{LOG_DIR}/one", 1, tier="full"))
    distribute()
    plain = train(parts=parts)
    callback = InspectCallback(f"{LOG_DIR}/sharded", 1, tier="full", maps_every=0)
    watched = train(callback, parts=parts)
    kernel = watched.get_layer("hidden").kernel.value
    train(InspectCallback(f"{LOG_DIR}/pictures", 1), parts=parts)
common.report(
    devices=len(keras.distribution.list_devices()),
    piece=list(kernel.addressable_shards[0].data.shape),
    difference=difference(plain, watched),
    problems=problems,
)
