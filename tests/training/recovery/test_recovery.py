"""A step that breaks is taken back: training goes on, or ends, as if its batch had not been there."""

import warnings

import keras
import numpy as np
import pytest

from tb_keras_inspect import InspectCallback, load_run
from tb_keras_inspect.callback import InspectWarning
from tb_keras_inspect.steering.client import RefusedError
from tests.steering.steered import BATCH, WAIT, steer
from tests.training.references import BACKEND
from tests.training.steering.fits import AtStep, assert_same

pytestmark = [pytest.mark.slow, pytest.mark.one_compiler]

STEPS, BAD = 16, 13  # one of the steps breaks
LEAN = {"maps_every": 0, "tier": "economy", "every": 1000}


def data(bad=None, without=()):
    """Batches in order; the target of one example in batch `BAD` is `bad`, and some are left out."""
    make = np.random.default_rng(0)
    x = make.normal(size=(STEPS, BATCH, 6)).astype("float32")
    y = make.normal(size=(STEPS, BATCH, 1)).astype("float32")
    if bad is not None:
        y[BAD, 1] = bad
    kept = [step for step in range(STEPS) if step not in without]
    return x[kept].reshape(-1, 6), y[kept].reshape(-1, 1)


def made(**more):
    """A compiled model with dropout, moving statistics and momentum."""
    keras.utils.set_random_seed(1)
    layers = [keras.Input((6,)), keras.layers.Dense(4), keras.layers.BatchNormalization()]
    model = keras.Sequential([*layers, keras.layers.Dropout(0.3), keras.layers.Dense(1)])
    # Without XLA, which takes long to compile.
    options = {"metrics": ["mae"], "jit_compile": BACKEND == "jax"} | more
    model.compile(keras.optimizers.Adam(0.01), "mse", **options)
    return model


def weights(model):
    variables = (*model.variables, *model.optimizer.variables)
    return [keras.ops.convert_to_numpy(variable) for variable in variables]


def fit(xy, log_dir=None, epochs=1, shuffle=False, **options):
    """Trains with recovery where a directory is given; returns the model and Keras's history."""
    model, callbacks = made(), []
    if log_dir is not None:
        callbacks = [InspectCallback(log_dir, **(LEAN | {"console": None} | options))]
    history = model.fit(
        *xy, batch_size=BATCH, epochs=epochs, shuffle=shuffle, verbose=0, callbacks=callbacks
    )
    return model, history.history


@pytest.fixture(scope="module")
def without():
    """What training leaves where the bad batch is not there, and its history."""
    model, history = fit(data(without=[BAD]))
    return weights(model), history


@pytest.mark.parametrize(
    ("bad", "recovery"),
    [(np.nan, {"on_nonfinite": "skip"}), (1e4, {"on_spike": "skip"})],
    ids=["not finite", "spike"],
)
def test_skip_trains_as_if_the_batch_were_not_there(tmp_path, bad, recovery, without, capsys):
    model, history = fit(data(bad), tmp_path, recovery=recovery, console="error")
    assert_same(weights(model), without[0])
    assert history["loss"] == pytest.approx(without[1]["loss"], rel=1e-6)
    assert history["mae"] == pytest.approx(without[1]["mae"], rel=1e-6)
    (entry,) = load_run(tmp_path).controls
    assert (entry.step, entry.command, entry.outcome) == (BAD, "skip_batch", "done")
    assert load_run(tmp_path).branches == [range(BAD, BAD + 1)]
    assert entry.why.startswith("the loss is ")
    assert entry.new == f"{entry.why}: the step is taken back, and its batch left out"
    assert f"\nInspectCallback: step {BAD}: {entry.new}.\n" in capsys.readouterr().out


def test_stop_ends_training_with_the_weights_before_the_step(tmp_path):
    model, _ = fit(data(np.nan), tmp_path, epochs=3, recovery={"on_nonfinite": "stop"})
    before, _ = fit(data(without=range(BAD, STEPS)))
    assert_same(weights(model), weights(before))
    (entry,) = load_run(tmp_path).controls
    assert (entry.command, entry.step) == ("stop", BAD)


