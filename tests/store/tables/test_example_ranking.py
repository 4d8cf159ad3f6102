"""The ranking of examples, against a slow reference."""

import numpy as np
import pytest

from tb_keras_inspect.store.tables import example_ranking
from tb_keras_inspect.store.tables.example_ranking import rank


def slow_scores(steps, marks, loss):
    """Each example's score, one row at a time."""
    found = {}
    for mark in set(marks.tolist()):
        quotients = []
        for step, value in zip(steps[marks == mark], loss[marks == mark], strict=True):
            sampled = sorted({int(s) for s in steps if s <= step})[-example_ranking.WINDOW :]
            quotients.append(value / loss[np.isin(steps, sampled)].mean())
        late = quotients[len(quotients) // 2 :]
        found[mark] = (sum(late) + 1) / (len(late) + 1)
    return found


def test_scores_are_those_of_the_definition():
    make = np.random.default_rng(1)
    steps = np.repeat(np.arange(50) * 3, 4)
    marks = make.integers(1, 40, len(steps)).astype(np.uint64)
    loss = make.exponential(np.exp(-steps / 50)).astype(np.float32)
    ranking = rank(steps, steps // 30, marks, loss)
    expected = slow_scores(steps, marks, loss.astype(np.float64))
    assert sorted(ranking.fingerprints.tolist()) == sorted(expected)
    assert np.all(np.diff(ranking.score) <= 0)
    for row, mark in enumerate(ranking.fingerprints.tolist()):
        mine = marks == mark
        assert ranking.score[row] == pytest.approx(expected[mark], rel=1e-5)
        assert ranking.seen[row] == mine.sum()
        assert ranking.epochs[row] == len(set((steps[mine] // 30).tolist()))
        assert ranking.last_step[row] == steps[mine][-1]
        assert ranking.last_loss[row] == loss[mine][-1]


def test_a_loss_that_is_not_finite_ranks_first_and_one_without_a_fingerprint_nowhere():
    steps, marks = np.repeat([0, 1], 4), np.array([1, 2, 3, 0, 1, 2, 3, 0], np.uint64)
    loss = np.array([1, 1, 3, 9, 1, np.nan, 3, 9], np.float32)
    ranking = rank(steps, np.full(8, -1), marks, loss)
    assert ranking.fingerprints.tolist() == [2, 3, 1]
    assert np.all(np.isfinite(ranking.score))
    assert ranking.epochs.tolist() == [0, 0, 0]


def test_nothing_is_ranked_as_nothing():
    nothing = np.zeros(0, np.int64)
    assert len(rank(nothing, nothing, nothing.astype(np.uint64), np.zeros(0, np.float32))) == 0
