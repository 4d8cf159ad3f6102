"""Activation maps, kernels, attention: the pixels that are drawn are those recorded."""

import matplotlib
import numpy as np
import pytest

from tb_keras_inspect import load_run, plots
from tb_keras_inspect.plots.axes import BAD
from tb_keras_inspect.plots.mosaic import mosaic
from tests.plots.pixels import bare_axes, cells, color, texts
from tests.plots.shapes import maps_at
from tests.store.run_writer import RunWriter


def test_tiles_are_laid_out_in_rows_with_gaps_between():
    pictures = np.arange(3 * 2 * 2).reshape(3, 2, 2)
    found = mosaic(pictures, columns=2)
    assert found.shape == (5, 5)
    np.testing.assert_array_equal(found[:2, :2], pictures[0])
    np.testing.assert_array_equal(found[:2, 3:], pictures[1])
    np.testing.assert_array_equal(found[3:, :2], pictures[2])
    assert found.mask[2].all()
    assert found.mask[:, 2].all()
    assert found.mask[3:, 3:].all()


def test_activation_maps_show_each_channel_as_recorded(run):
    ax = plots.activation_maps(run, "conv", step=29, ax=bare_axes(9, 9))
    found = cells(ax, 9, 9)
    (image, *_) = ax.images
    tile = maps_at(29)[0, 0] / image.norm.vmax
    wanted = matplotlib.colormaps["viridis"](tile, bytes=True)[:, :, :3].astype(int)
    for top, left in ((0, 0), (0, 5), (5, 0)):
        assert np.abs(found[top : top + 4, left : left + 4] - wanted).max() <= 2
    assert (found[4] == 255).all()
    assert (found[5:, 5:] == 255).all(), "three channels: the fourth place is empty"


def test_the_newest_snapshot_is_shown_and_an_older_one_where_asked(run):
    newest, first = (plots.activation_maps(run, "conv", step) for step in (None, 40))
    assert newest.images[0].get_array().max() == pytest.approx(254 + 59, abs=1)
    assert first.images[0].get_array().max() == pytest.approx(254 + 29, abs=1)
    assert any("step 29 (nearest to 40)" in text for text in texts(first))


def test_a_sample_that_is_not_there_is_said(run):
    with pytest.raises(ValueError, match=r"from 0 to 1\. Received: 2"):
        plots.activation_maps(run, "conv", sample=2)


def test_pixels_that_are_not_finite_are_red(tmp_path):
    writer = RunWriter(tmp_path / "a")
    writer.write_model(0)
    values = np.ones((1, 1, 3, 3))
    values[0, 0, 1, 2] = np.nan
    writer.write(5, writer.maps({"conv": values}))
    writer.close()
    ax = plots.activation_maps(load_run(tmp_path / "a"), "conv", ax=bare_axes(3, 3))
    red = (cells(ax, 3, 3) == color(BAD)).all(axis=2)
    assert sorted(zip(*np.nonzero(red), strict=True)) == [(1, 2)]


def test_kernels_have_a_tile_for_each_input_and_unit_about_zero(run):
    ax = plots.kernels(run, "conv/kernel")
    (image, *_) = ax.images
    assert image.get_array().shape == (3 * 4 - 1, 4 * 4 - 1)  # 3 inputs x 4 units of 3 x 3
    assert image.norm.vmin == -image.norm.vmax


def test_attention_of_one_head_is_its_scores(run):
    ax = plots.attention(run, "conv", step=59, head=0)
    wanted = run.maps("conv", "attention")[-1][0, 0]
    np.testing.assert_allclose(ax.images[0].get_array(), wanted)
    with pytest.raises(ValueError, match=r"Expected a head from 0 to 0\. Received: 1"):
        plots.attention(run, "conv", head=1)
