import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tb_keras_inspect.store.tables.merge import RecordRows, survivors

steps_lists = st.lists(st.integers(-5, 12), max_size=25)


def slow_survivors(steps, walls, restarts):
    alive = []
    for i, step in enumerate(steps):
        superseded = any(later <= step for later in steps[i + 1 :])
        orphaned = any(step > at and walls[i] < wall for at, wall in restarts)
        alive.append(not superseded and not orphaned)
    return alive


@given(steps_lists, st.lists(st.tuples(st.integers(-5, 12), st.integers(0, 30)), max_size=3))
def test_survivors_are_those_no_later_record_supersedes(steps, restarts):
    walls = np.arange(len(steps), dtype=float)
    alive = survivors(np.array(steps, np.int64), walls, restarts)
    assert alive.tolist() == slow_survivors(steps, walls, restarts)
    assert np.all(np.diff(np.array(steps, np.int64)[alive]) > 0)


def test_a_repeated_step_keeps_the_later_record():
    assert survivors(np.array([0, 1, 1, 2]), np.arange(4.0)).tolist() == [True, False, True, True]


def test_a_restart_drops_what_lies_beyond_it():
    alive = survivors(np.array([0, 10, 20, 30, 15, 25]), np.arange(6.0))
    assert alive.tolist() == [True, True, False, False, True, True]


def test_a_model_record_of_a_restart_drops_older_records_beyond_its_step_only():
    steps, walls = np.array([0, 10, 20]), np.array([1.0, 2.0, 3.0])
    assert survivors(steps, walls, [(10, 4.0)]).tolist() == [True, True, False]
    assert survivors(steps, walls, [(10, 2.5)]).tolist() == [True, True, True]


def test_what_was_written_after_a_restart_stays_when_the_clock_goes_back():
    steps, walls = np.array([0, 10, 20, 30]), np.array([1.0, 5.0, 2.0, 2.5])
    assert survivors(steps, walls, [(0, 4.0)]).all()
    assert survivors(steps, walls, [(10, 6.0)]).tolist() == [True, True, False, False]
    walls[1] = np.inf  # not known
    assert survivors(steps, walls, [(0, 4.0)]).tolist() == [True, True, False, False]


def test_the_extremes_of_int64_do_not_overflow():
    steps = np.array([np.iinfo(np.int64).min, 0, np.iinfo(np.int64).max])
    assert survivors(steps, np.zeros(3)).all()


@given(st.lists(st.integers(0, 9), unique=True), st.data())
def test_the_ledger_finds_known_records_wherever_they_went(steps, data):
    ledger = RecordRows()
    walls = np.arange(len(steps), dtype=float)
    keys = np.array(steps, np.int64)
    ledger.store(keys, walls, np.arange(len(steps)))
    kept = [i for i in range(len(steps)) if data.draw(st.booleans())]  # TensorBoard may thin out
    new_steps = np.append(keys[kept], 99)
    new_walls = np.append(walls[kept], 99.0)
    assert ledger.match(new_steps, new_walls).tolist() == [*kept, RecordRows.NEVER]
