"""The loss, what is not finite in it, and findings."""

import numpy as np

from tb_keras_inspect import load_run, plots
from tb_keras_inspect.diagnosis import Finding
from tests.plots.pixels import content, texts
from tests.store.run_writer import RunWriter


def line(ax, label):
    (found,) = [item for item in ax.lines if item.get_label() == label]
    return found


def test_batches_and_epochs_are_where_they_were_recorded(run):
    ax = plots.loss(run, findings=())
    np.testing.assert_allclose(
        line(ax, "batch, sampled steps").get_ydata(), [1 / (1 + s) for s in range(0, 60, 10)]
    )
    assert line(ax, "val_loss, epoch").get_xdata().tolist() == [29, 59]


def test_a_loss_that_is_not_finite_is_marked_in_red(tmp_path):
    writer = RunWriter(tmp_path / "a")
    writer.write_model(0)
    for step, loss in enumerate([1.0, 0.5, np.nan, np.inf]):
        writer.sample(step, loss=loss)
    writer.close()
    ax = plots.loss(load_run(tmp_path / "a"), findings=())
    assert line(ax, "not finite").get_xdata().tolist() == [2, 3]
    ax.figure.canvas.draw()


def test_findings_are_named_where_they_begin(run):
    finding = Finding("dying_relu", "error", 1.0, "t", 20, 59, True, "c")
    ax = plots.loss(run, [finding] * 6)
    assert "error: dying_relu, step 20" in texts(ax)
    assert "and 2 more findings" in texts(ax)
    spans = [patch.get_x() for patch in ax.patches]
    assert spans == [20, 20, 20, 20]


def test_a_run_without_a_loss_is_drawn_empty(tmp_path):
    writer = RunWriter(tmp_path / "a")
    writer.write_model(0)
    writer.close()
    ax = plots.loss(load_run(tmp_path / "a"), findings=())
    assert content(ax) == []
    assert ax.get_ylabel() == "loss"
