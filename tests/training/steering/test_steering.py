"""Real training runs under control, on each backend."""

import _thread
import contextlib
import signal
import time

import keras
import numpy as np
import pytest

from tb_keras_inspect import InspectCallback, connect, load_run
from tb_keras_inspect.steering.channel import Channel, NotSteerableError
from tb_keras_inspect.steering.client import RefusedError
from tests.steering import steered
from tests.steering.steered import BATCH, WAIT, make_data, make_model, steer, weights
from tests.training.steering.fits import LEAN, STEPS, AtStep, assert_same, plain

pytestmark = pytest.mark.one_compiler

torch_only = keras.backend.backend() == "torch"


def module_of(function):
    """Where the code of a function stands, whichever class of function it is."""
    return getattr(function, "python_function", function).__module__


def test_a_run_that_was_paused_stepped_and_inspected_is_bit_identical(directory):
    def script(control):
        control.batch()
        control.activations("first")
        control.gradient("first/kernel")
        control.step(3)
        control.wait_until_paused(WAIT)
        control.batch()
        control.sample_now()
        control.run_to_epoch_end()
        assert control.wait_until_paused(WAIT)["step"] == STEPS
        control.gradient("second/bias")
        control.snapshot_now()

    model = make_model()
    steer(model, directory, script, shuffle=True, maps_every=1, pictures=["activations"])
    never_steered = make_model()
    assert_same(weights(model), plain(never_steered, shuffle=True))
    assert vars(model).keys() == vars(never_steered).keys()
    assert module_of(model.train_function) == module_of(never_steered.train_function)


@pytest.mark.slow
def test_a_learning_rate_set_at_a_step_trains_as_one_set_there_by_a_callback(directory):
    def script(control):
        control.step(3)
        control.wait_until_paused(WAIT)
        done = control.set_learning_rate(0.003)
        assert (done.step, done.old, done.new) == (3, "0.01", "0.003")
        assert control.scale_learning_rate(0.5).new == "0.0015"
        assert control.state["learning_rate"] == pytest.approx(0.0015)

    def change(model):
        model.optimizer.learning_rate = 0.0015

    model = make_model()
    steer(model, directory, script, every=1)
    assert_same(weights(model), plain(make_model(), callbacks=[AtStep(3, change)]))
    table = load_run(directory).table("step")
    rates = dict(zip(table.steps.tolist(), table.select("learning_rate")[:, 0], strict=True))
    assert rates[0] == pytest.approx(0.01)
    assert rates[max(rates)] == pytest.approx(0.0015)


def test_the_step_after_each_change_is_sampled(directory):
    changes = [
        lambda control: control.set_clipping("clipnorm", 1.0),
        lambda control: control.freeze("first"),
        lambda control: control.set_learning_rate(0.003),
    ]

    def script(control):
        for change in changes:
            control.step(2)
            control.wait_until_paused(WAIT)
            change(control)

    steer(make_model(), directory, script)
    assert load_run(directory).table("gradient").steps.tolist() == [0, 2, 4, 6]


@pytest.mark.slow
def test_a_schedule_is_overridden_until_it_is_used_again(directory):
    schedule = keras.optimizers.schedules.InverseTimeDecay(0.1, 1, 1.0)

    def script(control):
        assert control.state["learning_rate_source"] == "schedule"
        done = control.set_learning_rate(0.25)
        assert done.old == "0.1 (schedule)"
        assert done.new == "0.25 (overrides the schedule)"
        assert control.state["learning_rate_source"] == "override"
        control.step(2)
        control.wait_until_paused(WAIT)
        control.use_schedule()
        with pytest.raises(RefusedError, match="overrides no schedule"):
            control.use_schedule()

    model = make_model(keras.optimizers.SGD(schedule))
    steer(model, directory, script, epochs=1, every=1)
    rates = load_run(directory).table("step").select("learning_rate")[:, 0]
    np.testing.assert_allclose(rates, [0.25, 0.25, 0.1 / 3, 0.1 / 4], rtol=1e-6)
    assert model.optimizer._learning_rate is schedule


