"""`DistributedDataParallel` steered from one process; a NaN in the data of the other."""

import itertools

import numpy as np
import torch

from tb_keras_inspect import InspectCallback
from tests.devices.trainings import commands, common, parallel
from tests.devices.trainings.commands import RATE, paused_at, refusal
from tests.devices.trainings.common import LOG_DIR

STEPS = 20_000  # of an epoch, which a command ends
rank = parallel.begin()
x, y = common.data(4)


def train(spoilt, *callbacks):
    """A training whose second process gets a NaN at batches for which `spoilt` is true."""
    model = parallel.model_of()

    def batches():
        for batch in itertools.count():
            yield (x * np.nan if rank and spoilt(model, batch) else x), y

    model.fit(batches(), steps_per_epoch=STEPS, epochs=1, verbose=0, callbacks=list(callbacks))
    return model


def steer(training):
    """Every kind of command, and what is seen of it."""
    training.pause()
    first = paused_at(training, 0)["step"]
    training.set_learning_rate(RATE)
    training.set_sampling_interval(7)
    looked = len(training.batch().losses)
    refused = refusal(lambda: training.revive("hidden"))
    training.step(3)
    third = paused_at(training, first + 1)["step"]
    training.freeze("hidden")
    training.break_on_nonfinite()
    training.resume()
    broken = paused_at(training, third + 1)
    training.skip_batch()
    training.remove_breakpoint(broken["breakpoints"][0]["number"])
    training.break_at_step(broken["step"] + 10)
    training.resume()
    tenth = paused_at(training, broken["step"] + 1)["step"]
    training.stop()
    return {
        "first": first,
        "third": third,
        "looked": looked,
        "refused": refused,
        "broken": [broken["step"], broken["why"]],
        "tenth": tenth,
    }


def is_late(model, batch):
    """Whether commands have changed the learning rate a while ago."""
    late = abs(float(model.optimizer.learning_rate) - RATE) < 1e-6
    model.__dict__["late"] = late + model.__dict__.get("late", 0)
    return model.__dict__["late"] == 9


witness, commander = commands.Witness(), commands.Commander(f"{LOG_DIR}/steered", steer)
if rank == 0:
    commander.start()
with common.problems() as problems:
    steered = train(is_late, InspectCallback(f"{LOG_DIR}/steered", 50, control=True), witness)
    stopped = commands.Witness()
    options = {"stop_on": "non_finite", "console": None, "every": 2}
    train(lambda _, batch: batch == 9, InspectCallback(f"{LOG_DIR}/stopped", **options), stopped)
with common.problems() as unlike_problems:
    unlike = InspectCallback(f"{LOG_DIR}/unlike", control=rank == 0, stop_on="error", console=None)
    train(lambda _, batch: batch == 9, unlike)
commander.join(60) if rank == 0 else None
torch.distributed.destroy_process_group()
common.report(
    rates=witness.rates,
    weights=[float(np.sum(w)) for w in steered.get_weights()],
    facts=commander.facts,
    stopped=len(stopped.rates),
    problems=problems,
    unlike_problems=unlike_problems,
)
