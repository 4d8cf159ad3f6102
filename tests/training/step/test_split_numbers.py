"""Added losses, the update split into decay and gradient, moving statistics: against NumPy."""

import keras
import numpy as np
import pytest

from tb_keras_inspect import InspectCallback, load_run

DECAY, RATE = 0.5, 0.01


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Two steps of AdamW with penalties and a BatchNormalization: the run, the batches, the model, and
    its weights before."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    directory = tmp_path_factory.mktemp("run")
    inputs = keras.Input((6,))
    x = keras.layers.Dense(4, kernel_regularizer=keras.regularizers.L2(0.1), name="a")(inputs)
    x = keras.layers.BatchNormalization(momentum=0.5, name="norm")(x)
    x = keras.layers.Dense(3, activity_regularizer=keras.regularizers.L1(0.01), name="b")(x)
    model = keras.Model(inputs, keras.layers.Dense(1, name="out")(x))
    optimizer = keras.optimizers.AdamW(RATE, weight_decay=DECAY)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    model.compile(optimizer, "mse")
    data = (3 * np.random.default_rng(0).normal(size=(16, 6)) + 1).astype("float32")
    before = {v.path: np.array(v) for v in model.variables}
    callback = InspectCallback(directory, every=1, maps_every=0)
    model.fit(data, data[:, :1], 8, shuffle=False, verbose=0, callbacks=[callback])
    return load_run(directory), data, before


@pytest.mark.slow
def test_the_added_loss_is_that_of_all_regularizers(trained):
    run, data, before = trained
    kernel, gamma = before["a/kernel"], before["norm/gamma"]
    h = data[:8] @ kernel + before["a/bias"]
    h = gamma * (h - h.mean(0)) / np.sqrt(h.var(0) + 1e-3) + before["norm/beta"]
    activity = np.abs(h @ before["b/kernel"] + before["b/bias"]).sum() / 8
    wanted = 0.1 * np.sum(kernel**2) + 0.01 * activity
    step = run.table("step")
    assert step.select("added_loss")[0, 0] == pytest.approx(wanted, rel=1e-4)
    assert np.all(step.select("added_loss") < step.select("loss"))


@pytest.mark.slow
def test_the_update_is_split_into_decay_and_gradient(trained):
    run, _, before = trained
    weights, updates = run.table("weight"), run.table("update")
    for name in updates.names:
        row = dict(zip(updates.statistics, updates.row(name)[0], strict=True))
        value = before[name]
        decay = 0.0 if "bias" in name else RATE * DECAY * np.linalg.norm(value)
        assert row["decay_l2"] == pytest.approx(decay, rel=1e-4, abs=1e-7)
        # Adam's first step moves each element by the rate, where it has a gradient.
        assert row["gradient_l2"] <= RATE * np.sqrt(value.size) * 1.001
        assert row["l2"] <= row["decay_l2"] + row["gradient_l2"] + 1e-5
    kernel = dict(zip(updates.statistics, updates.row("a/kernel")[0], strict=True))
    assert kernel["gradient_l2"] == pytest.approx(RATE * np.sqrt(24), rel=1e-3)
    assert set(weights.names) == set(updates.names)


@pytest.mark.slow
def test_moving_statistics_stand_beside_those_of_the_batch(trained):
    run, data, before = trained
    table = run.table("activation")
    h = data[:8] @ before["a/kernel"] + before["a/bias"]
    variance = h.var(0) + 1e-3
    distance = np.sqrt(np.mean(h.mean(0) ** 2 / variance))
    quotient = np.exp(np.mean(np.log(1.001 / variance)))
    row = dict(zip(table.statistics, table.row("norm")[0], strict=True))
    assert row["moving_mean_distance"] == pytest.approx(distance, rel=1e-3)
    assert row["moving_variance_ratio"] == pytest.approx(quotient, rel=1e-3)
    assert np.isnan(table.select("moving_mean_distance")[0, table.names.index("out")])
