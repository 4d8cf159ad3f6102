"""The formulas of the catalogue give what is recorded, and every recorded column is in it."""

import keras
import numpy as np
import pytest

from tb_keras_inspect import InspectCallback, load_run
from tb_keras_inspect.catalog.kinds import TABLE_KINDS, Kind
from tb_keras_inspect.catalog.statistics import STATISTICS, find
from tb_keras_inspect.catalog.tensor_statistics import TENSOR_STATISTICS


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """One step of plain SGD on one batch: the run, the batch, and all weights before and after."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    directory = tmp_path_factory.mktemp("run")
    layers = [keras.Input((6,)), keras.layers.Dense(5, activation="relu"), keras.layers.Dense(1)]
    model = keras.Sequential(layers)
    model.compile(keras.optimizers.SGD(0.05), "mse")
    x = np.random.default_rng(0).normal(size=(16, 6)).astype("float32")
    y = x[:, :1] ** 2
    callback = InspectCallback(directory, every=1, measure=["critical_rate", "gradient_noise"])
    before = {v.path.partition("/")[2]: v.numpy() for v in model.trainable_variables}
    model.fit(x, y, batch_size=16, verbose=0, callbacks=[callback])
    after = {v.path.partition("/")[2]: v.numpy() for v in model.trainable_variables}
    return load_run(directory), x, before, after


def value(name, **names):
    return eval(STATISTICS[name].formula, {"np": np, **names})


def test_formulas_of_tensors_give_what_was_recorded(trained):
    run, _, before, after = trained
    tensors = {
        "weight": before,
        "update": {path: after[path] - before[path] for path in before},
    }
    for kind, by_path in tensors.items():
        table = run.table(kind)
        assert set(table.names) == set(before)
        for name, tensor in by_path.items():
            row = dict(zip(table.statistics, table.row(name)[0], strict=True))
            for statistic in TENSOR_STATISTICS:
                wanted = value(statistic, x=tensor.astype(np.float64))
                assert row[statistic] == pytest.approx(wanted, rel=1e-4, abs=1e-7), (
                    name,
                    statistic,
                )


def test_formulas_of_inputs_and_of_the_step_give_what_was_recorded(trained):
    run, x, before, after = trained
    (inputs,) = run.table("input").names
    row = dict(zip(run.table("input").statistics, run.table("input").row(inputs)[0], strict=True))
    for statistic in set(Kind.INPUT.columns) - {"hash"}:  # no NumPy: see its own reference
        assert row[statistic] == pytest.approx(value(statistic, x=x), rel=1e-4)
    gradients = [(before[path] - after[path]) / 0.05 for path in before]
    wanted = value("gradient_norm", gradients=gradients)
    assert run.table("step").select("gradient_norm")[0, 0] == pytest.approx(wanted, rel=1e-3)
    assert run.table("step").select("batch_size")[0, 0] == value("batch_size", x=x)


def test_update_ratio_is_that_of_its_formula(trained):
    run, _, before, after = trained
    ratios = run.table("update").select("ratio")[0]
    wanted = [
        value("ratio", before=before[path], after=after[path])
        for path in before
        if np.any(before[path])
    ]
    found = [ratio for ratio in ratios if np.isfinite(ratio) and ratio < 1e3]
    assert sorted(found) == pytest.approx(sorted(wanted), rel=1e-3)


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """A run with clipping, accumulation, loss scaling and weights: all columns there are."""
    keras.utils.clear_session()
    directory = tmp_path_factory.mktemp("run")
    hidden = keras.layers.Dense(5, activation="relu", kernel_regularizer="l2")
    model = keras.Sequential([keras.Input((6,)), hidden, keras.layers.Dense(1)])
    inner = keras.optimizers.SGD(0.05, global_clipnorm=1.0, gradient_accumulation_steps=2)
    model.compile(keras.optimizers.LossScaleOptimizer(inner), "mse")
    x = np.random.default_rng(0).normal(size=(64, 6)).astype("float32")
    callback = InspectCallback(directory, every=1, record={"checksums": True})
    weights = np.ones(64)
    model.fit(x, x[:, :1], 16, sample_weight=weights, verbose=0, callbacks=[callback])
    return load_run(directory)


NAMED_BY_THE_RECORDS = (Kind.EPOCH, Kind.PREDICTION)  # by the user's metrics and outputs


def test_every_column_of_a_run_is_in_the_catalogue_under_its_kind(everything):
    recorded = [kind for kind in TABLE_KINDS if kind.value in everything.kinds]
    assert recorded == list(TABLE_KINDS), "the run is to hold every kind of table"
    for kind in recorded:
        if kind in NAMED_BY_THE_RECORDS:
            continue
        columns = everything.table(kind.value).statistics
        assert [name for name in columns if find(name) is None] == []
        assert set(columns) <= set(kind.columns), kind


def test_every_column_of_the_step_is_recorded_where_it_applies(everything, trained):
    # What is measured does not go with accumulated gradients.
    recorded = [run.table("step").statistics for run in (everything, trained[0])]
    assert set().union(*recorded) == set(Kind.STEP.columns)
