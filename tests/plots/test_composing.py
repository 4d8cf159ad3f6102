"""Every picture can be one of several in a figure, and says what it needs."""

import inspect
import subprocess
import sys

import matplotlib.pyplot as plt
import pytest

from tb_keras_inspect import plots

PLACES = {
    "activation_function": ["conv"],
    "activation_maps": ["conv"],
    "attention": ["conv"],
    "histograms": ["conv/kernel"],
    "kernels": ["conv/kernel"],
    "unit_activity": ["conv"],
}
DRAWINGS = [name for name in plots.__all__ if name != "overview"]


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_picture_goes_into_the_axes_given_and_returns_them(run, name):
    figure, (given, other) = plt.subplots(1, 2)
    returned = getattr(plots, name)(run, *PLACES.get(name, []), ax=given)
    assert returned is given
    assert given.has_data() or given.images
    assert not other.has_data()
    assert plt.get_fignums() == [figure.number]


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_picture_makes_a_figure_of_its_own_where_none_is_given(run, name):
    ax = getattr(plots, name)(run, *PLACES.get(name, []))
    ax.figure.canvas.draw()
    assert ax in ax.figure.axes


@pytest.mark.parametrize("name", plots.__all__)
def test_a_docstring_says_what_goes_in_what_comes_out_and_shows_it(name):
    text = inspect.getdoc(getattr(plots, name))
    for part in ("Args:", "Returns:", "Example:", f"plots.{name}("):
        assert part in text


def test_overview_has_four_pictures_and_says_what_is_missing(run, tmp_path):
    assert len(plots.overview(run).axes) >= 4
    from tb_keras_inspect import load_run
    from tests.store.run_writer import RunWriter

    RunWriter(tmp_path / "bare").close()
    figure = plots.overview(load_run(tmp_path / "bare"))
    shown = [text.get_text() for ax in figure.axes for text in ax.texts]
    assert sum("No kind" in text for text in shown) == 3


def test_without_matplotlib_the_error_says_what_to_install():
    code = "import sys; sys.modules['matplotlib'] = None; import tb_keras_inspect.plots"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "pip install 'tb-keras-inspect[plot]'" in done.stderr
