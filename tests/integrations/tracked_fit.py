"""Trains under a tracker: `python -m tests.integrations.tracked_fit mlflow|wandb FOLDER plain|watched`.

The last line is what the tracker has logged, as JSON.
"""

import json
import os
import pathlib
import sys

import keras

from tests.integrations import small


def train(watched):
    keras.utils.set_random_seed(0)
    callbacks = [keras.callbacks.TensorBoard("logs")]
    if watched:
        callbacks.append(small.watch("logs", record={"scalars": True}))
    options = {"batch_size": small.BATCH, "epochs": 2, "verbose": 0}
    history = small.made().fit(small.X, small.Y, callbacks=callbacks, **options).history
    return history["loss"][-1]


def with_mlflow(watched):
    import mlflow

    mlflow.set_tracking_uri("sqlite:///mlflow.db")
    mlflow.tensorflow.autolog(log_models=False)
    with mlflow.start_run() as run:
        train(watched)
    return mlflow.get_run(run.info.run_id).data.metrics


def with_wandb(watched):
    import wandb

    with wandb.init(mode="offline", sync_tensorboard=True):
        loss = train(watched)
    (log,) = pathlib.Path("wandb").glob("offline*/*.wandb")
    content = log.read_bytes()
    names = ("epoch_loss", "epoch_learning_rate", "inspect/gradient_norm")
    return {"loss": loss, "names": [name for name in names if name.encode() in content]}


if __name__ == "__main__":
    tool, folder, way = sys.argv[1:]
    os.chdir(folder)
    tools = {"mlflow": with_mlflow, "wandb": with_wandb}
    print(json.dumps(tools[tool](way == "watched")))
