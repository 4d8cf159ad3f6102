"""diagnose: its arguments and its robustness; the rules and the catalogue agree."""

import logging
import pathlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tb_keras_inspect
from tb_keras_inspect.catalog import problems
from tb_keras_inspect.diagnosis import PROBLEMS, THRESHOLDS, Thresholds, diagnose, thresholds_of
from tb_keras_inspect.diagnosis.rules import RULES
from tb_keras_inspect.diagnosis.rules.data import non_finite
from tb_keras_inspect.diagnosis.thresholds import of_run, recorded_thresholds
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain

ABSURD = st.sampled_from([np.nan, np.inf, -np.inf, 0.0, -1.0, 1e38, -1e38, 1e-45, 1.0, 0.5])


def test_the_package_exports_diagnose():
    assert tb_keras_inspect.diagnose is diagnose


def test_a_healthy_run_has_no_findings():
    assert diagnose(Run(chain()).data) == []


def test_thresholds_are_checked():
    with pytest.raises(ValueError, match="Unknown threshold"):
        diagnose(Run(chain()).data, {"x": 1})


def test_every_problem_of_the_catalogue_has_a_rule():
    assert list(PROBLEMS) == list(problems.PROBLEMS)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__.rpartition(".")[2])
def test_every_rule_has_a_test_file_of_its_name(rule):
    group, name = rule.__name__.split(".")[-2:]
    assert (pathlib.Path(__file__).parent / "rules" / group / f"test_{name}.py").exists()


def test_open_causes_are_variants_that_exist():
    for problem, variant in problems.OPEN_CAUSES:
        assert variant in problems.PROBLEMS[problem].variants


def test_consequences_name_problems_and_variants_that_exist():
    for (problem, variant), consequences in problems.CONSEQUENCES.items():
        assert {problem, *consequences} <= set(PROBLEMS)
        assert variant is None or variant in problems.PROBLEMS[problem].variants


def test_every_problem_is_explained_and_has_severities_in_order():
    for name, problem in problems.PROBLEMS.items():
        assert problem.name == name
        texts = (problem.title, problem.meaning, problem.examines, problem.why, problem.advice)
        assert all(texts)
        least, most = map(problems.SEVERITIES.index, problem.severities)
        assert least <= most
        assert problem.variants


def test_a_rule_that_fails_leaves_the_others(monkeypatch, caplog):
    def fail(facts):
        raise RuntimeError("strange")

    run = Run(chain()).loss(2.3).set(Kind.ACTIVATION, "dead_fraction", 1.0, row=1)
    monkeypatch.setattr(non_finite, "find", fail)
    with caplog.at_level(logging.WARNING):
        assert [finding.problem for finding in diagnose(run.data)] == ["dying_relu"]
    assert "non_finite" in caplog.text


def recorded_with(**options):
    run = Run(chain()).loss(2.3).set(Kind.ACTIVATION, "dead_fraction", 0.4, row=1)
    model = run.model
    for name, text in options.items():
        model.options[f"threshold.{name}"] = text
    return Run(model).loss(2.3).set(Kind.ACTIVATION, "dead_fraction", 0.4, row=1).data


def test_thresholds_that_the_run_was_recorded_with_are_its_defaults():
    assert diagnose(recorded_with()).at_least("warning") == []
    (finding,) = diagnose(recorded_with(dead_share="0.3")).at_least("warning")
    assert finding.evidence[0].threshold == 0.3
    changed = diagnose(recorded_with(dead_share="0.3"), {"dead_share": 0.5})
    assert changed.at_least("warning") == []


@pytest.mark.parametrize("text", ["7", "nan", "", "0.3; 1", "x" * 10_000])
def test_recorded_thresholds_that_are_not_accepted_are_ignored(text):
    assert thresholds_of(recorded_with(dead_share=text)) == THRESHOLDS


def test_what_the_callback_records_is_what_the_diagnosis_reads():
    options = recorded_thresholds({"dead_share": 0.3, "slow_path": 1e-6})
    values = dict(Thresholds(of_run(THRESHOLDS, options)))
    assert (values["dead_share"], values["slow_path"]) == (0.3, 1e-6)


@pytest.mark.parametrize("samples", [1, 2, 3])
def test_the_first_samples_of_a_run_give_no_findings_and_no_warnings(samples, caplog):
    assert diagnose(Run(chain(), samples=samples).data) == []
    assert not caplog.records


KINDS = (Kind.GRADIENT, Kind.WEIGHT, Kind.UPDATE, Kind.ACTIVATION, Kind.INPUT, Kind.TARGET)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_rule_fails_on_absurd_numbers(caplog_messages, data):
    """Tables with NaN, infinities and absurd magnitudes anywhere."""
    activation = data.draw(st.sampled_from(["relu", "tanh", "", "sigmoid"]))
    model = chain(data.draw(st.integers(1, 4)), activation=activation)
    if data.draw(st.booleans()):
        model.layers[0].class_name = data.draw(st.sampled_from(["SimpleRNN", "Embedding", "GRU"]))
    run = Run(model, samples=data.draw(st.integers(1, 30)), every=data.draw(st.integers(1, 400)))
    everything = np.random.default_rng(data.draw(st.integers(0, 99)))
    for kind in KINDS:
        if data.draw(st.booleans()):
            run.set(kind, data.draw(st.sampled_from(["mean", "std"])), data.draw(ABSURD))
        if data.draw(st.booleans()):
            table = run.tables.get(kind)
            if table is not None:
                value = data.draw(ABSURD)
                table[everything.random(table.shape) < 0.3] = value
        if data.draw(st.integers(0, 9)) == 0:
            run.tables.pop(kind, None)
    for name in ("loss", "gradient_norm", "learning_rate", "dead_window"):
        if data.draw(st.booleans()):
            run.step[name] = run.step[name] * data.draw(ABSURD)
        if data.draw(st.integers(0, 9)) == 0:
            run.step.pop(name, None)
    count = data.draw(st.integers(0, 12))
    if count:
        run.epoch(loss=np.full(count, data.draw(ABSURD)), val_loss=np.arange(count) + 1.0)
    found = diagnose(run.data)
    assert all(isinstance(finding.to_dict(), dict) for finding in found)
    str(found)
    found._repr_html_()
    assert caplog_messages() == []


@pytest.fixture
def caplog_messages(caplog):
    """What has been logged so far: rules that fail say so there."""
    return lambda: [record.getMessage() for record in caplog.records]