@pytest.mark.slow
def test_clipping_and_frozen_layers_last_until_changed_or_until_the_fit_ends(directory):
    def script(control):
        assert control.set_clipping("clipnorm", 1e-3).old == "off"
        control.freeze("first")
        assert control.state["frozen"] == ["first"]
        with pytest.raises(RefusedError, match="is not frozen"):
            control.unfreeze("second")
        with pytest.raises(RefusedError, match="no layer 'nope'"):
            control.freeze("nope")
        control.step(3)
        control.wait_until_paused(WAIT)
        control.unfreeze("first")
        control.freeze(["second"])
        control.set_clipping("off")

    model = make_model(keras.optimizers.SGD(1.0, momentum=0.5))
    before = weights(model)
    at_three = []
    note = AtStep(3, lambda model: at_three.extend(weights(model)))
    steer(model, directory, script, epochs=1, every=1, callbacks=[note])
    after = weights(model)
    update = load_run(directory).table("update")
    first, second = (update.names.index(f"{name}/kernel") for name in ("first", "second"))
    l2 = update.select("l2")
    assert np.all(l2[:3, first] == 0)
    assert np.all((l2[:3, second] > 0) & (l2[:3, second] <= 2e-3))
    assert l2[3, first] > 1e-2
    assert l2[3, second] == 0
    paths = [variable.path for variable in model.variables]
    kernels = [
        next(i for i, path in enumerate(paths) if name in path) for name in ("first/k", "second/k")
    ]
    np.testing.assert_array_equal(before[kernels[0]], at_three[kernels[0]])
    np.testing.assert_array_equal(at_three[kernels[1]], after[kernels[1]])
    assert model.optimizer.clipnorm is None
    assert "apply" not in model.optimizer.__dict__
    plain(model, epochs=1)
    assert not np.array_equal(weights(model)[kernels[1]], after[kernels[1]])


def test_the_inspected_batch_is_the_next_one_and_has_a_loss_per_sample(directory):
    def script(control):
        control.step(1)
        control.wait_until_paused(WAIT)
        return control.batch(), control.gradient("second/bias")

    model = make_model(keras.optimizers.SGD(0.0))
    model.layers[1].rate = 0.0  # so that a reference can be computed
    batch, gradient = steer(model, directory, script, epochs=1, every=1)
    x, y = make_data()
    x, y = x[BATCH : 2 * BATCH], y[BATCH : 2 * BATCH]
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction=None)
    expected = keras.ops.convert_to_numpy(loss(y, model(x)))
    np.testing.assert_allclose(batch.losses, expected, rtol=1e-4, atol=1e-6)
    order = np.argsort(-expected, kind="stable")
    np.testing.assert_array_equal(batch.samples, order)
    np.testing.assert_array_equal(batch.labels[:, 0], y[order])
    shown = batch.inputs[0].values.reshape(BATCH, -1)
    np.testing.assert_allclose(shown, x[order], atol=0.02)
    table = load_run(directory).table("gradient")
    recorded = table.select("l2")[1, table.names.index("second/bias")]
    assert gradient.detail["l2"] == pytest.approx(float(recorded), rel=1e-4)


@pytest.mark.slow
@pytest.mark.skipif(torch_only, reason="PyTorch runs one step at a time")
def test_steps_of_one_execution_run_together(directory):
    def script(control):
        batch = control.batch()
        control.step(1)
        state = control.wait_until_paused(WAIT)
        assert state["step"] == 2
        return batch

    model = make_model(steps_per_execution=2)
    batch = steer(model, directory, script, shuffle=True)
    assert batch.batch_size == BATCH
    assert_same(weights(model), plain(make_model(steps_per_execution=2), shuffle=True))


