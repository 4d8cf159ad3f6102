"""A model of two layers and its data, for fits of a few steps; and what runs say of them."""

import importlib
import os
from types import ModuleType

import keras
import numpy as np
import pytest
from keras import layers

from tb_keras_inspect import InspectCallback, load_runs

BATCH, STEPS = 8, 4  # of an epoch
X = np.random.default_rng(0).normal(size=(BATCH * STEPS, 3)).astype("float32")
Y = X[:, :1] - X[:, 1:2]


def needed(name: str) -> ModuleType:
    """A module of another package; the test is skipped without it, but not in `make integrations`."""
    is_required = os.environ.get("ALL_INTEGRATIONS")
    return importlib.import_module(name) if is_required else pytest.importorskip(name)


def made(units=4, rate=0.01):
    """A compiled model; eager, because to compile a step takes longer than these fits."""
    model = keras.Sequential([keras.Input((3,)), layers.Dense(units), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(rate), "mse", run_eagerly=True)
    return model


def watch(log_dir, **options):
    """A callback that records every step and no pictures."""
    return InspectCallback(log_dir, every=1, maps_every=0, **options)


def steps(directory):
    """Name of each run to the steps recorded; each run must be whole."""
    runs = load_runs(directory)
    assert {name: run.problems for name, run in runs.items() if run.problems} == {}
    return {name: run.table("step").steps.tolist() for name, run in runs.items()}


def hyperparameters(directory):
    """Name of each run to its hyperparameters."""
    return {name: run.model.hyperparameters for name, run in load_runs(directory).items()}
