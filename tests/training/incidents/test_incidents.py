"""A step that breaks is kept, and does the same again in a new process."""

import contextlib
import inspect
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import warnings

import keras
import numpy as np
import pytest

from tb_keras_inspect import InspectCallback
from tb_keras_inspect.callback import InspectWarning
from tb_keras_inspect.replay.incident import IncidentError, read
from tb_keras_inspect.replay.replay import replay
from tests.docs.examples import compare
from tests.steering.steered import WAIT, make_model, steer
from tests.training.references import BACKEND

pytestmark = [pytest.mark.slow, pytest.mark.one_compiler]

PAGE = pathlib.Path(__file__).parents[3] / "docs" / "command_line.md"
EXAMPLE = json.loads(
    re.search(r"^### `replay --json`.*?```json\n(.*?)```", PAGE.read_text(), re.M | re.S)[1]
)

BATCH, STEPS, SPIKE, BROKEN = 4, 30, 15, 22


def data():
    """One example far off in its target, a later one in its inputs."""
    make = np.random.default_rng(3)
    x = make.normal(size=(BATCH * STEPS, 5)).astype("float32")
    y = make.normal(size=(BATCH * STEPS, 1)).astype("float32")
    y[SPIKE * BATCH + 1] = 40
    x[BROKEN * BATCH + 2] = 1e4  # its exponential is infinite
    return x, y


def made(width=8):
    """A compiled model with dropout and batch statistics."""
    keras.utils.set_random_seed(5)
    model = keras.Sequential(
        [
            keras.Input((5,)),
            keras.layers.Dense(width, activation="exponential", name="first"),
            keras.layers.Dropout(0.5),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(1, name="last"),
        ]
    )
    model.compile("adam", "mse")
    return model


def kept(log_dir):
    """The names of the incidents in a run's directory."""
    folder = os.path.join(log_dir, "incidents")
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


def fit(log_dir, model=None, xy=None, **options):
    """Trains; returns the model."""
    model = made() if model is None else model
    options = {"incidents": True, "console": "error", "tier": "economy", "every": 1} | options
    callback = InspectCallback(log_dir, maps_every=0, **options)
    x, y = data() if xy is None else xy
    model.fit(x, y, batch_size=BATCH, shuffle=False, verbose=0, callbacks=[callback])
    return model


@pytest.fixture(scope="module")
def printed():
    """What the training program of `run` has printed."""
    return io.StringIO()


@pytest.fixture(scope="module")
def trained():
    """The weights of the same training run without the callback, NaN in some of them."""
    model, (x, y) = made(), data()
    model.fit(x, y, batch_size=BATCH, shuffle=False, verbose=0)
    return model.get_weights()


@pytest.fixture(scope="module")
def run(tmp_path_factory, printed, trained):
    """The directory of a run, whose incidents are examined."""
    log_dir = tmp_path_factory.mktemp("run")
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("error", InspectWarning)
        model = fit(log_dir, tier="standard")
    for with_it, without in zip(model.get_weights(), trained, strict=True):
        np.testing.assert_array_equal(with_it, without)
    assert kept(log_dir) == [f"step_{SPIKE:06d}", f"step_{BROKEN:06d}"]
    return log_dir


def about(run, step):
    return json.loads((run / "incidents" / f"step_{step:06d}" / "incident.json").read_text())


def program(*command):
    done = subprocess.run(
        [sys.executable, *map(str, command)], capture_output=True, text=True, timeout=200
    )
    return done.returncode, done.stdout, done.stderr


def test_an_incident_says_what_happened_and_holds_the_batch(run):
    found = about(run, SPIKE)
    assert (found["kind"], found["step"], found["backend"]) == ("spike", SPIKE, BACKEND)
    assert found["missing"] == []
    assert found["contains_data"]
    assert found["examples"][0]["position"] == 1
    with np.load(run / "incidents" / f"step_{SPIKE:06d}" / "batch.npz") as arrays:
        x, y = data()
        here = slice(SPIKE * BATCH, (SPIKE + 1) * BATCH)
        np.testing.assert_array_equal(arrays["0"], x[here])
        np.testing.assert_array_equal(arrays["1"], y[here])


