"""Models that several processes of PyTorch train through `DistributedDataParallel`."""

import os

import keras
import torch

from tests.devices.trainings import common

# From 3.16 on, Keras itself calls the model through `DistributedDataParallel`.
KERAS_WRAPS = keras.version() >= "3.16"


class ParallelModel(keras.Model):
    """Computes its outputs through `DistributedDataParallel`, which averages the gradients."""

    def train_step(self, data):
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        y_pred = self.__dict__["parallel"](x, training=True)
        self.zero_grad()
        loss = self.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight)
        self._loss_tracker.update_state(loss, sample_weight=len(x))
        loss.backward()
        variables = self.trainable_variables
        with torch.no_grad():
            self.optimizer.apply([v.value.grad for v in variables], variables)
        return self.compute_metrics(x, y, y_pred, sample_weight)


def begin():
    """Meets the other processes; returns which one this is."""
    torch.set_num_threads(1)
    torch.distributed.init_process_group("gloo")
    return int(os.environ["RANK"])


def model_of(layers=common.layers):
    """A compiled model."""
    keras.utils.set_random_seed(1)
    model = common.compile_((keras.Model if KERAS_WRAPS else ParallelModel)(*layers()))
    if not KERAS_WRAPS:  # in its dictionary: Keras would track it as a layer
        model.__dict__["parallel"] = torch.nn.parallel.DistributedDataParallel(model)
    return model
