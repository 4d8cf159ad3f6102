"""The model's graph with numbers on it."""

import numpy as np
import pytest
from matplotlib.patches import FancyBboxPatch

from tb_keras_inspect import load_run, plots
from tests.plots.pixels import texts
from tests.store.run_writer import RunWriter, make_model


def boxes(ax):
    return [patch for patch in ax.patches if isinstance(patch, FancyBboxPatch)]


def test_every_layer_is_a_box_with_the_largest_number_of_its_variables(run):
    ax = plots.model_graph(run, step=50)
    assert len(boxes(ax)) == 3
    l2 = run.table("gradient").select("l2")[-1]
    shown = [text for text in texts(ax) if text.startswith("conv\n")]
    assert shown == [f"conv\nDense  {max(l2[:2]):.2g}"]


def test_a_number_that_is_not_finite_makes_the_box_red(tmp_path):
    writer = RunWriter(tmp_path / "a", make_model(["x", "y"]))
    writer.write_model(0)
    values = np.ones((4, 6))
    values[1] = np.nan  # x/bias: the kernel beside it is finite
    from tb_keras_inspect.records import Kind

    writer.write(0, writer.table(Kind.GRADIENT, 0, values))
    writer.close()
    first, second = boxes(plots.model_graph(load_run(tmp_path / "a")))
    assert first.get_facecolor()[0] > 0.8 > second.get_facecolor()[0]


def test_it_is_drawn_without_numbers_too(run):
    ax = plots.model_graph(run, kind=None)
    assert len(boxes(ax)) == 3
    names = ["conv\nDense", "middle\nDense", "dense\nDense"]
    assert [text.strip() for text in texts(ax) if "Dense" in text] == names


def test_a_model_too_large_for_a_figure_is_refused(tmp_path):
    names = [f"layer_{number}" for number in range(200)]
    writer = RunWriter(tmp_path / "a", make_model(names))
    writer.write_model(0)
    writer.close()
    with pytest.raises(ValueError, match=r"at most 150 layers\. Received: 200"):
        plots.model_graph(load_run(tmp_path / "a"), kind=None)
