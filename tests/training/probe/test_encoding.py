"""Maps as the callback records them: read back from the log. Runs under each backend."""

import keras
import numpy as np
import pytest
from keras import layers

from tb_keras_inspect import InspectCallback, load_run


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)


class Branching(keras.Model):
    """Calls one layer twice, one with two outputs, a nested model, a recurrent layer."""

    def __init__(self):
        super().__init__()
        self.twice = layers.Dense(6, activation="relu", name="twice")
        self.both = layers.LSTM(4, return_sequences=True, return_state=True, name="both")
        self.inner = keras.Sequential([layers.Dense(3, name="deep")], name="inner")

    def call(self, x, training=False):
        sequence, state, _ = self.both(self.twice(self.twice(x)))
        return self.inner(sequence[:, -1] + state)


def train(log_dir, model, x, y, **options):
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    callback = InspectCallback(log_dir, every=1, **options)
    model.fit(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0, callbacks=[callback])
    run = load_run(log_dir)
    assert run.problems == []
    return run


@pytest.mark.slow
def test_maps_have_the_names_of_the_activation_table(tmp_path):
    x = np.random.default_rng(0).normal(size=(16, 5, 6)).astype("float32")
    run = train(str(tmp_path), Branching(), x, np.arange(16) % 3)
    names = set(run.table("activation").names)
    assert len(names) >= 5
    assert any(name.endswith(":1") for name in names)
    assert any(name.endswith(".2") for name in names)
    for name in names:
        assert len(run.maps(name).arrays[-1]) == 4, name  # samples


@pytest.mark.slow
def test_by_default_the_first_four_samples_of_the_first_batch_are_shown_with_labels(tmp_path):
    x = np.random.default_rng(0).random((16, 9, 8, 3)).astype("float32")
    y = np.arange(16) % 3
    model = keras.Sequential(
        [
            keras.Input((9, 8, 3)),
            layers.Conv2D(5, 3, activation="relu", name="conv"),
            layers.GlobalMaxPooling2D(name="pool"),
            layers.Dense(3, name="out"),
        ]
    )
    run = train(str(tmp_path), model, x, y)
    assert run.probe.labels.tolist() == [[0.0], [1.0], [2.0], [0.0]]
    (picture,) = run.probe.inputs
    assert picture.layout == "rgb"
    assert np.abs(np.moveaxis(picture.values, 1, -1) - x[:4]).max() < 1 / 500
    maps = run.maps("conv")
    assert maps.steps[-1] == 3  # the last step of the second epoch
    direct = keras.Model(model.inputs[0], model.get_layer("conv").output)(x[:4])
    want = np.moveaxis(keras.ops.convert_to_numpy(direct), -1, 1)
    assert np.abs(np.asarray(maps.arrays[-1]) - want).max() <= np.ptp(want) / 500
