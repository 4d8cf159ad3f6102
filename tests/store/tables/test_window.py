import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tb_keras_inspect.store.tables.window import LAST_SAMPLES, window_starts

increasing = st.lists(st.integers(0, 60), unique=True, min_size=1).map(sorted)


@given(increasing, st.integers(1, 30))
def test_the_window_is_the_samples_within_the_last_epochs_worth_of_steps(steps, per_epoch):
    starts, _ = window_starts(np.array(steps), per_epoch)
    for index, step in enumerate(steps):
        inside = [other for other in steps if step - per_epoch < other <= step]
        assert steps[starts[index] : index + 1] == inside


@given(increasing, st.integers(1, 30))
def test_without_a_known_length_it_is_the_samples_since_the_epoch_began(steps, per_epoch):
    epochs = np.array(steps) // per_epoch
    starts, _ = window_starts(np.array(steps), 0, (np.array(steps), epochs.astype(np.float32)))
    for index in range(len(steps)):
        inside = [i for i in range(index + 1) if epochs[i] == epochs[index]]
        assert list(range(starts[index], index + 1)) == inside


def test_without_any_epoch_it_is_the_last_samples():
    steps = np.arange(100) * 3
    for epochs in (None, (steps, np.full(100, np.nan)), (steps[:0], steps[:0])):
        starts, words = window_starts(steps, 0, epochs)
        np.testing.assert_array_equal(
            np.arange(100) - starts + 1, np.minimum(np.arange(100) + 1, LAST_SAMPLES)
        )
        assert str(LAST_SAMPLES) in words


def test_epoch_numbers_of_other_steps_place_the_samples_between_them():
    # Units are sampled at other steps than the step table: 7 belongs to the epoch that 6 began.
    starts, _ = window_starts(np.array([1, 5, 7, 9]), 0, (np.array([0, 3, 6]), np.array([0, 0, 1])))
    assert starts.tolist() == [0, 0, 2, 2]
