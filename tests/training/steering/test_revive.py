"""Dead units of a running fit get new weights; what the model computes does not change by that."""

import itertools

import keras
import numpy as np
import pytest

from tb_keras_inspect import load_run
from tb_keras_inspect.steering.client import RefusedError
from tb_keras_inspect.training.model.revival import revive
from tests.steering.steered import WAIT, make_data, steer

DEAD = [1, 4]


def compiled(layers):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((6, 6, 1)), *layers])
    model.compile(keras.optimizers.Adam(0.01), "mse", jit_compile=False)
    return model


def pairs(model):
    names = [layer.name for layer in model.layers]
    return list(itertools.pairwise(names))


def host(variable):
    return np.array(keras.ops.convert_to_numpy(variable))


def killed(layer):
    """Gives some units a bias that no input overcomes."""
    bias = host(layer.bias)
    bias[DEAD] = -1e6
    layer.bias.assign(bias)
    return np.isin(np.arange(len(bias)), DEAD)


@pytest.mark.slow
def test_new_weights_into_the_units_none_out_of_them_and_no_moments():
    """Through pooling, normalisation and Flatten; element by element."""
    model = compiled(
        [
            keras.layers.Conv2D(5, 3, activation="relu", name="conv"),
            keras.layers.BatchNormalization(name="norm"),
            keras.layers.MaxPooling2D(name="pool"),
            keras.layers.Flatten(name="flat"),
            keras.layers.Dense(3, name="out"),
        ]
    )
    x = np.random.default_rng(0).normal(size=(16, 6, 6, 1)).astype("float32")
    dead = killed(model.get_layer("conv"))
    model.fit(x, x[:, :3, 0, 0], epochs=2, verbose=0)
    before = {v.path: host(v) for v in (*model.variables, *model.optimizer.variables)}
    layers = {layer.name: layer for layer in model.layers}
    found = revive(model, layers, pairs(model), "conv", dead, seed=7)
    assert (found.count, found.following, found.left) == (2, ("out",), ())
    conv, out = model.get_layer("conv"), model.get_layer("out")
    old, new = before[conv.kernel.path], host(conv.kernel)
    for unit in range(5):
        assert np.array_equal(old[..., unit], new[..., unit]) == (not dead[unit])
        assert host(conv.bias)[unit] == (0 if dead[unit] else before[conv.bias.path][unit])
    assert np.abs(new).max() < 1  # as the initializer draws them
    old, new = before[out.kernel.path], host(out.kernel)
    assert out.kernel.shape == (2 * 2 * 5, 3)
    for position in range(4):
        for unit in range(5):
            row = position * 5 + unit
            np.testing.assert_array_equal(new[row], 0 if dead[unit] else old[row])
    norm = model.get_layer("norm")
    np.testing.assert_array_equal(host(norm.moving_variance)[dead], 1)
    np.testing.assert_array_equal(host(norm.moving_mean)[dead], 0)
    changed = [v for v in model.optimizer.variables if not np.array_equal(before[v.path], host(v))]
    assert changed
    for variable in changed:
        differs = before[variable.path] != host(variable)
        assert (host(variable)[differs] == 0).all()


def test_behind_a_layer_that_mixes_units_weights_are_left_and_named():
    model = compiled(
        [keras.layers.Dense(6, name="a"), keras.layers.LayerNormalization(name="norm")]
    )
    layers = {layer.name: layer for layer in model.layers}
    found = revive(model, layers, pairs(model), "a", np.arange(6) < 2, seed=0)
    assert (found.count, found.following, found.left) == (2, (), ("norm",))


@pytest.mark.slow
def test_a_command_revives_the_dead_units_of_a_running_fit(tmp_path):
    keras.utils.set_random_seed(1)
    first = keras.layers.Dense(8, activation="relu", name="first")
    layers = [
        keras.Input((6,)),
        first,
        keras.layers.Dropout(0.2, name="dropout"),
        keras.layers.Dense(2, name="second"),
    ]
    model = keras.Sequential(layers)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-2), loss)
    killed(first)

    def script(control):
        with pytest.raises(RefusedError, match=r"No sample tells which units of 'first' are dead"):
            control.revive("first")
        with pytest.raises(RefusedError, match="no layer 'nope'"):
            control.revive("nope")
        with pytest.raises(RefusedError, match="'dropout' is a Dropout"):
            control.revive("dropout")
        control.step(4)
        control.wait_until_paused(WAIT)
        with pytest.raises(RefusedError, match="No unit of 'second' is dead"):
            control.revive("second")
        done = control.revive("first")
        assert done.new == "2 units of first have new weights"
        assert done.detail == {"units": 2, "following": ["second"], "left": []}

    steer(model, str(tmp_path), script, make_data(), epochs=2, tier="standard", every=1)
    units = load_run(tmp_path).units("first")
    assert (units.max_abs[:4, DEAD] == 0).all()
    assert (units.max_abs[4:, DEAD] > 0).all()
    (entry,) = [
        item
        for item in load_run(tmp_path).controls
        if item.outcome == "done" and item.command == "revive"
    ]
    assert entry.step == 4
