"""Trains the demo runs into one logdir."""

import importlib
import os
import pathlib

import keras

from tb_keras_inspect.callback import InspectCallback
from tb_keras_inspect.demos import datasets
from tb_keras_inspect.demos.demo_run import BATCH_SIZE
from tb_keras_inspect.demos.progress import RunProgress

SEED = 1
EVENT_FILES = "events.out.tfevents.*"


def train_all(runs: tuple[str, ...], dataset_name: str, log_dir: str) -> None:
    """Trains each run into `log_dir/<run>`, replacing what an earlier demo wrote there.

    Args:
        runs: Some of `demos.RUNS`.
        dataset_name: One of `demos.DATASETS`.
        log_dir: The parent directory of the runs.

    Raises:
        OSError: if the data cannot be loaded or the directory is not writable.
    """
    dataset = datasets.load(dataset_name)
    for number, run in enumerate(runs, start=1):
        directory = os.path.join(log_dir, run)
        _remove_earlier_events(directory)
        _train(run, dataset, directory, f"[{number}/{len(runs)}]")


def _train(run: str, dataset: datasets.Dataset, directory: str, position: str) -> None:
    keras.utils.set_random_seed(SEED)
    build = importlib.import_module(f"tb_keras_inspect.demos.{run}").build
    demo_run = build(dataset.input_shape, dataset.classes)
    epochs = demo_run.epochs(len(dataset.x_train))
    print(f"{position} {run}: {demo_run.summary}", flush=True)
    demo_run.model.fit(
        dataset.x_train,
        dataset.y_train,
        batch_size=BATCH_SIZE,
        epochs=epochs,
        validation_data=(dataset.x_validation, dataset.y_validation),
        verbose=0,
        callbacks=[
            keras.callbacks.TensorBoard(directory),
            InspectCallback(directory, every=demo_run.every),
            RunProgress(epochs),
        ],
    )


def _remove_earlier_events(directory: str) -> None:
    """Two training runs in one directory would be shown as one that went back in time."""
    for folder in ("", "train", "validation"):
        for path in pathlib.Path(directory, folder).glob(EVENT_FILES):
            path.unlink()
