"""Columns hold every number once, and nothing that was not recorded."""

import numpy as np
import pytest

from tb_keras_inspect.export import columns
from tb_keras_inspect.store import NotRecordedError


def together(run, kind):
    parts = list(columns.blocks(run, kind))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


@pytest.fixture(params=[1 << 20, 1])
def block_size(request, monkeypatch):
    monkeypatch.setattr(columns, "CELLS", request.param)


def test_a_table_has_a_row_for_each_recorded_name_at_each_step(run, block_size):
    found, table = together(run, "gradient"), run.table("gradient")
    wanted = [
        (step, name, *table.values[s, n])
        for s, step in enumerate(table.steps)
        for n, name in enumerate(table.names)
        if table.recorded[s, n]
    ]
    assert len(wanted) == 15
    assert list(found) == ["step", "name", *table.statistics]
    for number, row in enumerate(zip(*found.values(), strict=True)):
        assert row[:2] == wanted[number][:2]
        np.testing.assert_array_equal(row[2:], wanted[number][2:])
    assert np.isnan(found["l2"]).sum() == 1
    assert np.isinf(found["max_abs"]).sum() == 1


def test_units_and_their_deaths(run, block_size):
    found = together(run, "units")
    units = run.units("dense")
    mine = found["name"] == "dense"
    np.testing.assert_array_equal(found["max_abs"][mine], units.max_abs.ravel())
    np.testing.assert_array_equal(found["dead"][mine], units.dead.ravel())
    assert found["unit"][mine].tolist() == [0, 1, 2, 3] * len(units.steps)


def test_histograms_without_their_empty_bins(run, block_size):
    found = together(run, "gradient_histogram")
    assert (found["count"] == 8).all()
    assert len(found["count"]) == 3 * 4  # all elements of a row are equal: one bin
    row = {name: number for number, name in enumerate(run.table("gradient").names)}
    assert found["low"].tolist() == [2.0 ** -row[name] for name in found["name"]]
    assert (found["high"] == 2 * found["low"]).all()


def test_a_metric_that_is_called_as_a_column_is_keeps_a_name_of_its_own(run):
    found = together(run, "epoch")
    assert found["name"].tolist() == [""]
    assert found["name_"].tolist() == [7]


def test_a_kind_that_is_not_there_is_said_with_those_that_are(run):
    with pytest.raises(NotRecordedError, match=r"'input'.*'gradient'"):
        columns.checked_kinds(run, ["input"])
    assert columns.checked_kinds(run, None) == columns.exportable(run)
