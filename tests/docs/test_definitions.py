"""docs/definitions.md is what the code says, and its formulas are what is recorded."""

import importlib.util
import re

import keras
import numpy as np
import pytest

from tb_keras_inspect import InspectCallback, load_run
from tb_keras_inspect.catalog import run_statistics, tensor_statistics
from tests.docs.pages import ROOT


@pytest.fixture(scope="module")
def generator():
    path = ROOT / "docs" / "_ext" / "definitions_page.py"
    spec = importlib.util.spec_from_file_location("definitions_page", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_generator_writes(generator):
    assert (ROOT / "docs" / "definitions.md").read_text() == generator.page(), (
        "run: python docs/_ext/definitions_page.py"
    )


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
    before = {v.path.partition("/")[2]: v.numpy() for v in model.trainable_variables}
    model.fit(x, y, batch_size=16, verbose=0, callbacks=[InspectCallback(directory, every=1)])
    after = {v.path.partition("/")[2]: v.numpy() for v in model.trainable_variables}
    return load_run(directory), x, before, after


def formula(generator, name, **names):
    return eval(generator.FORMULAS[name][0], {"np": np, **names})


def test_formulas_of_tensors_give_what_was_recorded(generator, trained):
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
            for statistic in tensor_statistics.TENSOR_STATISTICS:
                wanted = formula(generator, statistic, x=tensor.astype(np.float64))
                assert row[statistic] == pytest.approx(wanted, rel=1e-4, abs=1e-7), (
                    name,
                    statistic,
                )


def test_formulas_of_inputs_and_of_the_step_give_what_was_recorded(generator, trained):
    run, x, before, after = trained
    (inputs,) = run.table("input").names
    row = dict(zip(run.table("input").statistics, run.table("input").row(inputs)[0], strict=True))
    for statistic in tensor_statistics.RANGE_STATISTICS:
        assert row[statistic] == pytest.approx(formula(generator, statistic, x=x), rel=1e-4)
    gradients = [(before[path] - after[path]) / 0.05 for path in before]
    wanted = formula(generator, "gradient_norm", gradients=gradients)
    assert run.table("step").select("gradient_norm")[0, 0] == pytest.approx(wanted, rel=1e-3)
    assert run.table("step").select("batch_size")[0, 0] == len(x)


def test_update_ratio_is_that_of_its_formula(generator, trained):
    run, _, before, after = trained
    ratios = run.table("update").select("ratio")[0]
    wanted = [
        formula(generator, "ratio", before=before[path], after=after[path])
        for path in before
        if np.any(before[path])
    ]
    found = [ratio for ratio in ratios if np.isfinite(ratio) and ratio < 1e3]
    assert sorted(found) == pytest.approx(sorted(wanted), rel=1e-3)


def test_every_statistic_of_the_records_is_on_the_page(generator):
    page = generator.page()
    rows = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    wanted = {
        *tensor_statistics.UPDATE_STATISTICS,
        *tensor_statistics.ACTIVATION_STATISTICS,
        *tensor_statistics.RANGE_STATISTICS,
    }
    assert rows >= wanted | {*run_statistics.REPRESENTATION_STATISTICS, *generator.STEP}


def test_every_column_of_the_step_table_in_a_run_is_on_the_page(generator, trained):
    assert set(trained[0].table("step").statistics) <= set(generator.STEP)
