"""Names as plain text, which sample is shown, how wide columns are."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest

from tb_keras_inspect.plots import axes


@pytest.mark.parametrize("name", ["$\\frac{1}{", "a$b$c", "\\alpha_{", "x\x1b[31m\n", "<b>"])
def test_a_name_from_a_log_is_drawn_as_it_stands(name):
    ax = axes.axes_of(None)
    ax.set_title(axes.plain(name))
    ax.figure.canvas.draw()  # markup that is wrong would raise here
    assert "\x1b" not in ax.get_title()
    assert ax.get_title().replace(r"\$", "$").count("$") == name.count("$")


def test_a_long_name_keeps_both_ends():
    short = axes.plain("encoder/" + "x" * 90 + "/kernel", 32)
    assert len(short) <= 32
    assert short.startswith("encoder/")
    assert short.endswith("/kernel")


@pytest.mark.parametrize(
    ("step", "index"), [(None, 2), (-5, 0), (0, 0), (19, 1), (20, 2), (999, 2)]
)
def test_the_newest_sample_at_or_before_a_step_is_taken(step, index):
    assert axes.at_step(np.array([0, 10, 20]), step) == index


def test_a_run_without_samples_cannot_be_drawn():
    with pytest.raises(ValueError, match="Received: one with none"):
        axes.at_step(np.zeros(0, np.int64), None)


def test_a_title_says_where_another_sample_is_shown_than_asked_for():
    assert axes.shown_step(10, None) == axes.shown_step(10, 10) == "step 10"
    assert "nearest to 14" in axes.shown_step(10, 14)


def test_columns_reach_half_way_to_their_neighbours():
    assert axes.column_edges(np.array([0, 10, 40])).tolist() == [-5, 5, 25, 55]
    assert axes.column_edges(np.array([7])).tolist() == [6.5, 7.5]


def test_many_samples_are_pooled_and_a_nan_is_kept():
    values = np.zeros((6000, 1))
    values[1234] = np.nan
    steps, columns = axes.pooled(np.arange(6000), values)
    assert len(steps) == axes.WIDTH
    assert np.isnan(columns).sum() == 1


def test_axes_given_are_drawn_into_and_no_figure_is_made():
    _, given = plt.subplots()
    assert axes.axes_of(given) is given
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize("rows", [1, 10, 300, 5000])
def test_a_figure_of_many_rows_stays_a_page_and_its_names_apart(rows):
    ax = axes.axes_of(None, height=axes.height_of(rows))
    axes.name_rows(ax, [f"layer_{number}" for number in range(rows)])
    ax.figure.canvas.draw()
    assert ax.figure.get_size_inches()[1] <= axes.TALLEST
    boxes = [label.get_window_extent() for label in ax.get_yticklabels()]
    assert len(boxes) >= min(rows, 20)
    gaps = [upper.y0 - lower.y1 for upper, lower in itertools.pairwise(boxes)]
    assert all(gap > -1 for gap in gaps), "names stand on each other"
