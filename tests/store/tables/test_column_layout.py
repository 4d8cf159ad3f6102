import numpy as np
import pytest

from tb_keras_inspect.records import RecordError
from tb_keras_inspect.store.tables.column_layout import (
    MOST_CELLS,
    MOSTLY,
    Columns,
    decode_in_groups,
    is_too_empty,
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


def test_neighbours_of_one_layout_are_appended_at_once_and_bad_messages_keep_their_reason():
    appended = []

    def decode(message):
        if message == b"bad":
            raise RecordError("not a record")
        return int(message)

    def append(group):
        if group[0] == 9:
            return "no room"
        start = sum(map(len, appended))
        appended.append(group)
        return start

    messages = [b"1", b"3", b"bad", b"5", b"2", b"9", b"4"]
    results = decode_in_groups(messages, decode, lambda n: "odd" if n in (1, 3, 5) else n, append)
    assert appended == [[1, 3, 5], [2], [4]]
    assert results == [0, 1, "not a record", 2, 3, "no room", 4]


def test_no_messages_append_nothing():
    assert decode_in_groups([], int, int, pytest.fail) == []
