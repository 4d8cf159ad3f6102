"""Processes agree whether they record together, which one writes, and at which steps."""

import threading

import keras
import pytest

from tb_keras_inspect import frameworks
from tb_keras_inspect.frameworks.transport import Transport
from tb_keras_inspect.training.processes import group
from tb_keras_inspect.training.processes.group import Processes, meet

SECONDS = 0.2


class Shared:
    """What the processes of a test share."""

    def __init__(self, count):
        self.count, self.values = count, {}
        self.changed = threading.Condition()
        self.barrier = threading.Barrier(count)
        self.sent = {}


class ThreadTransport(Transport):
    """Processes that are threads."""

    def __init__(self, shared, index, separable=True):
        self.shared, self.index, self.count, self.separable = shared, index, shared.count, separable

    def set_once(self, key, value):
        with self.shared.changed:
            self.shared.values.setdefault(key, value)
            self.shared.changed.notify_all()

    def get(self, key, seconds):
        with self.shared.changed:
            self.shared.changed.wait_for(lambda: key in self.shared.values, seconds)
            return self.shared.values.get(key)

    def total(self, numbers):
        self.shared.sent[self.index] = numbers
        self.shared.barrier.wait(10)
        total = [sum(column) for column in zip(*self.shared.sent.values(), strict=True)]
        self.shared.barrier.wait(10)
        return total


def in_threads(functions):
    """Results of functions that run at the same time."""
    results = [None] * len(functions)

    def run(index):
        results[index] = functions[index]()

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(functions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    return results


def met(log_dirs, separable=True):
    """What each process finds; None in `log_dirs` stands for one without the callback."""
    shared = Shared(len(log_dirs))
    present = [i for i, log_dir in enumerate(log_dirs) if log_dir is not None]
    found = in_threads(
        [
            lambda i=i: meet(ThreadTransport(shared, i, separable), log_dirs[i], "fit/1", SECONDS)
            for i in present
        ]
    )
    return dict(zip(present, found, strict=True))


def test_all_with_the_same_log_dir_record_together_and_the_first_writes():
    found = met(["a", "a", "a"])
    assert [p.writes for p in found.values()] == [True, False, False]
    for processes in found.values():
        assert processes.together
        assert processes.takes_samples
        assert processes.count == 3
        assert processes.problem == ""


def test_different_log_dirs_are_separate_runs():
    for processes in met(["a", "b"]).values():
        assert not processes.together
        assert processes.writes
        assert processes.takes_samples
        assert processes.count == 1
        assert "own part of each batch" in processes.problem


def test_where_all_must_sample_together_different_log_dirs_do_not_matter():
    found = met(["a", "b"], separable=False)
    assert all(processes.together for processes in found.values())
    assert [p.writes for p in found.values()] == [True, False]


@pytest.mark.parametrize("log_dirs", [["a", None], [None, "a"], ["a", None, "a"]])
@pytest.mark.parametrize("separable", [True, False])
def test_a_process_without_the_callback_keeps_no_other_waiting(log_dirs, separable):
    found = met(log_dirs, separable)
    for index, processes in found.items():
        assert not processes.together
        assert processes.writes == (index == 0)
        assert processes.takes_samples == (index == 0 and separable)
        assert "Give it to `fit` in every process" in processes.problem


def test_a_late_process_follows_the_decision():
    shared = Shared(2)
    early = meet(ThreadTransport(shared, 0), "a", "fit/1", 0.01)
    late = meet(ThreadTransport(shared, 1), "a", "fit/1", 10.0)
    assert not early.together
    assert not late.together
    assert early.writes
    assert not late.writes


def test_each_fit_decides_anew():
    shared = Shared(2)
    meet(ThreadTransport(shared, 0), "a", "fit/1", 0.01)
    again = in_threads(
        [lambda i=i: meet(ThreadTransport(shared, i), "a", "fit/2", 10.0) for i in range(2)]
    )
    assert all(processes.together for processes in again)


def test_the_chiefs_interval_holds_and_all_sample_or_none():
    shared = Shared(3)
    everyone = [
        Processes(ThreadTransport(shared, i), together=True, chief=i == 0) for i in range(3)
    ]

    def agreed(*armed, stops=None):
        calls = [
            lambda one=one, mine=mine, i=i: one.agree(mine, 2**62 + i, i == stops)
            for i, (one, mine) in enumerate(zip(everyone, armed, strict=True))
        ]
        return in_threads(calls)

    assert agreed(True, True, True) == [(True, 2**62, False)] * 3
    assert agreed(True, False, True) == [(False, 2**62, False)] * 3
    assert agreed(True, True, True, stops=1) == [(True, 2**62, True)] * 3


@pytest.mark.parametrize("on", [0, 1, 3])
def test_control_is_on_in_all_or_in_none(on):
    shared = Shared(3)
    everyone = [Processes(ThreadTransport(shared, i), together=True) for i in range(3)]
    found = in_threads(
        [lambda i=i, one=one: one.obstacle_to_control(i < on) for i, one in enumerate(everyone)]
    )
    assert len(set(found)) == 1
    assert (found[0] == "") == (on == 3)


def test_messages_reach_all_in_their_order():
    shared = Shared(3)
    chief, *others = [Processes(ThreadTransport(shared, i), together=True) for i in range(3)]
    assert others[0].hear(0.0) is None
    chief.tell("a")
    chief.tell("b")
    for other in others:
        assert [other.hear(1.0), other.hear(1.0), other.hear(0.0)] == ["a", "b", None]


def test_each_process_learns_the_number_of_each():
    shared = Shared(3)
    everyone = [Processes(ThreadTransport(shared, i), together=True) for i in range(3)]
    calls = [lambda i=i, one=one: one.of_each(i + 5) for i, one in enumerate(everyone)]
    assert in_threads(calls) == [[5, 6, 7]] * 3


@pytest.mark.parametrize("decision", [True, False])
def test_the_decision_of_the_chief_holds_for_all(decision):
    shared = Shared(3)
    chief, *others = [Processes(ThreadTransport(shared, i), together=True) for i in range(3)]
    calls = [lambda one=one: one.chiefs(not decision) for one in others]
    assert in_threads([lambda: chief.chiefs(decision), *calls]) == [decision] * 3


def test_a_single_process_decides_alone():
    alone = Processes()
    assert alone.agree(True, 7) == (True, 7, False)
    assert alone.agree(False, 7) == (False, 7, False)
    assert alone.chiefs(True) is True
    assert alone.chiefs(False) is False
    assert (alone.count, alone.writes, alone.takes_samples) == (1, True, True)


class Broken(ThreadTransport):
    def set_once(self, key, value):
        raise RuntimeError("no such service")


@pytest.mark.parametrize("separable", [True, False])
def test_training_goes_on_when_the_processes_cannot_meet(monkeypatch, separable):
    transport = Broken(Shared(2), 0, separable)
    monkeypatch.setattr(type(frameworks.current()), "transport", lambda self, model: transport)
    model = keras.Sequential([keras.layers.Dense(1)])
    processes = group.join(model, "a")
    assert processes.together != separable
    assert processes.writes


def test_a_model_trained_by_one_process_alone_does_not_shift_the_names_of_fits():
    small = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    large = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    before = group._name_of_fit(large)
    group._name_of_fit(small)
    after = group._name_of_fit(large)
    kind, number = before.split("/")
    assert after == f"{kind}/{int(number) + 1}"