@pytest.mark.slow
def test_commands_are_refused_with_a_reason(directory):
    def script(control):
        for command, why in (
            (lambda: control.activations("nope"), "no layer 'nope'"),
            (lambda: control.gradient("nope"), "no trainable weight 'nope'"),
            (lambda: control.resume(retry=True), "No step was undone"),
            (lambda: control.break_at_step(0), "must lie after it"),
            (lambda: control.break_on_finding("nope"), "Problems are non_finite"),
            (lambda: control.remove_breakpoint(7), "no breakpoint 7"),
        ):
            with pytest.raises(RefusedError, match=why):
                command()
        stranger = connect(directory, token="0" * 40)
        with pytest.raises(RefusedError, match="token is wrong"):
            stranger.stop()

    model = make_model()
    steer(model, directory, script, epochs=1)
    outcomes = [(entry.command, entry.outcome) for entry in load_run(directory).controls]
    assert ("break_on_finding", "refused") in outcomes
    assert all(command != "stop" for command, _ in outcomes)


@pytest.mark.slow
def test_of_two_waiting_settings_the_later_one_counts(directory):
    found = {}

    class Both(keras.callbacks.Callback):
        """Makes both commands wait before step 1."""

        def on_train_batch_begin(self, batch, logs=None):
            if batch == 1:
                control = connect(directory, timeout=WAIT)
                for value in (0.1, 0.2):
                    identity = steered.send(control, "set_learning_rate", value=value)
                    found[value] = identity
                steered.wait_for_commands(callback, 2)

    callback = InspectCallback(directory, **LEAN)
    model = make_model()
    x, y = make_data()
    model.fit(x, y, batch_size=BATCH, epochs=1, verbose=0, callbacks=[Both(), callback])
    assert float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)) == pytest.approx(0.2)
    channel = Channel(directory)
    assert channel.answer(found[0.1])["outcome"] == "superseded"
    assert channel.answer(found[0.2])["outcome"] == "done"
    with pytest.raises(NotSteerableError, match="has ended"):
        connect(directory)


def test_a_paused_run_resumes_after_the_control_timeout(directory):
    model = make_model()
    callback = InspectCallback(directory, **(LEAN | {"control": {"timeout": 0.3}}))

    class Pause(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if batch == 1:
                steered.send(connect(directory), "pause")
                steered.wait_for_commands(callback)

    x, y = make_data()
    model.fit(x, y, batch_size=BATCH, epochs=1, verbose=0, callbacks=[Pause(), callback])
    entries = [(e.command, e.why) for e in load_run(directory).controls]
    assert ("resume", "no command for 0.3 s (control timeout)") in entries


@pytest.fixture
def ctrl_c():
    """A program that is started in the background may ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_ends_a_paused_run_and_leaves_its_weights_readable(directory):
    def script(control):
        _thread.interrupt_main()
        with contextlib.suppress(NotSteerableError):
            while control.state["status"] != "ended":
                time.sleep(0.05)

    model = make_model()
    with pytest.raises(KeyboardInterrupt):
        steer(model, directory, script)
    assert all(np.all(np.isfinite(value)) for value in weights(model))


@pytest.mark.slow
def test_a_custom_loop_can_be_controlled(directory):
    model = make_model()
    x, y = make_data()
    done = []
    callback = InspectCallback(directory, **LEAN)
    with callback.loop(model) as loop:
        control = connect(directory, timeout=WAIT)
        for number in range(3):
            if number == 1:
                steered.send(control, "pause")
                identity = steered.send(control, "look_at_batch")
                last = steered.send(control, "resume")
                steered.wait_for_commands(callback, 3)
            loop.before_batch()
            model.train_on_batch(x[:BATCH], y[:BATCH])
            done.append(number)
        loop.after_epoch()
        assert steered.answer_of(control, last)["outcome"] == "done"
        assert identity
    assert done == [0, 1, 2]
