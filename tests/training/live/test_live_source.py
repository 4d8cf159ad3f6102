"""What the live diagnosis holds of a long fit: bounded, and still all parts of it."""

import numpy as np
import pytest

from tb_keras_inspect.records import DecodedTable, Kind
from tb_keras_inspect.store.run import RunData
from tb_keras_inspect.training.live import live_source
from tb_keras_inspect.training.live.live_source import LiveSource
from tb_keras_inspect.training.samples.sample import Sample
from tests.store.run_writer import make_model

pytestmark = pytest.mark.any_backend


def sample(kind, step):
    table = DecodedTable(1, ("loss",), np.zeros(1, np.int32), np.full((1, 1), step, "f4"), ("",))
    return Sample(step, float(step), {kind: table})


def steps(source, kind):
    return list(source.records(kind).steps)


def test_many_epochs_do_not_push_out_the_samples():
    source = LiveSource()
    for epoch in range(2 * live_source.MOST_SAMPLES):
        source.add(sample(Kind.STEP, 10 * epoch))
        source.add(sample(Kind.EPOCH, 10 * epoch + 9))
    assert len(steps(source, Kind.EPOCH)) == 2 * live_source.MOST_SAMPLES
    kept = steps(source, Kind.STEP)
    assert live_source.MOST_SAMPLES // 3 < len(kept) <= live_source.MOST_SAMPLES
    assert max(np.diff(kept)) <= 40


def test_a_clock_that_goes_back_hides_nothing_of_the_running_fit():
    source = LiveSource()
    source.add(Sample(0, 100.0, {Kind.MODEL: make_model()}))
    for step in range(10):
        source.add(Sample(step, 50.0 - step, sample(Kind.STEP, step).records))
    assert RunData("a", source).extent() == (10, 0, 9)


def test_epochs_are_bounded_too(monkeypatch):
    monkeypatch.setattr(live_source, "MOST_SPARED", 100)
    source = LiveSource()
    for epoch in range(1000):
        source.add(sample(Kind.EPOCH, epoch))
        held = source.records(Kind.EPOCH)
        assert len(held.steps) <= 100
    kept = steps(source, Kind.EPOCH)
    assert kept[:20] == list(range(20))
    assert kept[-1] == 999
    assert kept == sorted(kept)
    assert source.nbytes == sum(live_source.size_of(held.read(n, 0)) for n in range(len(kept)))
