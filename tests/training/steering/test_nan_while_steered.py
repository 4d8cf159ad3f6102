"""A value that is not finite: the step is undone, named, and never waits for the disk."""

import functools
import threading

import keras
import numpy as np
import pytest

from tb_keras_inspect import load_run
from tb_keras_inspect.records.event_file_writer import EventFileWriter
from tb_keras_inspect.training.recorder import QUEUE_SIZE, Recorder
from tb_keras_inspect.training.runs import opening
from tests.steering.steered import BATCH, WAIT, make_data, make_model, steer, weights
from tests.training.steering.fits import STEPS, assert_same, plain

pytestmark = pytest.mark.one_compiler


def test_a_nan_breakpoint_undoes_the_step_and_the_weights_stay_finite(directory):
    bad = 2 * BATCH + 5  # in the third batch

    def script(control):
        control.break_on_nonfinite()
        control.resume()
        state = control.wait_until_paused(WAIT)
        assert state["step"] == 2
        assert "not finite" in state["why"]
        assert state["may_retry"]
        batch = control.batch()
        assert batch.samples[0] == 5
        assert np.isnan(batch.losses[5])
        assert np.isnan(batch.losses).sum() == 1
        gradient = control.gradient("first/kernel").detail
        assert gradient["nonfinite_count"] > 0
        file = control.save_checkpoint().detail["file"]
        control.resume(retry=True)  # comes to the same
        assert control.wait_until_paused(WAIT)["step"] == 2
        number = control.state["breakpoints"][0]["number"]
        control.resume()  # skips it
        state = control.wait_until_paused(WAIT)  # in the next epoch again
        assert state["step"] == STEPS + 2
        assert "input of" in state["why"]
        control.remove_breakpoint(number)
        control.stop()
        return file

    model = make_model()
    file = steer(model, directory, script, data=make_data([bad]), epochs=3)
    two_steps = make_model()
    x, y = make_data()
    two_steps.fit(x[: 2 * BATCH], y[: 2 * BATCH], batch_size=BATCH, verbose=0, shuffle=False)
    saved = keras.models.load_model(f"{directory}/{file}")
    for one, other in zip(saved.trainable_variables, two_steps.trainable_variables, strict=True):
        np.testing.assert_allclose(
            keras.ops.convert_to_numpy(one), keras.ops.convert_to_numpy(other), rtol=1e-6
        )
    gradient = load_run(directory).table("gradient")
    assert gradient.select("nonfinite_count").any()  # the bad step is recorded, but does not count


@pytest.mark.slow
@pytest.mark.parametrize("queue_size", [QUEUE_SIZE, 1], ids=["room in the queue", "no room"])
def test_a_nan_is_named_and_undone_while_the_disk_hangs(directory, monkeypatch, queue_size):
    disk_works = threading.Event()
    write = EventFileWriter.write

    def hang(writer, *events):
        if any(event.HasField("summary") for event in events):  # the model record too
            disk_works.wait(WAIT)
        write(writer, *events)

    def script(control):
        control.break_on_nonfinite()
        control.resume()
        state = control.wait_until_paused(WAIT)
        hangs = not disk_works.is_set()
        disk_works.set()
        control.stop()
        return state, hangs

    monkeypatch.setattr(EventFileWriter, "write", hang)
    monkeypatch.setattr(opening, "Recorder", functools.partial(Recorder, queue_size=queue_size))
    state, hangs = steer(make_model(), directory, script, data=make_data([2 * BATCH + 5]), every=1)
    assert hangs
    assert state["step"] == 2
    assert "gradient of first/kernel" in state["why"]


@pytest.mark.slow
def test_a_breakpoint_that_is_not_reached_changes_nothing(directory):
    model = make_model()
    steer(model, directory, lambda control: control.break_on_nonfinite(), shuffle=True)
    assert_same(weights(model), plain(make_model(), shuffle=True))
