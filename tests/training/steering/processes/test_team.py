"""Processes meet before some steps, and do what the first one says; here they are threads."""

import itertools
import math
import time

import pytest

from tb_keras_inspect.catalog.commands import CommandError
from tb_keras_inspect.training.processes.group import Processes
from tb_keras_inspect.training.steering.processes import team
from tb_keras_inspect.training.steering.processes.team import Team
from tests.training.processes.test_group import Shared, ThreadTransport, in_threads

pytestmark = pytest.mark.any_backend


def teams(count=2, next_stop=lambda: math.inf, separable=True, clock=time.monotonic):
    shared = Shared(count)
    everyone = [
        Processes(ThreadTransport(shared, i, separable), together=True, fit="fit")
        for i in range(count)
    ]
    return [Team(processes, next_stop, clock) for processes in everyone]


def met(everyone, step, epoch=0, news=False, is_over=False):
    """What a meeting tells each; only the first one knows of news."""
    calls = [
        lambda one=one, i=i: one.meet(step, epoch, lambda: news and not i, is_over and not i)
        for i, one in enumerate(everyone)
    ]
    return in_threads(calls)


def test_all_learn_of_what_the_first_one_has_to_do():
    everyone = teams(3)
    assert met(everyone, 0) == [False] * 3
    assert met(everyone, 1, news=True) == [True] * 3
    assert met(everyone, 10_000, is_over=True) == [None] * 3


def test_they_meet_at_the_same_steps_the_more_rarely_the_faster_steps_are():
    clock = [0.0]
    everyone, steps = teams(clock=lambda: clock[0]), []
    for step in range(3000):
        due = [step >= one.meeting for one in everyone]
        assert due[0] == due[1]
        met(everyone, step) if due[0] else None
        steps += [step] if due[0] else []
        clock[0] += 0.001 if step < 2000 else 0.5
    early = [b - a for a, b in itertools.pairwise(steps) if a > 1000 and b < 2000]
    late = [b - a for a, b in itertools.pairwise(steps) if a > 2900]
    assert set(early) == {500}  # of a millisecond each: twice a second
    assert set(late) == {1}


def test_they_meet_where_the_first_one_has_to_pause_and_at_each_epoch():
    everyone = teams(next_stop=lambda: 3, clock=lambda: 0.0)
    assert met(everyone, 0) == [False, False]
    met(everyone, 1)  # in no time: the next meeting would be later
    assert [one.meeting for one in everyone] == [3, 3]
    assert met(everyone, 2, epoch=1, news=True) == [True, True]


def test_a_command_for_all_is_carried_out_by_all_before_the_step():
    first, second = teams()
    done = []

    def lead():
        first.perform("set_learning_rate", {"value": 0.5}, lambda: done.append("first"))
        first.perform("pause", {}, lambda: done.append("pause"))
        first.go(4, skip=True)

    def follow():
        return second.follow(lambda command, arguments: done.append((command, arguments)))

    _, flags = in_threads([lead, follow])
    assert flags["skip"]
    assert first.meeting == second.meeting
    assert sorted(map(str, done)) == ["('set_learning_rate', {'value': 0.5})", "first", "pause"]


@pytest.mark.parametrize("who", [0, 1])
def test_a_command_that_fails_in_one_process_is_refused_and_says_so(who):
    first, second = teams()

    def act(index):
        if index == who:
            raise RuntimeError("mine")

    def lead():
        try:
            with pytest.raises(CommandError, match="failed in 1 of 2 processes"):
                first.perform("freeze", {"layers": ["a"]}, lambda: act(0))
        finally:
            first.go(1)
        return True

    assert in_threads([lead, lambda: second.follow(lambda *_: act(1)) is not None]) == [True, True]


def test_a_command_that_fails_in_all_is_refused_as_by_a_single_process():
    first, second = teams()

    def fail(*_):
        raise CommandError("no such layer")

    def lead():
        with pytest.raises(CommandError, match="no such layer"):
            first.perform("freeze", {"layers": ["a"]}, fail)
        first.go(1)

    in_threads([lead, lambda: second.follow(fail)])


def test_what_needs_a_single_process_is_refused():
    for separable in (True, False):
        first, _ = teams(separable=separable)
        with pytest.raises(CommandError, match="several processes train one model"):
            first.check("revive")
        first.check("pause")
        first.check("freeze")
    with pytest.raises(CommandError, match="share each computation"):
        first.check("look_at_batch")
    teams()[0].check("look_at_batch")
    Team(Processes()).check("revive")


class Gone(ThreadTransport):
    """To a process that is not there any more."""

    def get(self, key, seconds):
        return None


def test_where_the_first_process_is_gone_the_others_go_on(monkeypatch):
    monkeypatch.setattr(team, "LOST", 2)
    monkeypatch.setattr(team, "HEAR_SECONDS", 0.01)
    second = Team(Processes(Gone(Shared(2), 1), together=True, chief=False))
    assert second.follow(lambda *_: None) is None
