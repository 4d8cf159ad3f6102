"""One corrupt example, then a wrong learning rate: what broke is named, and the run is saved."""

import json

import keras
import numpy as np
import pytest

from tb_keras_inspect import InspectCallback, load_run
from tb_keras_inspect.records.fingerprints import fingerprints
from tb_keras_inspect.replay.incident import read
from tb_keras_inspect.replay.replay import replay
from tests.training.references import BACKEND

pytestmark = [pytest.mark.slow, pytest.mark.one_compiler]

BATCH, STEPS, CORRUPT, WRONG_RATE = 8, 40, 14, 25
BAD = CORRUPT * BATCH + 5


class Raise(keras.callbacks.Callback):
    """Makes the learning rate far too large at one step."""

    def on_train_batch_begin(self, batch, logs=None):
        if batch == WRONG_RATE:
            self.model.optimizer.learning_rate = 30.0


def bars(bad=()):
    """Pictures of a bar that lies or stands, and which; some of them with a huge value."""
    make = np.random.default_rng(0)
    y = make.integers(0, 2, BATCH * STEPS)
    x = make.normal(0, 0.1, (len(y), 6, 6, 1)).astype("float32")
    for picture, stands in zip(x, y, strict=True):
        picture[(slice(None), 2) if stands else (2,)] += 1
    for number in bad:
        x[number, 3, 3] = 1e6
    return x, y.astype("float32")


def test_the_corrupt_example_is_named_repeated_and_the_run_is_saved(tmp_path):
    x, y = bars([BAD])
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Conv2D(4, 3, activation="relu"), keras.layers.Flatten()]
    model = keras.Sequential([keras.Input((6, 6, 1)), *layers, keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.05), "mse")
    inspect = InspectCallback(
        tmp_path,
        every=1,
        maps_every=0,
        console=None,
        recovery={"on_spike": "rewind", "snapshot_every": 3, "learning_rate_factor": 0.1},
    )
    model.fit(x, y, batch_size=BATCH, shuffle=False, verbose=0, callbacks=[Raise(), inspect])
    path = tmp_path / "incidents" / f"step_{CORRUPT:06d}"
    about = json.loads((path / "incident.json").read_text())
    (mark,) = fingerprints(x[BAD : BAD + 1]).tolist()
    assert about["examples"][0]["position"] == BAD % BATCH
    assert about["examples"][0]["fingerprint"] == f"{mark:016x}"
    with np.load(path / "batch.npz") as arrays:  # its picture
        np.testing.assert_array_equal(arrays["0"][BAD % BATCH], x[BAD])
    assert replay(read(str(path))).same
    run = load_run(tmp_path)
    assert run.samples().locate(x)[run.samples().steps == CORRUPT][BAD % BATCH] == BAD
    rewound = [entry.step for entry in run.controls if entry.command == "rewind"]
    assert rewound[0] == CORRUPT
    assert rewound[1] in range(WRONG_RATE, WRONG_RATE + 3)
    clean_x, clean_y = bars()
    assert model.evaluate(clean_x, clean_y, verbose=0) < 0.25  # better than guessing


def test_a_token_out_of_range_is_kept(tmp_path):
    make = np.random.default_rng(0)
    x = make.integers(0, 10, (BATCH * STEPS, 5)).astype("int32")
    y = (x[:, :1] > 4).astype("float32")
    x[BAD, 2] = 12
    keras.utils.set_random_seed(0)
    tokens = keras.Input((5,), dtype="int32")
    embedded = keras.layers.Embedding(10, 4)(tokens)
    attended = keras.layers.MultiHeadAttention(1, 4)(embedded, embedded)
    pooled = keras.layers.GlobalAveragePooling1D()(attended + embedded)
    model = keras.Model(tokens, keras.layers.Dense(1)(pooled))
    model.compile("sgd", "mse", jit_compile=False)
    inspect = InspectCallback(tmp_path, every=1, maps_every=0, console=None)
    try:
        model.fit(x, y, batch_size=BATCH, shuffle=False, verbose=0, callbacks=[inspect])
    except Exception:
        assert BACKEND != "jax"  # which fills in NaN
    path = tmp_path / "incidents" / f"step_{CORRUPT:06d}"
    about = json.loads((path / "incident.json").read_text())
    assert about["kind"] == ("non_finite" if BACKEND == "jax" else "exception")
    with np.load(path / "batch.npz") as arrays:
        assert int(arrays["0"][BAD % BATCH, 2]) == 12
    assert replay(read(str(path))).same
