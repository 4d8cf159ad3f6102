"""Diagnosis of a running fit: what is said when, to whom, and that training does not suffer."""

import itertools
import warnings

import keras
import numpy as np
import pytest

from tb_keras_inspect import InspectCallback, diagnose, load_run
from tb_keras_inspect.callback import InspectWarning
from tb_keras_inspect.diagnosis import THRESHOLDS, thresholds_of
from tb_keras_inspect.diagnosis.reported import differences
from tb_keras_inspect.records import Kind
from tb_keras_inspect.store import RunData
from tb_keras_inspect.training.live.finding_changes import CONFIRMED
from tb_keras_inspect.training.live.live_diagnosis import LiveDiagnosis
from tb_keras_inspect.training.live.live_source import KEPT_FIRST, MOST_SAMPLES, LiveSource
from tests.diagnosis.synthetic import Run, chain

pytestmark = pytest.mark.any_backend


class Model:
    """What a live diagnosis needs of a model."""

    stop_training = False


def ill(samples=60):
    return Run(chain(), samples=samples).loss(2.3).set(
        Kind.ACTIVATION, "dead_fraction", 0.95, row=1
    )  # fmt: skip


def replay(diagnosis, run, model=None):
    """Shows a run to a live diagnosis as the recorder would; reports after each step."""
    model = model or Model()
    problems = []
    for sample in run.samples():
        diagnosis.on_sample(sample)
        problems += diagnosis.report(model)
    diagnosis.evaluate_last(diagnosis.step)
    return problems + diagnosis.report(model)


def patient(**options):
    """A live diagnosis that runs the rules after every sample, however long they take."""
    return LiveDiagnosis(budget=np.inf, **options)


def test_a_finding_is_told_once_when_it_is_confirmed(capsys):
    told = []
    diagnosis = patient(on_finding=told.append)
    replay(diagnosis, ill())
    assert [finding.problem for finding in told] == ["dying_relu"]
    assert diagnosis.evaluations > CONFIRMED
    text = capsys.readouterr().out
    assert text.count("dying_relu") == 1
    assert text.startswith("\n")
    assert "\n\nInspectCallback: Error: " in text  # the verdict, after the end


def test_of_a_healthy_run_only_the_verdict_is_printed(capsys):
    told = []
    replay(patient(on_finding=told.append), Run(chain()))
    assert told == []
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("InspectCallback: Healthy: ")


@pytest.mark.parametrize(("console", "said"), [("warning", 1), ("error", 1), (None, 0)])
def test_the_console_can_be_silenced(capsys, console, said):
    replay(patient(console=console, on_finding=lambda finding: None), ill())
    assert capsys.readouterr().out.count("dying_relu") == said


def test_a_nan_is_told_at_the_next_batch():
    run = Run(chain())
    run.step["loss"][7:] = np.nan
    told = []
    diagnosis = LiveDiagnosis(console=None, on_finding=told.append)
    for sample in list(run.samples())[: 7 + 2]:
        diagnosis.on_sample(sample)
    diagnosis.report(Model())
    assert [finding.problem for finding in told] == ["non_finite"]


@pytest.mark.parametrize("stop_on", ["dying_relu", ["dying_relu"], "error", ["warning"]])
def test_training_stops_on_what_was_chosen_with_the_evidence_printed(capsys, stop_on):
    model = Model()
    replay(patient(stop_on=stop_on, console=None), ill(), model)
    assert model.stop_training
    assert "dead units of dense_1: 95 %" in capsys.readouterr().out


@pytest.mark.parametrize("stop_on", ["non_finite", "overfitting", ()])
def test_training_does_not_stop_on_anything_else(stop_on):
    model = Model()
    replay(patient(stop_on=stop_on), ill(), model)
    assert not model.stop_training


def test_a_problem_grouped_under_another_stops_too():
    model = Model()
    run = ill().set(Kind.INPUT, "std", 90.0).set(Kind.ACTIVATION, "std", 30.0, row=0)
    replay(patient(stop_on="dying_relu"), run, model)
    assert model.stop_training


def test_with_other_processes_it_asks_for_the_end_of_all():
    model, diagnosis = Model(), patient(stop_on="error", console=None, is_alone=False)
    assert replay(diagnosis, ill(), model) == []
    assert not model.stop_training
    assert diagnosis.wants_stop


def test_an_error_in_the_users_function_is_reported_once():
    calls = []

    def fail(finding):
        calls.append(finding)
        raise RuntimeError("mine")

    run = ill()
    run.step["loss"][50:] = np.nan  # a second finding
    problems = replay(patient(console=None, on_finding=fail), run)
    assert len(calls) == 1
    assert ["RuntimeError: mine" in problem for problem in problems] == [True]


def test_a_failing_diagnosis_is_none_of_the_trainings_business(monkeypatch):
    calls = []

    def fail(*arguments):
        calls.append(arguments)
        raise RuntimeError("on purpose")

    monkeypatch.setattr("tb_keras_inspect.training.live.live_diagnosis.diagnose", fail)
    assert replay(patient(on_finding=print), ill()) == []
    assert len(calls) == 1  # it is not tried again


