"""Pictures of all kinds, predictions and activation functions, read from event files and loaders."""

import numpy as np
import pytest

from tb_keras_inspect import load_run
from tb_keras_inspect.records import Kind
from tb_keras_inspect.records.summary import to_value
from tb_keras_inspect.store import NotRecordedError
from tb_keras_inspect.store.cache import MemoryCache
from tb_keras_inspect.store.logdir import Logdir
from tb_keras_inspect.store.sources.data_provider import ProviderLogdir
from tests.store.loaders import serve
from tests.store.run_writer import RunWriter, make_model, write_run

STEPS = (20, 40)


def write(directory):
    writer = write_run(directory)
    for step in STEPS:
        writer.inside(step)
    writer.close()


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    directory = tmp_path_factory.mktemp("logs")
    write(directory / "a")
    return directory


@pytest.fixture(scope="module", params=["files", "python", "fast"])
def run(request, directory):
    if request.param == "files":
        yield load_run(directory / "a")
        return
    with serve(directory, request.param) as (provider, refresh):
        refresh()
        logdir = Logdir(ProviderLogdir(provider), MemoryCache(), fresh_seconds=0)
        yield logdir.run("a")


def pictures(step):
    return (step + 1) * np.arange(32, dtype=np.float32).reshape(2, 1, 4, 4)


@pytest.mark.parametrize(
    ("kind", "name", "scale", "layer"),
    [
        ("attention", "conv", 0.01, ""),
        ("saliency", "x", 1, "embed"),
        ("grad_cam", "conv", 1, "conv"),
    ],
)
def test_each_kind_of_picture_is_read_by_its_own_names(run, kind, name, scale, layer):
    assert run.map_names(kind) == [name]
    maps = run.maps(name, kind)
    assert maps.steps.tolist() == list(STEPS)
    for index, step in enumerate(STEPS):
        want = scale * pictures(step)
        np.testing.assert_allclose(maps[index], want, atol=np.ptp(want) / 500)
    record = maps.record(-1)
    assert record.layer == layer
    assert (record.targets is None) == (kind == "attention")
    if kind != "attention":
        assert record.targets.tolist() == [1, -1]


def test_kernels_come_with_the_norms_of_all_units_and_the_input_channels_shown(run):
    record = run.maps("conv/kernel", "kernels").record(0)
    assert record.layout == "kernel"
    assert record.values.shape == (3, 4, 3, 3)
    assert record.rows.tolist() == [0, 1, 2]
    assert record.norms.tolist() == [0, 1, 2, 3]


def test_predictions_are_one_array_an_output(run):
    found = run.predictions
    assert found.steps.tolist() == list(STEPS)
    assert list(found.outputs) == ["classes"]
    want = [[[0.25, 0.75 + step], [0.5, 0.5]] for step in STEPS]
    np.testing.assert_array_equal(found.outputs["classes"], np.float32(want))


@pytest.mark.parametrize(("asked", "shown"), [(None, 40), (19, 20), (20, 20), (39, 20), (99, 40)])
def test_activation_functions_are_those_of_the_newest_snapshot_at_or_before(run, asked, shown):
    found = run.activation_functions(asked)
    assert found.step == shown
    assert list(found.functions) == ["conv", "dense"]
    item = found.functions["dense"]
    assert item.function == "relu"
    assert item.edges.tolist() == [-1, 0, 1, 2]
    assert item.counts.tolist() == [5, 0, 1]
    assert item.curve.tolist() == [0, 0, 1, 2]
    assert list(run.activation_functions(asked, ["dense"]).functions) == ["dense"]


@pytest.mark.parametrize(
    ("ask", "named"),
    [
        (lambda run: run.maps("x"), "'conv', 'dense'"),
        (lambda run: run.maps("conv", "saliency"), "Inputs with saliency there: 'x'"),
        (lambda run: run.maps("conv", "nonsense"), "'attention'"),
        (lambda run: run.maps("conv", "activation_function"), "'attention'"),
        (lambda run: run.map_names("probe"), "'activation_function'"),
        (lambda run: run.activation_functions(names=["x"]), "'conv', 'dense'"),
    ],
)
def test_what_is_not_there_is_refused_naming_what_is(run, ask, named):
    with pytest.raises(NotRecordedError) as error:
        ask(run)
    assert named in str(error.value)


def test_a_run_without_them_says_so(tmp_path):
    write_run(tmp_path / "a").close()
    run = load_run(tmp_path / "a")
    asks = [
        lambda: run.predictions,
        run.activation_functions,
        lambda: run.maps("conv", "attention"),
    ]
    for ask in asks:
        with pytest.raises(NotRecordedError, match="Kinds there"):
            ask()


def test_damaged_activation_functions_are_left_out_and_named(tmp_path):
    writer = RunWriter(tmp_path, make_model())
    writer.write_model(0)
    value = writer.activation_functions(["good", "bad", "missing"])
    value.tensor.string_val[2] = b"\x00"
    del value.tensor.string_val[3]
    writer.write(5, value, to_value(Kind.MODEL, writer.model))
    writer.close()
    run = load_run(tmp_path)
    assert list(run.activation_functions().functions) == ["good"]
    assert len(run.problems) == 2
    assert all("activation_function" in problem for problem in run.problems)


def test_a_column_that_is_not_of_the_usual_form_is_an_output_of_its_own(tmp_path):
    writer = RunWriter(tmp_path, make_model())
    writer.write(5, writer.predictions([[1.0, 2.0]], output="a/b"))
    writer.write(6, writer.numbers(Kind.PREDICTION, 6, odd=3.0))
    writer.close()
    outputs = load_run(tmp_path).predictions.outputs
    assert {name: values.shape for name, values in outputs.items()} == {
        "a/b": (2, 2, 2),
        "": (2, 2, 1),
    }
