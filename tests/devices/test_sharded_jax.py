"""`keras.distribution.ModelParallel` on JAX: tensors are reduced where their pieces lie."""

import math
import re

import numpy as np
import pytest

from tb_keras_inspect.records import Kind
from tests.training import read_events

pytestmark = [pytest.mark.slow, pytest.mark.thorough, pytest.mark.xdist_group("sharded_jax")]
KINDS = (Kind.STEP, Kind.GRADIENT, Kind.WEIGHT, Kind.UPDATE, Kind.ACTIVATION, Kind.INPUT)
DEVICES = "--xla_force_host_platform_device_count="
DUMP = "--xla_dump_hlo_as_text --xla_dump_hlo_module_re=jit_observed --xla_dump_to="
PIECE = 64 * 512 // 4  # elements that one device has of the larger kernel


@pytest.fixture(scope="module", params=[1, 2])
def place(request, folder, start, free_ports):
    """What each process reports of a training in one process or in two, and where it was recorded."""
    where = folder / str(request.param)
    flags = f"{DEVICES}{8 // request.param} {DUMP}{where / 'hlo'}"
    ranks = [{"KERAS_BACKEND": "jax", "XLA_FLAGS": flags}]
    if request.param == 2:
        (port,) = free_ports(1)
        both = {**ranks[0], "COORDINATOR": f"127.0.0.1:{port}"}
        ranks = [{**both, "RANK": str(rank)} for rank in range(2)]
    return start("sharded_jax", where, ranks), where


def test_weights_are_bit_identical_with_the_callback(place):
    for trained in place[0]:
        assert trained["devices"] == 8
        assert trained["piece"] == [64, 128]
        assert trained["difference"] == 0.0
        assert trained["problems"] == []


def test_statistics_are_those_of_one_device(place, assert_same):
    run, one = read_events.read(place[1] / "sharded"), read_events.read(place[1] / "one")
    assert run.steps() == one.steps() == [0, 1, 2, 3]
    # Sums over many units in another order; the cosine is of other elements.
    assert_same(run, one, run.steps(), KINDS, 1e-3, 1e-5, without=("cosine",))
    for name, max_abs in one.units[0].items():
        np.testing.assert_allclose(run.units[0][name], max_abs, rtol=1e-3, atol=1e-5)


def test_pictures_and_the_usual_selection_of_elements_are_recorded(place):
    run, one = read_events.read(place[1] / "pictures"), read_events.read(place[1] / "one")
    assert run.steps() == one.steps()
    assert set(run.maps) == set(one.maps)
    for name, cells in one.at(Kind.GRADIENT, 0).items():
        received = run.at(Kind.GRADIENT, 0)[name]
        assert received["l2"] == pytest.approx(cells["l2"], rel=1e-3), name
        assert received["cosine"] == pytest.approx(cells["cosine"], nan_ok=True)


def test_histograms_are_those_of_one_device(place):
    run, one = read_events.read(place[1] / "sharded"), read_events.read(place[1] / "one")
    for name, counts in one.histograms[Kind.WEIGHT_HISTOGRAM][0].items():
        received = run.histograms[Kind.WEIGHT_HISTOGRAM][0][name]
        assert received.tolist() == counts.tolist(), name


def test_no_weight_gradient_or_update_is_gathered(place):
    """Of the compiled step, the largest thing that moves is smaller than a device's piece."""
    files = list((place[1] / "hlo").glob("*jit_observed*after_optimizations.txt"))
    steps = [text for text in (file.read_text() for file in files) if "all-reduce" in text]
    assert steps
    for text in steps:
        found = re.findall(
            r"= [a-z0-9]+\[([0-9,]*)\]\S* (all-gather|all-to-all|collective-perm)", text
        )
        sizes = {math.prod(int(n) for n in shape.split(",") if n): what for shape, what in found}
        assert max(sizes, default=0) < PIECE, sizes