def test_a_fit_without_a_step_that_breaks_is_the_same_to_the_bit(tmp_path):
    recovery = {"on_nonfinite": "skip", "on_spike": "stop", "learning_rate_factor": 0.5}
    options = {"recovery": recovery, "every": 3, "incidents": True}
    with warnings.catch_warnings():
        warnings.simplefilter("error", InspectWarning)
        model, history = fit(data(), tmp_path, epochs=2, shuffle=True, **options)
    plain, expected = fit(data(), epochs=2, shuffle=True)
    assert_same(weights(model), weights(plain))
    assert history == expected
    assert load_run(tmp_path).controls == []


def test_a_step_that_breaks_again_and_again_ends_training_after_so_many_tries(tmp_path, capsys):
    recovery = {"on_nonfinite": "skip", "learning_rate_factor": 0.5, "tries": 2}
    model, _ = fit(data(np.nan), tmp_path, epochs=5, recovery=recovery, console="error")
    entries = load_run(tmp_path).controls
    assert [entry.step for entry in entries] == [BAD, STEPS + BAD, 2 * STEPS + BAD]
    assert [entry.command for entry in entries] == ["skip_batch", "skip_batch", "stop"]
    assert float(model.optimizer.learning_rate) == pytest.approx(0.01 / 4)
    out = capsys.readouterr().out
    assert "its batch left out; the learning rate is now 0.0025." in out
    assert "the step is taken back, and training ends after `tries=2` others." in out


def test_the_first_step_can_be_the_one_that_breaks(tmp_path):
    x, y = data()
    y[0] = np.nan
    model, history = fit((x, y), tmp_path, recovery={"on_nonfinite": "skip"})
    plain, expected = fit(data(without=[0]))
    assert_same(weights(model), weights(plain))
    assert history["mae"] == pytest.approx(expected["mae"], rel=1e-6)


@pytest.mark.skipif(BACKEND == "torch", reason="it takes one batch per call")
def test_batches_of_one_call_are_taken_back_together(tmp_path):
    models = made(steps_per_execution=2), made(steps_per_execution=2)
    callback = InspectCallback(tmp_path, console=None, recovery={"on_nonfinite": "skip"}, **LEAN)
    pairs = [(data(np.nan), [callback]), (data(without=[BAD - 1, BAD]), [])]
    for model, (xy, callbacks) in zip(models, pairs, strict=True):
        model.fit(*xy, batch_size=BATCH, shuffle=False, verbose=0, callbacks=callbacks)
    assert_same(*map(weights, models))


def test_commands_and_recovery_work_together(tmp_path, without):
    def script(control):
        control.break_at_step(BAD)
        control.resume()
        assert control.wait_until_paused(WAIT)["step"] == BAD
        control.set_learning_rate(0.01)  # as it was

    model, recovery = made(), {"on_nonfinite": "skip"}
    steer(model, str(tmp_path), script, data(np.nan), epochs=1, recovery=recovery)
    assert_same(weights(model), without[0])
    commands = [entry.command for entry in load_run(tmp_path).controls]
    assert commands[-1] == "skip_batch"
    assert {"breakpoint", "set_learning_rate"} < set(commands)


def test_what_a_loop_of_ones_own_trains_is_taken_back_too(tmp_path):
    def train(model, xy, before=lambda: None):
        for begin in range(0, len(xy[0]), BATCH):
            before()
            model.train_on_batch(*(part[begin : begin + BATCH] for part in xy))

    model, plain = made(), made()
    keras.utils.set_random_seed(2)
    train(plain, data(without=[BAD]))
    keras.utils.set_random_seed(2)
    callback = InspectCallback(tmp_path, console=None, recovery={"on_nonfinite": "skip"}, **LEAN)
    with callback.loop(model) as loop:
        train(model, data(np.nan), loop.before_batch)
    assert_same(weights(model), weights(plain))


