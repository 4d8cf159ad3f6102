"""Figures without a display, closed after each test; one run to draw."""

import matplotlib
import pytest

matplotlib.use("agg")


@pytest.fixture(autouse=True)
def close_figures():
    """Figures stay open until they are closed."""
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run with everything that can be drawn; every number tells its step, row and column."""
    from tb_keras_inspect import load_run
    from tests.plots.shapes import maps_at
    from tests.store.run_writer import RunWriter, make_model

    directory = tmp_path_factory.mktemp("logs") / "a"
    writer = RunWriter(directory, make_model(["conv", "middle", "dense"], steps_per_epoch=30))
    writer.write_model(0)
    for step in range(0, 60, 10):
        writer.sample(step, loss=1 / (1 + step), epoch=step // 30)
    for step in (29, 59):
        writer.write(step, writer.maps({"conv": maps_at(step)}))
        writer.epoch(step, loss=0.5, val_loss=0.6, epoch=step // 30)
        writer.inside(step)
    writer.close()
    return load_run(directory)
