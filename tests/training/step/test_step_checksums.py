"""Which tensors of a step get a checksum, and that they are the bits that the training used."""

import keras
import numpy as np
import pytest
from keras import layers

from tb_keras_inspect import InspectCallback, load_run
from tb_keras_inspect.catalog.phases import Phase, phase_and_name
from tests.training import model_zoo as zoo
from tests.training.references import checksum_of, full_state_of, to_host

pytestmark = pytest.mark.one_compiler

BACKEND, BATCH, EPOCHS = zoo.BACKEND, zoo.BATCH, 2
STEPS = zoo.SAMPLES // BATCH * EPOCHS


class KeepsWeights(keras.callbacks.Callback):
    """The trained weights before the first step, as arrays by path."""

    def on_train_begin(self, logs=None):
        self.weights = weights_of(self.model)


def weights_of(model):
    paths = [v.path.partition("/")[2] for v in model.trainable_variables]
    values = (keras.ops.convert_to_numpy(v.value) for v in model.trainable_variables)
    return dict(zip(paths, map(np.array, values), strict=True))


def trained(*callbacks):
    keras.utils.clear_session()
    keras.utils.set_random_seed(7)
    body = (
        layers.Conv2D(3, 3, activation="relu", name="conv"),
        layers.BatchNormalization(name="norm"),
        layers.Flatten(),
        layers.Dropout(0.3, seed=2, name="drop"),
    )
    optimizer = keras.optimizers.Adam(0.01, clipnorm=0.1)
    model = zoo.classifier(*body, shape=(8, 8, 2), optimizer=optimizer)
    options = {"batch_size": BATCH, "epochs": EPOCHS, "shuffle": False, "verbose": 0}
    model.fit(zoo.images(), zoo.labels(), callbacks=[*callbacks], **options)
    return model


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Two trainings: without the callback, and with it; the run; the weights at the beginning."""
    folder, keeper = tmp_path_factory.mktemp("run"), KeepsWeights()
    plain = full_state_of(trained())
    inspect = InspectCallback(folder, every=1, maps_every=0, record={"checksums": True})
    model = trained(inspect, keeper)
    return plain, model, load_run(folder), keeper.weights


@pytest.mark.slow
def test_checksums_leave_the_training_as_it_is_to_the_bit(both):
    plain, model, run, _ = both
    for expected, received in zip(plain, full_state_of(model), strict=True):
        np.testing.assert_array_equal(received, expected)
    assert len(run.table("checksum").steps) == STEPS


@pytest.mark.slow
def test_rows_are_in_the_order_of_a_step(both):
    table = both[2].table("checksum")
    phases = [phase_and_name(row)[0] for row in table.names]
    assert phases == sorted(phases, key=list(Phase).index)
    assert set(phases) == set(Phase) - {Phase.SAMPLE_WEIGHT}
    for row in ("activation/drop", "gradient/conv/kernel", "state/norm/moving_mean", "loss/loss"):
        assert row in table.names
    assert any("conv_kernel" in row for row in table.names if row.startswith("optimizer_state/"))


@pytest.mark.slow
def test_inputs_and_targets_have_the_checksums_of_their_batches(both):
    table = both[2].table("checksum")
    batches = np.split(zoo.images(), STEPS // EPOCHS), np.split(zoo.labels(), STEPS // EPOCHS)
    for phase, parts in zip((Phase.INPUT, Phase.TARGET), batches, strict=True):
        (row,) = [name for name in table.names if name.startswith(f"{phase.value}/")]
        expected = [checksum_of(part)[0] for part in parts] * EPOCHS
        assert table.row(row)[:, 0].tolist() == expected


@pytest.mark.slow
def test_weights_are_those_that_the_training_began_with(both):
    _, _, run, before = both
    table = run.table("checksum")
    for name, value in before.items():
        found = table.row(Phase.WEIGHT.row(name))[0]
        bits, projection, l2 = checksum_of(value)
        assert found[0] == bits
        assert found[1:] == pytest.approx([projection, l2], rel=1e-4, abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("phase", [Phase.WEIGHT, Phase.STATE, Phase.OPTIMIZER_STATE])
def test_what_a_step_leaves_is_what_the_next_one_finds(both, phase):
    table = both[2].table("checksum")
    names = [name for p, name in map(phase_and_name, table.names) if p is phase]
    assert names
    for name in names:
        found, left = (table.row(p.row(name)) for p in (phase, Phase(f"{phase.value}_after")))
        there = ~np.isnan(found[1:, 0])  # PyTorch builds the optimizer in the first step
        found, left = found[1:][there], left[:-1][there]
        slack = 1e-5 * left[:, 2]  # where a compiler rounds the recorded step differently
        assert (np.abs(found - left)[:, 1] <= slack).all()
        if BACKEND == "torch":
            np.testing.assert_array_equal(found, left)


@pytest.mark.slow
def test_random_states_and_moving_averages_of_the_end_are_there(both):
    _, model, run, _ = both
    table = run.table("checksum")
    values = {v.path.partition("/")[2]: to_host(v) for v in model.non_trainable_variables}
    for path in ("norm/moving_mean", "norm/moving_variance"):
        bits = checksum_of(values[path].astype("float32"))[0]
        assert table.row(Phase.STATE_AFTER.row(path))[-1, 0] == bits


def test_without_the_option_there_are_none(tmp_path):
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    inspect = InspectCallback(tmp_path, every=1, maps_every=0, control=False)
    model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0, callbacks=[inspect])
    assert "checksum" not in load_run(tmp_path).kinds
    assert load_run(tmp_path).model.tensors == ()
