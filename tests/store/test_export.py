import sys

import numpy as np
import pytest

from tb_keras_inspect import compare, load_run
from tb_keras_inspect.store import StoreError
from tests.store.run_writer import write_run


@pytest.fixture
def run(tmp_path):
    write_run(tmp_path / "a").close()
    return load_run(tmp_path / "a")


def test_a_table_as_a_data_frame(run):
    pytest.importorskip("pandas")
    table = run.table("gradient")
    frame = table.to_pandas()
    assert frame.index.name == "step"
    assert frame.columns.names == ["name", "statistic"]
    np.testing.assert_array_equal(frame["dense/kernel"]["std"], table.row("dense/kernel")[:, 2])
    assert frame.loc[20, ("conv/bias", "l2")] == table.values[2, 1, 0]


def test_other_results_as_data_frames(run):
    pytest.importorskip("pandas")
    assert run.units("conv").to_pandas().shape == (5, 4)
    histogram = run.histogram("gradient", "conv/bias")
    assert histogram.to_pandas().loc[10].sum() == 8
    assert run.loss.to_pandas().loc[0, "loss"] == 1
    aligned = compare([run, run]).select("gradient", "l2")
    assert aligned.to_pandas()["a (2)", "dense/bias"].tolist() == aligned.values[1, :, 3].tolist()


def test_results_as_labelled_arrays(run):
    pytest.importorskip("xarray")
    table = run.table("gradient")
    array = table.to_xarray()
    assert array.dims == ("step", "name", "statistic")
    assert array.sel(step=30, name="dense/bias", statistic="mean").item() == table.values[3, 3, 1]
    units = run.units("conv").to_xarray()
    assert units["dead"].dtype == bool
    assert units["max_abs"].sel(step=20).values.tolist() == [20] * 4
    assert "epoch" in units["max_abs"].attrs["window"]
    assert run.histogram("gradient", "conv/bias").to_xarray().sel(step=10).sum().item() == 8
    aligned = compare([run]).select("gradient", "l2")
    assert aligned.to_xarray().sel(run="a", step=40, name="conv/bias").item() == pytest.approx(40.1)


@pytest.mark.parametrize(("module", "method"), [("pandas", "to_pandas"), ("xarray", "to_xarray")])
def test_a_missing_package_is_named(run, monkeypatch, module, method):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(StoreError, match=f"pip install {module}"):
        getattr(run.table("gradient"), method)()
