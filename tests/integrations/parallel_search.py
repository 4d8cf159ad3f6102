"""A process of a distributed search: `python -m tests.integrations.parallel_search FOLDER`.

KerasTuner reads from KERASTUNER_TUNER_ID whether it is the chief. Workers print which trials they ran.
"""

import json
import pathlib
import sys

import keras_tuner

from tests.integrations import small

RAN = {}


class Tuner(keras_tuner.RandomSearch):
    """Notes which trials this process runs."""

    def on_trial_end(self, trial):
        super().on_trial_end(trial)
        RAN[trial.trial_id] = trial.hyperparameters.values


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    tuner = Tuner(
        lambda hp: small.made(hp.Int("units", 2, 16)),
        "val_loss",
        max_trials=4,
        directory=folder / "tuner",
    )
    tuner.search(
        small.X,
        small.Y,
        validation_data=(small.X, small.Y),
        batch_size=small.BATCH,
        epochs=2,
        verbose=0,
        callbacks=[small.watch(folder / "logs")],
    )
    print(json.dumps(RAN))
