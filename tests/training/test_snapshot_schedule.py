"""Snapshots: after which epochs activation maps are recorded."""

import itertools

import pytest

from tb_keras_inspect.training.snapshot_schedule import MAX_SNAPSHOTS, Snapshots

pytestmark = pytest.mark.any_backend


def epochs_of(snapshots, epochs, size=1000, first=0, known=True):
    """Epochs with a snapshot, and bytes written, the first snapshot before the fit included."""
    snapshots.begin_fit(first, epochs if known else None)
    taken, count = [], 1
    for epoch in range(first, epochs):
        if snapshots.wants(epoch, count, count * size):
            taken.append(epoch)
            count += 1
    return taken, count * size


def test_every_nth_epoch_has_one():
    assert epochs_of(Snapshots(1, 1e9), 5)[0] == [0, 1, 2, 3, 4]
    assert epochs_of(Snapshots(3, 1e9), 10)[0] == [2, 5, 8]


def test_none_are_taken_where_none_are_wanted():
    assert epochs_of(Snapshots(0, 1e9), 5)[0] == []


def test_a_long_fit_has_at_most_a_hundred_evenly_spaced():
    taken, _ = epochs_of(Snapshots(1, 1e9), 1234)
    assert len(taken) <= MAX_SNAPSHOTS
    assert len({b - a for a, b in itertools.pairwise(taken)}) == 1
    assert taken[-1] > 1200


@pytest.mark.parametrize("known", [True, False], ids=["known end", "unknown end"])
def test_large_ones_are_thinned_to_half_of_the_limit(known):
    taken, written = epochs_of(Snapshots(1, 100_000), 90, size=5000, known=known)
    assert written <= 50_000
    assert len(taken) >= 4
    assert taken[-1] > 20


def test_a_resumed_fit_counts_its_own_epochs():
    assert epochs_of(Snapshots(2, 1e9), 10, first=5)[0] == [7, 9]


def test_what_is_still_to_come_is_reserved():
    snapshots = Snapshots(2, 1e9)
    snapshots.begin_fit(0, 10)
    assert snapshots.reserved(0, 1, 700) == pytest.approx(5 * 700)
    assert snapshots.reserved(0, 0, 0) == 0
    assert Snapshots(0, 1e9).reserved(0, 1, 700) == 0


@pytest.mark.parametrize("size", [700, 3260, 5000])
def test_what_is_reserved_is_enough_for_all_that_are_taken_later(size):
    snapshots, count, promised = Snapshots(1, 300_000), 1, []
    snapshots.begin_fit(0, 100)
    for epoch in range(100):
        promised.append(count * size + snapshots.reserved(epoch, count, count * size))
        count += snapshots.wants(epoch, count, count * size)
    assert count * size <= min(promised)
