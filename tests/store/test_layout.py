import numpy as np

from tb_keras_inspect.store.layout import Columns, runs_of_equal


def test_merging_takes_the_order_given_and_keeps_what_only_older_records_had():
    columns = Columns(["old", "c"]).merged(["a"], ["a", "b", "c"])
    assert columns.names == ("a", "c", "old")


def test_indices_are_positions():
    np.testing.assert_array_equal(Columns("abc").indices("ca"), [2, 0])


def test_stretches_of_equal_neighbours():
    assert runs_of_equal([1, 3, 2, 5, 7], key=lambda n: n % 2) == [[1, 3], [2], [5, 7]]
    assert runs_of_equal([], key=id) == []
