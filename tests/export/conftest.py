"""A logdir with everything that is hard to export."""

import pytest

HOSTILE = '=1+1"<b>,\n../../x'


@pytest.fixture(scope="module")
def logdir(tmp_path_factory):
    """Two runs; the first has a hostile layer name, a row that is missing once, and a NaN."""
    import numpy as np

    from tb_keras_inspect.records import Kind
    from tests.store.run_writer import RunWriter, make_model, value_at, write_run

    directory = tmp_path_factory.mktemp("logs")
    writer = RunWriter(directory / "first", make_model([HOSTILE, "dense"], steps_per_epoch=20))
    writer.write_model(0)
    for step in (0, 10, 20):
        writer.sample(step, epoch=step // 20)
    values = value_at(30, 3, 6)
    values[2, 0], values[2, 3] = np.nan, np.inf
    writer.write(30, writer.table(Kind.GRADIENT, 30, values, rows=np.array([0, 1, 3])))
    writer.epoch(19, loss=0.5, name=7.0, epoch=0)  # a metric that is called as a column is
    writer.write(19, writer.maps({HOSTILE: np.ones((2, 3, 4, 4))}))
    writer.close()
    write_run(directory / "nested" / "second").close()
    return directory


@pytest.fixture(scope="module")
def run(logdir):
    """The first of them."""
    from tb_keras_inspect import load_run

    return load_run(logdir / "first")
