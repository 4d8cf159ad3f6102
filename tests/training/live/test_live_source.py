"""What the live diagnosis holds of a long fit: bounded, and still all parts of it."""

import numpy as np
import pytest

from tb_keras_inspect import records
from tb_keras_inspect.records import Kind
from tb_keras_inspect.records.summary import to_event, to_value
from tb_keras_inspect.training.live import live_source
from tb_keras_inspect.training.live.live_source import LiveSource

pytestmark = pytest.mark.any_backend


def event(kind, step):
    message = records.encode_table(1, ["loss"], np.full((1, 1), step), names=[""])
    return to_event(step, float(step), [to_value(kind, message)])


def steps(source, kind):
    return list(source.records(kind).steps)


def test_many_epochs_do_not_push_out_the_samples():
    source = LiveSource()
    for epoch in range(2 * live_source.MOST_SAMPLES):
        source.add([event(Kind.STEP, 10 * epoch), event(Kind.EPOCH, 10 * epoch + 9)])
    assert len(steps(source, Kind.EPOCH)) == 2 * live_source.MOST_SAMPLES
    samples = steps(source, Kind.STEP)
    assert live_source.MOST_SAMPLES // 3 < len(samples) <= live_source.MOST_SAMPLES
    assert max(np.diff(samples)) <= 40


def test_epochs_are_bounded_too(monkeypatch):
    monkeypatch.setattr(live_source, "MOST_SPARED", 100)
    source = LiveSource()
    for epoch in range(1000):
        source.add([event(Kind.EPOCH, epoch)])
        held = source.records(Kind.EPOCH)
        assert len(held.steps) <= 100
    kept = steps(source, Kind.EPOCH)
    assert kept[:20] == list(range(20))
    assert kept[-1] == 999
    assert kept == sorted(kept)
    assert source.nbytes == sum(len(held.read(n, 0)) for n in range(len(kept)))