# Without rules a sample takes 1 ms by the test's clock, with them 3 ms.
@pytest.mark.parametrize(
    ("budget", "least", "most"), [(1.1e-3, 5, 15), (2e-3, 90, 110), (1, 190, 191)]
)
def test_rules_run_only_as_often_as_their_cost_allows(budget, least, most):
    ticks = itertools.count()
    diagnosis = LiveDiagnosis(console=None, budget=budget, clock=lambda: 0.001 * next(ticks))
    for sample in ill(samples=200).samples():
        diagnosis.on_sample(sample)
    assert least <= diagnosis.evaluations <= most
    assert diagnosis.seconds_per_sample <= 1.01 * budget


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"console": "loud"}, "note, warning, error"),
        ({"diagnosis": {"on_finding": 3}}, "function of one finding"),
        ({"stop_on": ["nan"]}, "non_finite"),
        ({"stop_on": 7}, "non_finite"),
        ({"diagnosis": {"thresholds": {"x": 1}}}, "Unknown threshold"),
    ],
)
def test_bad_options_are_refused_with_what_is_accepted(tmp_path, options, part):
    with pytest.raises(ValueError, match=part):
        InspectCallback(tmp_path, **options)


def test_what_is_held_of_a_long_run_is_bounded_and_evenly_thinned():
    source = LiveSource()
    for sample in Run(chain(1), samples=2000, every=1).samples():
        source.add(sample)
    steps = RunData("r", source).table("gradient").steps
    assert len(steps) <= MOST_SAMPLES
    np.testing.assert_array_equal(steps[:KEPT_FIRST], np.arange(KEPT_FIRST))
    assert steps[-1] == 1999
    gaps = np.diff(steps[KEPT_FIRST:])
    assert gaps.max() <= 8


def test_a_live_run_equals_the_stored_one(tmp_path):
    model, x, y = tiny()
    callback = quick(tmp_path)
    model.fit(x, y, epochs=2, verbose=0, callbacks=[callback])
    stored, live = load_run(tmp_path), callback._fit.live_diagnosis.run
    assert live.model == stored.model
    for kind in ("gradient", "weight", "update", "activation", "step", "epoch", "input", "target"):
        a, b = live.table(kind), stored.table(kind)
        assert (a.names, a.statistics) == (b.names, b.statistics)
        np.testing.assert_array_equal(a.steps, b.steps)
        np.testing.assert_array_equal(a.values, b.values)
        assert a.values.dtype == b.values.dtype
    for site in stored.units_at().names:
        np.testing.assert_array_equal(live.units(site).max_abs, stored.units(site).max_abs)
    found = [
        [(f.problem, f.title, f.severity) for f in diagnose(run).flat()] for run in (live, stored)
    ]
    assert found[0] == found[1]
    assert stored.finding_log.ended_at == stored.extent()[2]
    assert {name for name in stored.finding_log.state} == {finding[0] for finding in found[0]}


def test_thresholds_of_the_callback_are_the_defaults_of_the_recorded_run(tmp_path):
    model, x, y = tiny()
    callback = quick(tmp_path, diagnosis={"thresholds": {"dead_share": 0.3}})
    model.fit(x, y, epochs=1, verbose=0, callbacks=[callback])
    defaults = {item.name: item.default for item in thresholds_of(load_run(tmp_path))}
    assert defaults == {item.name: item.default for item in THRESHOLDS} | {"dead_share": 0.3}


def quick(directory, **options):
    """A callback whose step is quick to trace."""
    return InspectCallback(
        directory, every=1, maps_every=0, record={"histograms": False}, **options
    )


def tiny(poison=None):
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(320, 4)).astype("float32"), rng.normal(size=(320, 1))
    if poison is not None:
        x[poison] = np.nan
    return model, x, y


def test_fit_stops_prints_and_records_at_a_nan(tmp_path, capsys):
    model, x, y = tiny(poison=100)
    callback = quick(tmp_path, stop_on="non_finite")
    history = model.fit(
        x, y, epochs=5, batch_size=16, shuffle=False, verbose=0, callbacks=[callback]
    )
    assert len(history.epoch) < 5
    text = capsys.readouterr().out
    assert "InspectCallback ends the training run" in text
    assert "The input data" in text
    run = load_run(tmp_path)
    (change,) = run.finding_log.changes
    assert (change.change, change.problem, change.variant) == ("found", "non_finite", "input")
    assert change.step >= change.first_step == 100 // 16
    assert run.finding_log.ended_at == run.extent()[2]
    assert differences(run, diagnose(run)) == []


@pytest.mark.slow
def test_an_error_in_on_finding_warns_and_training_goes_on(tmp_path):
    def fail(finding):
        raise RuntimeError("mine")

    model, x, y = tiny(poison=100)
    callback = quick(tmp_path, console=None, diagnosis={"on_finding": fail})
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        history = model.fit(x, y, epochs=2, batch_size=16, verbose=0, callbacks=[callback])
    assert len(history.epoch) == 2
    texts = [str(w.message) for w in caught if issubclass(w.category, InspectWarning)]
    assert len([text for text in texts if "RuntimeError: mine" in text]) == 1


@pytest.mark.slow
def test_watching_changes_no_weight(tmp_path):
    found = []
    for options in ({"console": None}, {"diagnosis": {"on_finding": found.append}}):
        model, x, y = tiny()
        callback = quick(tmp_path / str(len(found)), **options)
        model.fit(x, y, epochs=2, verbose=0, callbacks=[callback])
        found.append([w.tobytes() for w in model.get_weights()])
    assert found[0] == found[-1]
