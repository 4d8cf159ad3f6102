import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tb_keras_inspect.store.tables.growing import GrowingArray


@pytest.mark.parametrize("axis", [0, 1])
@given(counts=st.lists(st.integers(0, 40), max_size=8), reserve=st.integers(0, 100))
def test_appended_rows_stay_in_order(axis, counts, reserve):
    array = GrowingArray((2, 3), np.float32, axis)
    array.reserve(reserve)
    total = 0
    for count in counts:
        block = np.moveaxis(array.extend(count), axis, 0)
        block[:] = np.arange(total, total + count)[:, None, None]
        total += count
    got = np.moveaxis(array.view, axis, 0)
    assert got.shape == (total, 2, 3)
    np.testing.assert_array_equal(got[:, 0, 0], np.arange(total))
    assert array.nbytes >= got.nbytes


def test_a_view_is_read_only_and_keeps_its_numbers_when_the_array_changes():
    array = GrowingArray((1,), np.float32)
    array.extend(3)[:, 0] = [1, 2, 3]
    view = array.view
    array.extend(100)[:] = 9
    array.take(np.array([2]))
    array.extend(2)[:] = 7
    np.testing.assert_array_equal(view[:, 0], [1, 2, 3])
    with pytest.raises(ValueError, match="read-only"):
        view[0] = 5


def test_reshape_moves_old_cells_and_fills_new_ones():
    array = GrowingArray((2,), np.float32, fill=np.nan)
    array.extend(2)[:] = [[1, 2], [3, 4]]
    everything = slice(None)
    array.reshape((3,), (everything, np.array([2, 0])), (everything, np.array([0, 1])))
    np.testing.assert_array_equal(array.view, [[2, np.nan, 1], [4, np.nan, 3]])


def test_reserving_avoids_growth_in_between():
    array = GrowingArray((4,), np.float32)
    array.reserve(1000)
    array.extend(10)
    before = array.view
    array.extend(990)
    assert np.shares_memory(before, array.view)
