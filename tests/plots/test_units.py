"""Dead units: shares and single ones."""

import numpy as np
import pytest

from tb_keras_inspect import load_run, plots
from tb_keras_inspect.plots.axes import BAD, DEAD
from tests.plots.pixels import bare_axes, cells, color
from tests.store.run_writer import RunWriter, make_model


@pytest.fixture(scope="module")
def dying(tmp_path_factory):
    """Four units over six samples, a window of one sample: unit 1 dies at 20, unit 3 at 40, and unit
    2 is NaN at 50."""
    directory = tmp_path_factory.mktemp("logs") / "dying"
    writer = RunWriter(directory, make_model(["a"], steps_per_epoch=10))
    writer.write_model(0)
    for step in range(0, 60, 10):
        activity = np.array([1.0, step < 20, np.nan if step == 50 else 2.0, step < 40], np.float32)
        writer.write(step, writer.units({0: activity}))
    writer.close()
    return load_run(directory)


def test_shares_of_dead_units_are_those_of_the_store(dying):
    ax = plots.dead_units(dying)
    (line,) = ax.lines
    assert line.get_ydata().tolist() == [0, 0, 25, 25, 50, 50]
    assert "one epoch" in ax.get_xlabel()


def test_each_dead_unit_is_dark_and_a_nan_is_red(dying):
    ax = plots.unit_activity(dying, "a", sort=False, ax=bare_axes(6, 4))
    found = cells(ax, 6, 4)
    dark = (found == color(DEAD)).all(axis=2)
    assert dark.astype(int).tolist() == [
        [0, 0, 0, 0, 0, 0],
        [0, 0, 1, 1, 1, 1],
        [0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 1, 1],
    ]
    red = (found == color(BAD)).all(axis=2)
    assert sorted(zip(*np.nonzero(red), strict=True)) == [(2, 5)]


def test_units_that_are_dead_longest_come_first(dying):
    found = cells(plots.unit_activity(dying, "a", ax=bare_axes(6, 4)), 6, 4)
    dark = (found == color(DEAD)).all(axis=2).sum(axis=1)
    assert dark.tolist() == [4, 2, 0, 0]


def test_only_the_layers_asked_for_are_drawn(run):
    assert len(plots.dead_units(run).lines) == 3
    (line,) = plots.dead_units(run, ["middle"]).lines
    assert line.get_label() == "middle"
