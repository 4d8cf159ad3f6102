"""What optimizers remember, against NumPy on their variables: seven of them in one training run."""

import keras
import numpy as np
import pytest

from tb_keras_inspect import InspectCallback, load_run
from tb_keras_inspect.catalog.optimizer_statistics import OPTIMIZER_STATISTICS
from tb_keras_inspect.frameworks.sampling import sampling_stride
from tests.training.references import autograd, compiled_loss

optimizers = keras.optimizers
# Which optimizer each layer has, and how NumPy finds its moments: the attributes, the sign of the
# first, beta_2 (None: as before the step), whether it is corrected, and epsilon of the root.
PARTS = {
    "adam": (optimizers.Adam(0.01, epsilon=1e-3), "_momentums", "_velocities", 1, 0.999, True, 1e-3),
    "adamw": (
        optimizers.AdamW(0.01, beta_2=0.9, weight_decay=0.1),
        "_momentums", "_velocities", 1, 0.9, True, 1e-7,
    ),
    "lion": (optimizers.Lion(0.001), "_momentums", None, 1, None, False, None),
    "muon": (optimizers.Muon(0.01), "momentums", "adam_velocities", 1, 0.999, True, 1e-7),
    "sgd": (optimizers.SGD(0.01, momentum=0.9), "momentums", None, -1, None, False, None),
    "adafactor": (optimizers.Adafactor(0.01), None, "_v", 1, None, False, None),
    "rmsprop": (
        optimizers.RMSprop(0.01, rho=0.8, momentum=0.5, epsilon=1e-4, clipnorm=0.01),
        "_momentums", "_velocities", 1, 0.8, False, 1e-2,
    ),
}  # fmt: skip
LIMIT = 512
array = keras.ops.convert_to_numpy


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Three steps without, and one with a callback: the run, and before that one the weights, the
    gradients, and the moments of each variable."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    choice = optimizers.OptimizerMap(optimizers.SGD(0.1))
    layers = [keras.Input((40,))]
    for name, (optimizer, *_) in PARTS.items():
        choice[f".*{name}_.*"] = optimizer
        layers.append(keras.layers.Dense(40 if name == "adam" else 6, "tanh", name=f"{name}_layer"))
    model = keras.Sequential([*layers, keras.layers.Dense(1, name="plain")])
    model.compile(optimizers.MultiOptimizer(choice), "mse")
    x = np.random.default_rng(0).normal(size=(64, 40)).astype("float32")
    y = x[:, :1]
    model.fit(x[:48], y[:48], 16, shuffle=False, verbose=0)
    variables = model.trainable_variables
    gradients = autograd(
        compiled_loss(model, *map(keras.ops.convert_to_tensor, (x[48:], y[48:]))), variables
    )
    before = {}
    for variable, gradient in zip(variables, gradients, strict=True):
        name = variable.path.split("/", 1)[1]
        optimizer, *attributes = PARTS.get(name.split("_")[0], (None, None, None))[:3]
        moments = [
            array(getattr(optimizer, attribute)[optimizer._get_variable_index(variable)])
            if attribute
            else None
            for attribute in attributes
        ]
        before[name] = (array(variable), array(gradient), *moments)
    directory = tmp_path_factory.mktemp("run")
    model.fit(x[48:], y[48:], 16, verbose=0, callbacks=[InspectCallback(directory, every=1)])
    after = {v.path.split("/", 1)[1]: array(v) for v in variables}
    return load_run(directory), before, after


def some(x):
    flat = x.reshape(-1).astype(np.float64)
    return flat if len(flat) <= LIMIT else flat[:: sampling_stride(len(flat), LIMIT)]


