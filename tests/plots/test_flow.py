"""One statistic of all rows, by layer and over time."""

import dataclasses

import matplotlib
import numpy as np
import pytest

from tb_keras_inspect import plots
from tb_keras_inspect.plots.axes import BAD, UNKNOWN
from tb_keras_inspect.store import NotRecordedError
from tests.plots.pixels import bare_axes, cells, color


class Changed:
    """A run whose tables are other ones."""

    def __init__(self, run, **changes):
        self.name, self.kinds, self.model = run.name, run.kinds, run.model
        self._run, self._changes = run, changes

    def table(self, kind):
        return dataclasses.replace(self._run.table(kind), **self._changes)


def values_of(run):
    return np.array(run.table("gradient").values)


def test_over_time_colours_are_those_of_the_numbers(run):
    ax = plots.over_time(run, kernels_only=False, ax=bare_axes(6, 6))
    values = run.table("gradient").select("l2").T
    norm = ax.collections[0].norm
    wanted = matplotlib.colormaps["viridis"](norm(values), bytes=True)[:, :, :3]
    assert np.abs(cells(ax, 6, 6).astype(int) - wanted.astype(int)).max() <= 1
    assert norm(values.max()) == pytest.approx(1)


def test_over_time_shows_a_nan_in_red_and_what_was_not_recorded_in_grey(run):
    values, recorded = values_of(run), np.ones((6, 6), bool)
    values[2, 1], values[3, 4], recorded[5, 0] = np.nan, np.inf, False
    values[5, 0] = np.nan
    changed = Changed(run, values=values, recorded=recorded)
    found = cells(plots.over_time(changed, kernels_only=False, ax=bare_axes(6, 6)), 6, 6)
    red = (found == color(BAD)).all(axis=2)
    grey = (found == color(UNKNOWN)).all(axis=2)
    assert sorted(zip(*np.nonzero(red), strict=True)) == [(1, 2), (4, 3)]
    assert sorted(zip(*np.nonzero(grey), strict=True)) == [(0, 5)]


def test_kernels_alone_are_shown_unless_told_otherwise(run):
    ax = plots.gradient_flow(run)
    shown = [label.get_text() for label in ax.get_yticklabels()]
    assert shown == ["conv/kernel", "middle/kernel", "dense/kernel"]
    assert len(plots.gradient_flow(run, kernels_only=False).get_yticklabels()) == 6


def test_gradient_flow_shows_the_step_asked_for_and_the_range_of_the_run(run):
    ax = plots.gradient_flow(run, step=25, kernels_only=False)
    table = run.table("gradient")
    (dots, *_) = ax.lines
    np.testing.assert_allclose(dots.get_xdata(), table.select("l2")[2], rtol=1e-6)
    assert "step 20 (nearest to 25)" in ax.get_legend_handles_labels()[1]
    values = table.select("l2")
    ends = [bar.get_x() + bar.get_width() for bar in ax.patches]
    np.testing.assert_allclose(ends, values.max(axis=0), rtol=1e-6)


def test_gradient_flow_marks_rows_that_are_not_finite(run):
    values = values_of(run)
    values[5, 2, 0] = np.nan
    ax = plots.gradient_flow(Changed(run, values=values), kernels_only=False)
    crosses = [line for line in ax.lines if line.get_marker() == "x"]
    assert [line.get_ydata().tolist() for line in crosses] == [[2.5]]


def test_a_table_of_nothing_but_nan_is_red_all_over(run):
    changed = Changed(run, values=np.full_like(values_of(run), np.nan))
    found = cells(plots.over_time(changed, kernels_only=False, ax=bare_axes(6, 6)), 6, 6)
    assert (found == color(BAD)).all()
    lines = plots.gradient_flow(changed, kernels_only=False).lines
    crosses = [line.get_ydata().tolist() for line in lines if line.get_marker() == "x"]
    assert crosses == [[0.5, 1.5, 2.5, 3.5, 4.5, 5.5]]


def test_a_table_of_nothing_but_zeros_has_one_colour_and_its_dots_at_zero(run):
    changed = Changed(run, values=np.zeros_like(values_of(run)))
    found = cells(plots.over_time(changed, kernels_only=False, ax=bare_axes(6, 6)), 6, 6)
    assert len(np.unique(found.reshape(-1, 3), axis=0)) == 1
    assert not (found == color(BAD)).all()
    (dots,) = plots.gradient_flow(changed, kernels_only=False).lines
    assert dots.get_xdata().tolist() == [0] * 6


def test_signed_statistics_have_zero_in_the_middle_of_their_colours(run):
    norm = plots.over_time(run, statistic="mean").collections[0].norm
    assert norm.vmin == -norm.vmax


def named(run, old, new, values):
    """The run with other values of its gradients, one of whose statistics has another name."""
    names = tuple(new if name == old else name for name in run.table("gradient").statistics)
    return Changed(run, statistics=names, values=values)


def cosines_of(run):
    """A run with cosines from -0.8 to 0.2."""
    values = values_of(run)
    values[:, :, 1] = np.linspace(-0.8, 0.2, 36).reshape(6, 6)
    return named(run, "mean", "cosine", values)


def test_a_signed_statistic_has_zero_in_the_middle_of_a_linear_axis(run):
    changed = cosines_of(run)
    ax = plots.gradient_flow(changed, step=0, statistic="cosine", kernels_only=False)
    assert ax.get_xscale() == "linear"
    left, right = ax.get_xlim()
    assert left == -right
    assert left < -0.8
    (dots, *_) = ax.lines
    cosines = changed.table("gradient").select("cosine")
    np.testing.assert_allclose(dots.get_xdata(), cosines[0], rtol=1e-6)
    starts = [bar.get_x() for bar in ax.patches]
    np.testing.assert_allclose(starts, cosines.min(axis=0), rtol=1e-6)


def test_colours_of_a_cosine_have_zero_in_the_middle(run):
    mesh = plots.over_time(cosines_of(run), statistic="cosine", kernels_only=False).collections[0]
    assert mesh.norm(0.0) == 0.5
    assert mesh.norm(-0.8) == pytest.approx(0, abs=1e-6)
    assert mesh.cmap.name == "RdBu_r"


@pytest.mark.parametrize("statistic", ["loss", "metric_of_the_user"])
def test_values_below_zero_are_not_hidden_by_a_logarithm(run, statistic):
    values = values_of(run)
    values[0, 0, 0] = -5.0
    changed = named(run, "l2", statistic, values)
    ax = plots.gradient_flow(changed, step=0, statistic=statistic, kernels_only=False)
    assert ax.get_xscale() == "linear"
    assert ax.lines[0].get_xdata()[0] == -5.0
    norm = plots.over_time(changed, statistic=statistic, kernels_only=False).collections[0].norm
    assert norm.vmin == -5.0


def test_what_was_not_recorded_is_said(run):
    with pytest.raises(NotRecordedError, match="No statistic 'l3'"):
        plots.over_time(run, statistic="l3")