def test_rewind_trains_as_if_the_steps_since_the_snapshot_were_not_there(tmp_path):
    recovery = {"on_nonfinite": "rewind", "snapshot_every": 5, "learning_rate_factor": 0.5}
    model, _ = fit(data(np.nan), tmp_path, recovery=recovery, every=1)
    run = load_run(tmp_path)
    (entry,) = run.controls
    assert (entry.step, entry.command) == (BAD, "rewind")
    assert run.branches == [range(10, BAD + 1)]
    assert run.table("step").steps.tolist() == [*range(STEPS)]  # nothing is hidden
    assert "training goes on with the state before step 10; the learning rate is" in entry.new
    halved = AtStep(10, lambda model: setattr(model.optimizer, "learning_rate", 0.005))
    plain = made()
    x, y = data(without=range(10, BAD + 1))
    plain.fit(x, y, batch_size=BATCH, shuffle=False, verbose=0, callbacks=[halved])
    assert_same(weights(model), weights(plain))


def test_training_that_breaks_again_returns_to_the_snapshot_before(tmp_path):
    x, y = data()
    y[8 * BATCH], y[9 * BATCH] = np.nan, np.nan
    fit((x, y), tmp_path, recovery={"on_nonfinite": "rewind", "snapshot_every": 3})
    said = [entry.new for entry in load_run(tmp_path).controls]
    assert ["before step 6" in said[0], "before step 3" in said[1], len(said)] == [True, True, 2]
    assert load_run(tmp_path).branches == [range(6, 9), range(3, 10)]


def test_a_state_that_is_too_large_for_a_snapshot_ends_training(tmp_path):
    recovery = {"on_nonfinite": "rewind", "max_megabytes": 1e-5}
    with pytest.warns(InspectWarning, match=r"no snapshots are kept: the state takes .* MB, and "):
        model, _ = fit(data(np.nan), tmp_path, recovery=recovery)
    (entry,) = load_run(tmp_path).controls
    assert entry.new.endswith("the step is taken back, and training ends, as there is no snapshot")
    before, _ = fit(data(without=range(BAD, STEPS)))
    assert_same(weights(model), weights(before))


def test_a_command_returns_to_a_snapshot_and_leaves_a_batch_out(tmp_path):
    def script(control):
        control.break_at_step(BAD)
        control.resume()
        control.wait_until_paused(WAIT)
        too_far = rf"is {10**5} steps old: .*step 0, .*can be at most {BAD}. Snapshots: 0, 4, 8, 12"
        with pytest.raises(RefusedError, match=too_far):
            control.rewind(10**5)
        assert control.rewind(5).detail == {"step": 8}
        assert control.skip_batch().new == f"step {BAD} is left out"
        control.resume()

    model = made()
    # No step is checked: the batch that would break is left out by the command.
    steer(model, str(tmp_path), script, data(np.nan), epochs=1, recovery={"snapshot_every": 4})
    plain, _ = fit(data(without=range(8, BAD + 1)))
    assert_same(weights(model), weights(plain))
    assert load_run(tmp_path).branches == [range(8, BAD)]


@pytest.mark.any_backend
def test_without_snapshots_a_rewind_is_refused_with_what_to_do(tmp_path):
    def script(control):
        with pytest.raises(RefusedError, match=r"no snapshot.*recovery=\{'snapshot_every': 100\}"):
            control.rewind()
        control.stop()

    steer(made(), str(tmp_path), script, data())


@pytest.mark.any_backend
@pytest.mark.parametrize(
    ("recovery", "words"),
    [
        (
            {"on_nonfinite": "ignore"},
            "one of stop, skip, rewind.*Received: on_nonfinite='ignore'",
        ),
        ({"on_spike": True}, "None or one of stop, skip, rewind.*Received: on_spike=True"),
        ({"snapshot_every": 0}, "whole number from 1. Received: snapshot_every=0"),
        ({"max_megabytes": -1}, "positive number. Received: max_megabytes=-1"),
        ({"tries": -1}, "whole number from 0. Received: tries=-1"),
        ({"learning_rate_factor": 0}, "positive number. Received: learning_rate_factor=0"),
        ({"on_nan": "skip"}, "no option 'on_nan'.*Accepted: on_nonfinite, on_spike"),
        ("skip", "RecoveryOptions or a mapping with keys from on_nonfinite"),
    ],
    ids=str,
)
def test_what_is_not_accepted_is_answered_with_what_is(tmp_path, recovery, words):
    with pytest.raises(ValueError, match=words):
        InspectCallback(tmp_path, recovery=recovery)
