"""Samples are decoded in order and once, whoever asks first."""

import threading

import pytest

from tb_keras_inspect.training.samples.decode_queue import DecodeQueue
from tb_keras_inspect.training.samples.sample import Sample

pytestmark = pytest.mark.any_backend


def queue_of(count, fails=()):
    """A queue of so many samples, and the steps in the order in which they were decoded."""
    queue, decoded = DecodeQueue(), []

    def decode(step):
        decoded.append(step)
        if step in fails:
            raise ValueError(step)
        return Sample(step, 0.0, {})

    return queue, [queue.add(lambda step=step: decode(step)) for step in range(count)], decoded


def test_asking_for_a_later_sample_decodes_the_earlier_ones_first():
    _, pending, decoded = queue_of(4)
    assert pending[2].get().step == 2
    assert decoded == [0, 1, 2]
    assert [item.get().step for item in pending] == [0, 1, 2, 3]
    assert decoded == [0, 1, 2, 3]


def test_a_removed_sample_is_not_decoded():
    queue, pending, decoded = queue_of(3)
    queue.remove(pending[1])
    assert pending[2].get().step == 2
    assert pending[1].get() is None
    assert decoded == [0, 2]


def test_a_failure_is_raised_where_its_sample_is_asked_for_and_nowhere_else():
    _, pending, _ = queue_of(3, fails=[1])
    assert pending[2].get().step == 2
    for _ in range(2):
        with pytest.raises(ValueError, match="1"):
            pending[1].get()


def test_two_threads_decode_each_sample_once():
    _, pending, decoded = queue_of(200)
    threads = [threading.Thread(target=lambda: [item.get() for item in pending]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert decoded == list(range(200))


def test_adding_and_removing_do_not_wait_for_a_sample_that_is_being_decoded():
    queue, begun, finish = DecodeQueue(), threading.Event(), threading.Event()

    def slow():
        begun.set()
        assert finish.wait(60)
        return Sample(0, 0.0, {})

    first = queue.add(slow)
    thread = threading.Thread(target=first.get)
    thread.start()
    assert begun.wait(60)
    second = queue.add(lambda: Sample(1, 0.0, {}))  # would hang here
    queue.remove(queue.add(lambda: Sample(2, 0.0, {})))
    finish.set()
    thread.join()
    assert second.get().step == 1


def test_an_interrupt_while_decoding_reaches_the_thread_that_asked_and_loses_no_sample():
    queue, attempts = DecodeQueue(), []

    def decode():
        attempts.append(None)
        if len(attempts) == 1:
            raise KeyboardInterrupt
        return Sample(0, 0.0, {})

    first, second = queue.add(decode), queue.add(lambda: Sample(1, 0.0, {}))
    with pytest.raises(KeyboardInterrupt):
        second.get()
    assert second.get().step == 1
    assert first.get().step == 0
