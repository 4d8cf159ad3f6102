"""`torch.nn.parallel.DistributedDataParallel` over gloo: one of two processes."""

import torch

from tb_keras_inspect import InspectCallback
from tb_keras_inspect.training.processes import group
from tests.devices.trainings import common, parallel
from tests.devices.trainings.common import LOG_DIR

SAMPLES = 20
rank = parallel.begin()


def loader():
    """This process's part of each batch."""
    dataset = torch.utils.data.TensorDataset(*map(torch.tensor, common.data(SAMPLES)))
    sampler = torch.utils.data.DistributedSampler(dataset, shuffle=False)
    return torch.utils.data.DataLoader(dataset, batch_size=common.BATCH // 2, sampler=sampler)


def train(*callbacks, layers=common.layers, epochs=common.EPOCHS):
    """A training by two processes."""
    model = parallel.model_of(layers)
    model.fit(loader(), epochs=epochs, verbose=0, callbacks=list(callbacks))
    return model


sampled = common.SampledSteps()
with common.problems() as problems:
    plain, watched = train(), train(InspectCallback(f"{LOG_DIR}/together", 1))
    noisy = train(layers=common.noisy_layers)
    noisy_watched = train(InspectCallback(f"{LOG_DIR}/noisy", 1), layers=common.noisy_layers)
    train(InspectCallback(f"{LOG_DIR}/auto"), sampled, epochs=20)
with common.problems() as apart_problems:
    apart = train(InspectCallback(f"{LOG_DIR}/apart{rank}", 1))
group.JOIN_SECONDS = 0.5
with common.problems() as alone_problems:
    alone = train(*[InspectCallback(f"{LOG_DIR}/alone", 1)][rank:])
torch.distributed.destroy_process_group()
if rank == 0:
    common.one_device("one", SAMPLES)
common.report(
    differences=[
        common.difference(plain, watched),
        common.difference(noisy, noisy_watched),
        common.difference(plain, apart),
        common.difference(plain, alone),
    ],
    problems=problems,
    apart_problems=apart_problems,
    alone_problems=alone_problems,
    sampled=sampled.steps,
)
