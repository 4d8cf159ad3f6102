import numpy as np

from tb_keras_inspect.store.tables.column_layout import (
    MOST_CELLS,
    MOSTLY,
    Columns,
    is_too_empty,
    runs_of_equal,
)


def test_merging_takes_the_order_given_and_keeps_what_only_older_records_had():
    columns = Columns(["old", "c"]).merged(["a"], ["a", "b", "c"])
    assert columns.names == ("a", "c", "old")


def test_indices_are_positions():
    np.testing.assert_array_equal(Columns("abc").indices("ca"), [2, 0])


def test_columns_to_come_are_counted_once():
    assert Columns("abc").count_with("cdd") == 4


def test_a_table_may_be_large_or_mostly_empty_but_not_both():
    assert not is_too_empty(1000, MOST_CELLS // 1000, recorded=1)
    assert is_too_empty(1000, MOST_CELLS // 1000 + 1, recorded=1)
    assert not is_too_empty(MOST_CELLS, 10, recorded=10 * MOST_CELLS // MOSTLY)
    assert is_too_empty(MOST_CELLS, 10, recorded=10 * MOST_CELLS // MOSTLY - 1)


def test_stretches_of_equal_neighbours():
    assert runs_of_equal([1, 3, 2, 5, 7], key=lambda n: n % 2) == [[1, 3], [2], [5, 7]]
    assert runs_of_equal([], key=id) == []
