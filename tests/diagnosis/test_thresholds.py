"""Thresholds: each has a meaning and a source, and accepts the values in its range."""

import pytest

from tb_keras_inspect.diagnosis import THRESHOLDS, Threshold, Thresholds


def test_every_threshold_says_what_it_is_and_where_it_comes_from():
    names = [item.name for item in THRESHOLDS]
    assert len(set(names)) == len(names)
    for item in THRESHOLDS:
        assert item.definition
        assert item.source
        assert item.low <= item.default <= item.high


def test_given_values_replace_defaults():
    known = [Threshold("a", 1.0, 0.0, 2.0, "d", "s"), Threshold("b", 3.0, 0.0, 9.0, "d", "s")]
    assert dict(Thresholds(known, {"a": "1.5"})) == {"a": 1.5, "b": 3.0}


@pytest.mark.parametrize("value", [-0.1, 2.1, "nan", "x", None, True, [1], "inf"])
def test_values_out_of_range_are_refused_with_the_range(value):
    known = [Threshold("a", 1.0, 0.0, 2.0, "d", "s")]
    with pytest.raises(ValueError, match="'a' must be a number from 0 to 2"):
        Thresholds(known, {"a": value})


def test_unknown_names_are_refused_with_those_there_are():
    with pytest.raises(ValueError, match=r"'dead'.*dead_share"):
        Thresholds(THRESHOLDS, {"dead": 1})
