"""What a session publishes, and to whom."""

import threading

import keras
import numpy as np
import pytest

from tb_keras_inspect.catalog.kinds import Kind
from tb_keras_inspect.training.model.layer_filter import layer_filter
from tb_keras_inspect.training.recorder import Recorder
from tb_keras_inspect.training.recording import Session
from tb_keras_inspect.training.step.settings import settings_for

pytestmark = pytest.mark.any_backend


@pytest.fixture
def session():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.train_on_batch(np.ones((4, 2)), np.ones((4, 1)))
    return Session(model, settings_for("economy"), layer_filter(None), None, {})


def test_a_subscriber_that_raises_is_not_called_again_and_recording_goes_on(session, tmp_path):
    recorder = Recorder(str(tmp_path))
    session.open(recorder, None)
    calls, kinds = [], []

    def fails(sample):
        calls.append(sample.step)
        raise ValueError("on purpose")

    session.subscribe(fails)
    session.subscribe(lambda sample: kinds.extend(sample.records))
    session.epoch_ended(1, 0, {"loss": 1.0})
    session.epoch_ended(2, 1, {"loss": 0.5})
    assert recorder.close()
    assert recorder.failure is None
    assert len(calls) == 1
    assert kinds == [Kind.MODEL, Kind.EPOCH, Kind.EPOCH]


def test_a_late_job_of_one_fit_does_not_reach_the_subscribers_of_the_next(session, tmp_path):
    goes_on, first, second = threading.Event(), [], []
    slow = Recorder(str(tmp_path / "slow"))
    slow.put(lambda: goes_on.wait(60) and ())
    session.open(slow, None)
    session.subscribe(lambda sample: first.extend(sample.records))
    session.epoch_ended(1, 0, {"loss": 1.0})
    session.open(Recorder(str(tmp_path / "next")), None)
    session.subscribe(lambda sample: second.extend(sample.records))
    goes_on.set()
    assert slow.close()
    assert Kind.EPOCH in first
    assert second == []
