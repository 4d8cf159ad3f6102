"""Tensors with untrusted shapes are bounded for us, and TensorBoard stays as it was for others."""

import sys

import pytest
from tensorboard.compat.proto import tensor_pb2, types_pb2
from tensorboard.util import tensor_util

from tb_keras_inspect import load_run
from tb_keras_inspect.store.run import RunData
from tb_keras_inspect.store.sources.bounded_provider import bounded
from tb_keras_inspect.store.sources.data_provider import ProviderLogdir
from tests.store import hostile_logs
from tests.store.loaders import serve

pytestmark = pytest.mark.core
ORIGINAL = tensor_util.make_ndarray


def functions_of(thing):
    return {name: value for name, value in vars(thing).items() if callable(value)}


@pytest.mark.parametrize("loader", ["fast", "python"])
def test_nothing_of_tensorboard_is_replaced(tmp_path, loader):
    hostile_logs.shapes(tmp_path / "a")
    with serve(tmp_path, loader) as (provider, reload):
        if loader == "fast":
            reload()
        module = sys.modules[type(provider).__module__]
        before = functions_of(module), functions_of(type(provider))
        assert_read(RunData("a", ProviderLogdir(provider).run("a")))
        assert (functions_of(module), functions_of(type(provider))) == before
        assert module.tensor_util is tensor_util
        assert sys.modules[type(provider).__module__] is module
    assert tensor_util.make_ndarray is ORIGINAL
    assert ORIGINAL.__module__ == tensor_util.__name__
    tensor = tensor_pb2.TensorProto(dtype=types_pb2.DT_FLOAT, float_val=[1.0])
    tensor.tensor_shape.dim.add(size=3)
    assert tensor_util.make_ndarray(tensor).tolist() == [1.0, 1.0, 1.0]


def test_a_provider_of_another_class_is_used_as_it_is():
    provider = object()
    assert bounded(provider) is provider


@pytest.mark.parametrize("loader", ["fast", "python", "files"])
def test_the_records_beside_it_are_read_with_every_loader(tmp_path, loader):
    hostile_logs.shapes(tmp_path / "a")
    if loader == "files":
        assert_read(load_run(tmp_path / "a"))
        return
    with serve(tmp_path, loader) as (provider, reload):
        if loader == "fast":
            reload()
        assert_read(RunData("a", ProviderLogdir(provider).run("a")))


def assert_read(run):
    for kind in ("gradient", "step", "activation"):
        steps = run.table(kind).steps.tolist()
        assert steps[:5] == [0, 10, 20, 30, 40]
        assert steps[-1] == 70
    assert run.units("conv").steps.tolist()[-1] == 70
    assert run.maps("conv").steps.tolist()[:2] == [20, 40]
    assert any("gradient" in text for text in run.problems)
