"""Every picture can be one of several in a figure, and says what it needs."""

import functools
import inspect
import subprocess
import sys

import matplotlib.pyplot as plt
import pytest

from tb_keras_inspect import plots
from tests.plots.pixels import content

PLACES = {
    "activation_function": ["conv"],
    "activation_maps": ["conv"],
    "attention": ["conv"],
    "histograms": ["conv/kernel"],
    "kernels": ["conv/kernel"],
    "unit_activity": ["conv"],
}
# Several pictures, and what is no run.
OTHERS = ("overview", "learning_rate", "coordinates")
DRAWINGS = [name for name in plots.__all__ if name not in OTHERS]


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_picture_goes_into_the_axes_given_and_returns_them(run, name):
    figure, (given, other) = plt.subplots(1, 2)
    returned = getattr(plots, name)(run, *PLACES.get(name, []), ax=given)
    assert returned is given
    assert content(given)
    assert content(other) == []
    assert plt.get_fignums() == [figure.number]


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_picture_makes_a_figure_of_its_own_with_the_same_content_where_none_is_given(run, name):
    _, given = plt.subplots()
    draw = functools.partial(getattr(plots, name), run, *PLACES.get(name, []))
    alone = draw()
    assert alone.figure is not given.figure
    assert content(alone) == content(draw(ax=given))


@pytest.mark.parametrize("name", plots.__all__)
def test_a_docstring_says_what_goes_in_what_comes_out_and_shows_it(name):
    text = inspect.getdoc(getattr(plots, name))
    for part in ("Args:", "Returns:", "Example:", f"plots.{name}("):
        assert part in text


def test_overview_has_four_pictures_and_says_what_is_missing(run, tmp_path):
    titled = {ax.get_title(): content(ax) for ax in plots.overview(run).axes if ax.get_title()}
    assert list(titled) == [
        "Loss", "Gradient of each layer", "Gradients over time", "Dead units",
    ]  # fmt: skip
    alone = (plots.loss, plots.gradient_flow, plots.over_time, plots.dead_units)
    assert list(titled.values()) == [content(draw(run)) for draw in alone]
    from tb_keras_inspect import load_run
    from tests.store.run_writer import RunWriter

    RunWriter(tmp_path / "bare").close()
    figure = plots.overview(load_run(tmp_path / "bare"))
    shown = [text.get_text() for ax in figure.axes for text in ax.texts]
    assert sum("No kind" in text for text in shown) == 3


def test_without_matplotlib_the_error_says_what_to_install():
    code = "import sys; sys.modules['matplotlib'] = None; import tb_keras_inspect.plots"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "pip install '.[plot]'" in done.stderr
