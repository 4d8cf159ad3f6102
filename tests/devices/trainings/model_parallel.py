"""`keras.distribution.ModelParallel` on PyTorch, from Keras 3.16 on: one of two processes."""

import os

import keras
import numpy as np
import torch

from tb_keras_inspect import InspectCallback
from tests.devices.trainings import common
from tests.devices.trainings.common import LOG_DIR

SAMPLES = 16
torch.set_num_threads(1)
address = f"{os.environ['MASTER_ADDR']}:{os.environ['MASTER_PORT']}"
keras.distribution.initialize(address, 2, int(os.environ["RANK"]))
rank = int(os.environ["RANK"])


def distribute(**shape):
    """Spreads what is made from now on over a mesh of the two processes."""
    mesh = keras.distribution.DeviceMesh(
        tuple(shape.values()), list(shape), keras.distribution.list_devices()
    )
    layout = keras.distribution.LayoutMap(mesh)
    layout["hidden/kernel"] = (None, "model")
    layout["hidden/bias"] = ("model",)
    keras.distribution.set_distribution(
        keras.distribution.ModelParallel(
            layout_map=layout, batch_dim_name="batch", auto_shard_dataset=False
        )
    )


def train(part, *callbacks):
    """A training by two processes, of which each feeds its part of the batch."""
    keras.utils.set_random_seed(1)
    model = common.compile_(keras.Model(*common.layers()))
    data = common.arrays(SAMPLES)
    if part > 1:
        data |= {"x": data["x"][rank::2], "y": data["y"][rank::2], "batch_size": common.BATCH // 2}
    model.fit(**data, callbacks=list(callbacks))
    return model


def weights(model):
    """The weights, whole."""
    values = [variable.value.detach() for variable in model.variables]
    return [np.asarray(v.full_tensor() if hasattr(v, "full_tensor") else v) for v in values]


def difference(model, other):
    """Largest difference of the weights of two models."""
    return max(
        float(np.max(np.abs(a - b))) for a, b in zip(weights(model), weights(other), strict=True)
    )


differences = []
with common.problems() as problems:
    for name, shape in {"weights": (1, 2), "batches": (2, 1)}.items():
        distribute(batch=shape[0], model=shape[1])
        plain = train(shape[0])
        watched = train(shape[0], InspectCallback(f"{LOG_DIR}/{name}", 1))
        differences.append(difference(plain, watched))
keras.distribution.set_distribution(None)
torch.distributed.destroy_process_group()
if rank == 0:
    common.one_device("one", SAMPLES)
common.report(differences=differences, problems=problems)
