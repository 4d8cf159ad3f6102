"""Histograms over time."""

import numpy as np
import pytest

from tb_keras_inspect import load_run, plots
from tb_keras_inspect.plots.histogram import _near_zero_as_one
from tb_keras_inspect.records import Kind, bins
from tests.plots.pixels import bare_axes, cells
from tests.store.run_writer import RunWriter, make_model


@pytest.fixture(scope="module")
def spread(tmp_path_factory):
    """400 elements a step: -2 and 1 by halves, then all 1; one of 2**-30 that is too rare to matter."""
    directory = tmp_path_factory.mktemp("logs") / "spread"
    writer = RunWriter(directory, make_model(["a"]))
    writer.write_model(0)
    for step, minus_two in ((0, 200), (10, 0)):
        values = np.full(400, 1.0)
        values[:minus_two] = -2
        values[-1] = 2.0**-30
        writer.write(step, writer.histogram(Kind.GRADIENT_HISTOGRAM, [values, values * 0]))
    writer.close()
    return load_run(directory)


def test_cells_are_shares_of_the_elements_of_a_step(spread):
    ax = plots.histograms(spread, "a/kernel")
    shares = ax.collections[0].get_array().filled(0)
    # From the bottom: -2, the rest about zero, 1. (-4, -2] is empty: an edge belongs outwards.
    assert shares.sum(axis=0) == pytest.approx([100, 100])
    assert shares[0].tolist() == [50, 0]
    assert shares[-1].tolist() == [49.75, 99.75]
    assert shares[1:-1].sum(axis=0) == pytest.approx([0.25, 0.25])
    assert len(shares) <= 4


def test_bins_are_drawn_upwards_and_empty_ones_stay_white(spread):
    ax = plots.histograms(spread, "a/kernel", ax=bare_axes(2, 30))
    found = cells(ax, 2, 30)
    assert (found[-1, 1] == 255).all(), "no -2 in the second step"
    assert not (found[-1, 0] == 255).all()
    assert not (found[0] == 255).all(axis=1).any()


def test_small_magnitudes_are_put_together_and_none_is_lost():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(3, 5000)) * 10.0 ** rng.integers(-6, 3, (3, 1))
    counts = np.stack([bins.count(row) for row in values]).astype(np.uint32)
    merged, edges = _near_zero_as_one(counts, bins.edges())
    assert len(edges) == merged.shape[1] + 1
    assert (np.diff(edges) > 0).all()
    assert (merged.sum(axis=1) == 5000).all()
    middle = merged.shape[1] // 2
    assert merged[:, middle].sum() <= 0.005 * values.size
    for row, counted in zip(values, merged, strict=True):
        inside = np.abs(row) < edges[middle + 1]
        assert counted[middle] == inside.sum()


def test_a_tensor_of_zeros_has_one_bin(spread):
    ax = plots.histograms(spread, "a/bias")
    assert ax.collections[0].get_array().filled(0).tolist() == [[100, 100]]
