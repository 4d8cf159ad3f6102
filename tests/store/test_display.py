"""Runs and their parts in a notebook: short, nothing hidden, nothing from a log as markup."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from tb_keras_inspect import compare, load_run
from tb_keras_inspect.store.display import MOST_POINTS, described, sparkline
from tests.store.run_writer import RunWriter, make_model, write_run

HOSTILE = "<script>alert(1)</script>&$"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """All that can be shown, under a name that is markup."""
    directory = tmp_path_factory.mktemp("logs") / "<b>run"
    writer = write_run(directory, layers=(HOSTILE, "dense"), name=HOSTILE)
    writer.inside(40)
    writer.close()
    return load_run(directory)


def parts(run):
    site = run.map_names()[0]
    return [
        run,
        run.table("gradient"),
        run.units("dense"),
        run.units_at(),
        run.histogram("gradient", "dense/kernel"),
        run.loss,
        run.predictions,
        run.activation_functions(),
        run.maps(site),
        compare([run]),
        compare([run]).select("gradient", "l2"),
    ]


def test_every_part_is_well_formed_markup_with_no_name_as_markup(run):
    for part in parts(run):
        markup = part._repr_html_()
        ElementTree.fromstring(f"<div>{markup}</div>")
        assert "<script" not in markup, type(part)
        assert "<b>run" not in markup, type(part)


def test_every_part_fits_on_a_few_lines_of_a_terminal(run):
    for part in parts(run):
        assert len(repr(part)) < 700
        assert type(part).__name__ in repr(part)


def test_a_run_shows_its_samples_its_model_and_what_could_not_be_read(tmp_path):
    writer = RunWriter(tmp_path / "a", make_model(["only"]))
    writer.write_model(0)
    writer.sample(7, loss=np.nan)
    writer.sample(9, loss=2.0)
    writer.close()
    (path,) = (tmp_path / "a").iterdir()
    path.write_bytes(path.read_bytes()[:-3])
    markup = load_run(tmp_path / "a")._repr_html_()
    assert "1, steps 7 to 7" in markup
    assert "Sequential" in markup


def test_arrays_are_told_by_shape_range_and_what_is_not_finite():
    values = np.array([[1, np.nan], [np.inf, -4]], np.float32)
    assert described(values) == "float32[2, 2], -4 to 1, 2 not finite"
    assert described(np.full(3, np.nan)) == "float64[3], nothing finite"
    assert described(np.array([True, False])) == "bool[2], 50 % true"
    assert described(np.zeros((0, 4), np.float32)) == "float32[0, 4]"


def test_a_sparkline_marks_what_is_not_finite_and_stays_small():
    steps = np.arange(100_000)
    values = np.sin(steps / 1e4)
    values[::2] = np.nan
    picture = sparkline(steps, values, '"')
    ElementTree.fromstring(picture)
    assert picture.count("<rect") == MOST_POINTS
    points = re.search(r'points="([^"]*)"', picture)[1].split()
    assert MOST_POINTS <= len(points) <= 2 * MOST_POINTS
    assert sparkline(steps[:2], np.array([np.nan, np.inf]), "t") == ""