def expected(name, before, after):
    """One row, computed slowly."""
    weight, gradient, first, second = before[name]
    optimizer, _, _, sign, beta_2, corrected, epsilon = PARTS[name.split("_")[0]]
    row = dict.fromkeys(OPTIMIZER_STATISTICS, np.nan) | {"moment_updates": 3}
    decay = 0.0
    if name.startswith("adamw"):
        decay = 0.01 * 0.1 * weight
    if name.startswith("muon"):
        decay = 0.01 * 0.004 * weight
    change = after[name] - weight + decay
    row["effective_rate"] = np.linalg.norm(change) / np.linalg.norm(gradient)
    if optimizer.clipnorm:
        gradient = gradient * min(1, optimizer.clipnorm / np.linalg.norm(gradient))
    g = some(gradient)
    if first is not None and first.shape == weight.shape:
        m = some(first)
        row["momentum_rms"] = np.sqrt(np.mean(m**2))
        row["momentum_cosine"] = sign * np.dot(m, g) / np.sqrt(np.dot(m, m) * np.dot(g, g))
    if second is not None and second.shape == weight.shape:
        v = some(second)
        row["second_moment_rms"] = np.sqrt(np.mean(v))
        v_after = v if beta_2 is None else beta_2 * v + (1 - beta_2) * g**2
        correction = 1 - beta_2**4 if corrected else 1.0
        least = epsilon**2 if epsilon else 0.0
        row["moment_ratio"] = np.sqrt(np.mean(g**2 / np.maximum(v_after / correction, least)))
        if epsilon:
            row["epsilon_fraction"] = np.mean(np.sqrt(v_after[v_after > 0]) < epsilon)
    return row


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
def test_the_statistics_are_those_of_the_optimizers_variables(part, trained):
    run, before, after = trained
    table = run.table("optimizer")
    names = [name for name in before if name.startswith(f"{part}_")]
    assert len(names) == 2
    for name in names:
        found = dict(zip(table.statistics, table.row(name)[0], strict=True))
        wanted = expected(name, before, after)
        assert found == pytest.approx(wanted, rel=3e-3, abs=1e-7, nan_ok=True), name


@pytest.mark.slow
def test_plain_descent_has_a_rate_and_no_moments(trained):
    run, _, _ = trained
    table = run.table("optimizer")
    row = dict(zip(table.statistics, table.row("plain/kernel")[0], strict=True))
    assert row["effective_rate"] == pytest.approx(0.1, rel=1e-3)
    assert [name for name in row if np.isnan(row[name])] == list(OPTIMIZER_STATISTICS[1:-1])
    assert row["moment_updates"] == 3


@pytest.mark.any_backend
def test_economy_and_a_switch_leave_it_out(tmp_path):
    keras.utils.clear_session()
    for number, options in enumerate(({"tier": "economy"}, {"record": {"optimizer": False}})):
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
        model.compile("adam", "mse")
        log_dir = tmp_path / str(number)
        callback = InspectCallback(log_dir, every=1, maps_every=0, **options)
        model.fit(np.ones((8, 4)), np.ones(8), verbose=0, callbacks=[callback])
        assert "optimizer" not in load_run(log_dir).kinds


@pytest.mark.slow
@pytest.mark.any_backend
def test_an_accumulated_gradient_counts_when_it_is_applied_and_as_it_is_clipped(tmp_path):
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(1)])
    adam = optimizers.Adam(0.01, gradient_accumulation_steps=2, global_clipnorm=0.01)
    model.compile(optimizers.LossScaleOptimizer(adam), "mse")
    x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
    callback = InspectCallback(tmp_path, every=1, maps_every=0)
    model.fit(x, x[:, :1], 16, shuffle=False, verbose=0, callbacks=[callback])
    table = load_run(tmp_path).table("optimizer")
    assert table.steps.tolist() == [1, 3]
    assert np.all(table.select("moment_updates") == [[0.0], [1.0]])
    # Its first step: the second moment is the square of the gradient, whatever the clipping.
    assert table.select("moment_ratio")[0] == pytest.approx(1, rel=1e-3)
    kept = [v for v in adam.variables if "velocity" in v.path]
    size = np.sqrt(sum(np.sum(array(v)) for v in kept) / 0.001)
    assert size < 0.0145  # of two gradients, each at most 0.01 long
    assert table.select("epsilon_fraction")[0] == pytest.approx(0, abs=0.5)