def test_the_console_says_what_was_kept_and_what_to_do(run, printed):
    path = run / "incidents" / f"step_{SPIKE:06d}"
    assert f"InspectCallback: step {SPIKE}: the loss is " in printed.getvalue()
    assert f"It is kept in {path}.\n  Try: tb-keras-inspect replay {path}\n" in printed.getvalue()


def test_a_spike_has_the_same_loss_in_a_new_process(run):
    path = run / "incidents" / f"step_{SPIKE:06d}"
    code, out, err = program("-m", "tb_keras_inspect.cli", "replay", path, "--json")
    assert code == 0, out + err
    answer = json.loads(out)
    assert answer["same"]
    assert answer["loss"] == pytest.approx(about(run, SPIKE)["numbers"]["loss"], rel=1e-5)
    compare(answer, EXAMPLE)


def test_the_first_operation_that_is_not_finite_is_named(run):
    path = run / "incidents" / f"step_{BROKEN:06d}"
    assert about(run, BROKEN)["kind"] == "non_finite"
    done = replay(read(str(path)))
    assert done.same
    assert done.first.startswith("the operation exp in ")


def test_the_script_needs_nothing_of_this_package(run):
    path = run / "incidents" / f"step_{SPIKE:06d}"
    text = (path / "reproduce.py").read_text()
    assert "tb_keras_inspect" not in text
    assert len(text.splitlines()) < 40
    code, out, err = program(path / "reproduce.py")
    assert code == 0, out + err
    then, now = (float(line.split()[2]) for line in out.splitlines()[-2:])
    assert now == pytest.approx(then, rel=1e-5)


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        ({"record": {"keep_data": False}}, ["the batch", "weights and optimizer state"]),
        # Room for the batches of all steps, however many of them wait to be examined.
        ({"incidents": {"max_megabytes": 4e-3}}, ["weights and optimizer state"]),
        ({"incidents": {"max_megabytes": 1e-5}}, ["the batch", "weights and optimizer state"]),
    ],
    ids=["keep_data", "no room for weights", "no room"],
)
def test_without_data_or_room_the_evidence_stays(tmp_path, capsys, options, missing):
    fit(tmp_path, made(width=200), tier="standard", **options)
    assert len(kept(tmp_path)) == 2
    assert f"\n  Missing: {missing[0]}: " in capsys.readouterr().out
    found = about(tmp_path, SPIKE)
    assert [text.split(":")[0] for text in found["missing"]] == missing
    assert found["contains_data"] == ("the batch" not in missing)
    assert found["examples"]
    files = set(os.listdir(tmp_path / "incidents" / f"step_{SPIKE:06d}"))
    assert files - {"batch.npz"} == {"incident.json", "reproduce.py"}
    with pytest.raises(IncidentError, match=f"Missing: {missing[0]}: "):
        read(str(tmp_path / "incidents" / f"step_{SPIKE:06d}"))


@keras.saving.register_keras_serializable("tests")
class Picky(keras.layers.Layer):
    """Raises for inputs above a hundred."""

    def call(self, x):
        largest = 0.0
        with contextlib.suppress(Exception):  # JAX finds out shapes without numbers
            largest = float(keras.ops.max(x))
        if largest > 100:
            raise ArithmeticError("too large")
        return x

    def compute_output_shape(self, shape):
        return shape


def picky():
    keras.utils.set_random_seed(5)
    model = keras.Sequential([keras.Input((5,)), Picky(), keras.layers.Dense(1)])
    model.compile("adam", "mse", run_eagerly=True)
    return model


def test_a_step_that_raises_is_kept_and_raises_the_same(tmp_path, capsys):
    x, y = data()
    with pytest.raises(ArithmeticError, match="too large") as without:
        picky().fit(x, y, batch_size=BATCH, shuffle=False, verbose=0)
    with pytest.raises(ArithmeticError, match="too large") as with_it:
        fit(tmp_path, picky())
    assert str(with_it.value) == str(without.value)
    found = about(tmp_path, BROKEN)
    assert (found["kind"], found["exception"]["class"]) == ("exception", "ArithmeticError")
    assert f"step {BROKEN}: the step raised ArithmeticError: " in capsys.readouterr().out
    done = replay(read(str(tmp_path / "incidents" / f"step_{BROKEN:06d}")))
    assert done.same
    assert "too large" in done.raised


