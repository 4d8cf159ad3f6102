"""The plots of the report: where points lie, and what happens to odd numbers."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tb_keras_inspect.html.svg import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    series_svg,
)


def points(svg):
    (line,) = re.findall(r'class="line" d="M([^"]*)"', svg)
    return [tuple(map(float, point.split())) for point in line.split("L")]


def test_first_and_last_point_lie_in_the_corners():
    found = points(series_svg(np.array([10, 20]), np.array([1.0, 3.0]), "t"))
    assert found == [(LEFT, HEIGHT - BOTTOM), (WIDTH - RIGHT, TOP)]


def test_orders_of_magnitude_are_equally_far_apart():
    heights = [y for _, y in points(series_svg(np.arange(4), 10.0 ** np.arange(4), "t"))]
    np.testing.assert_allclose(np.diff(heights), np.diff(heights)[0], atol=0.11)


def test_extremes_survive_thinning():
    values = np.ones(10_000)
    values[7777] = 2.0
    assert min(y for _, y in points(series_svg(np.arange(10_000), values, "t"))) == TOP


def test_values_that_are_not_finite_are_marked():
    svg = series_svg(np.arange(3), np.array([1.0, np.nan, 2.0]), "t")
    assert svg.count('class="bad"') == 1
    assert len(points(svg)) == 2


def test_titles_are_escaped():
    assert "<b>" not in series_svg(np.arange(2), np.ones(2), "<b>")


@pytest.mark.parametrize("values", [[], [np.nan, np.inf]])
def test_without_a_finite_value_there_is_no_picture(values):
    assert series_svg(np.arange(len(values)), np.array(values), "t") == ""


@given(st.lists(st.floats(width=32), min_size=1, max_size=30), st.floats(), st.integers())
def test_any_numbers_make_valid_xml_within_the_picture(values, threshold, first):
    with np.errstate(all="ignore"):
        svg = series_svg(np.arange(len(values)), np.array(values), "t", threshold, first)
    if svg:
        ElementTree.fromstring(svg)
        assert "nan" not in svg.lower().replace("nan)", "")
        for x, y in points(svg):
            assert LEFT <= x <= WIDTH - RIGHT
            assert TOP - 0.1 <= y <= HEIGHT - BOTTOM + 0.1