def test_an_exception_is_kept_without_data_where_none_may_be_kept(tmp_path, capsys):
    with pytest.raises(ArithmeticError, match="too large"):
        fit(tmp_path, picky(), console=None, record={"keep_data": False})
    assert capsys.readouterr().out == ""
    text = (tmp_path / "incidents" / f"step_{BROKEN:06d}" / "incident.json").read_text()
    assert "ArithmeticError" in text
    assert "too large" not in text


def test_an_incident_that_cannot_be_written_stops_nothing(tmp_path):
    (tmp_path / "incidents").write_text("a file")
    with (
        pytest.warns(InspectWarning, match=rf"what broke at step {SPIKE} is not kept: "),
        pytest.raises(ArithmeticError, match="too large"),
    ):
        fit(tmp_path, picky())


def test_an_exception_that_cannot_be_kept_is_raised_all_the_same(tmp_path, capsys):
    (tmp_path / "incidents").write_text("a file")
    x, y = data()
    with pytest.raises(ArithmeticError, match="too large"):
        fit(tmp_path, picky(), (x, 0 * y))
    assert f"what broke at step {BROKEN} is not kept: " in capsys.readouterr().out


def plain(**options):
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", **options)
    return model


def test_a_batch_whose_arrays_are_filled_again_is_kept_as_it_was(tmp_path):
    model, (x, y) = plain(), data()
    callback = InspectCallback(tmp_path, every=1, maps_every=0, incidents=True, tier="economy")
    with callback.loop(model) as loop:
        for step in range(SPIKE + 1):
            here = slice(step * BATCH, (step + 1) * BATCH)
            xs, ys = x[here].copy(), y[here].copy()
            loop.before_batch()
            model.train_on_batch(xs, ys)
            xs[:] = ys[:] = np.nan
    with np.load(tmp_path / "incidents" / f"step_{SPIKE:06d}" / "batch.npz") as arrays:
        np.testing.assert_array_equal(arrays["0"], x[here])
        np.testing.assert_array_equal(arrays["1"], y[here])


def test_data_that_raises_raises_the_same(tmp_path):
    def batches():
        x, y = data()
        for _ in range(5):  # Keras reads some before it trains
            yield x[:BATCH], y[:BATCH]
        raise KeyError("no such file")

    def raised(*callbacks):
        with pytest.raises(Exception) as error:  # noqa: PT011 - which one, the backend says
            plain().fit(batches(), verbose=0, callbacks=callbacks)
        return type(error.value)

    callback = InspectCallback(tmp_path, every=1, maps_every=0, incidents=True)
    assert raised(callback) is raised()
    assert kept(tmp_path) == []


@pytest.mark.any_backend
@pytest.mark.skipif(BACKEND == "torch", reason="it takes one batch per call")
def test_where_none_can_be_kept_a_warning_says_why(tmp_path):
    words = "no steps that break are kept: of 2 batches in one call"
    with pytest.warns(InspectWarning, match=words):
        fit(tmp_path, plain(steps_per_execution=2))
    assert kept(tmp_path) == []


@pytest.mark.any_backend
def test_the_step_at_which_a_statistic_reaches_a_breakpoint_is_kept(tmp_path):
    def script(control):
        control.break_on_statistic("step", "", "loss", "above", 0.0)
        control.resume()
        control.wait_until_paused(WAIT)
        control.stop()

    steer(make_model(), str(tmp_path), script, incidents=True, every=1)
    step = kept(tmp_path)[0]
    found = json.loads((tmp_path / "incidents" / step / "incident.json").read_text())
    assert found["kind"] == "breakpoint"
    assert "a breakpoint was reached: step loss above 0: " in found["what"]
    assert found["missing"] == []


def test_by_default_they_are_kept(tmp_path):
    assert inspect.signature(InspectCallback).parameters["incidents"].default is None
    with pytest.raises(ArithmeticError, match="too large"):
        fit(tmp_path / "default", picky(), incidents=None)
    assert kept(tmp_path / "default")[-1] == f"step_{BROKEN:06d}"
    with pytest.raises(ArithmeticError, match="too large"):
        fit(tmp_path / "off", picky(), incidents=False)
    assert kept(tmp_path / "off") == []


@pytest.mark.skipif(BACKEND == "torch", reason="it makes one step per execution")
def test_where_none_can_be_kept_by_default_nothing_is_said(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error", InspectWarning)
        fit(tmp_path / "two", plain(steps_per_execution=2), incidents=None)
