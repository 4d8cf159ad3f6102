"""What the summary of a run says, compared with all of its records."""

import math

import numpy as np
import pytest

from tb_keras_inspect import load_run, records
from tb_keras_inspect.diagnosis.finding import Advice, Finding
from tb_keras_inspect.diagnosis.verdict import verdict_of
from tb_keras_inspect.records import Kind
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.records.summary import to_value
from tb_keras_inspect.store.finding_log import FindingLog
from tb_keras_inspect.store.run import RunData
from tb_keras_inspect.store.sources.data_provider import ProviderLogdir
from tb_keras_inspect.store.sources.event_files import FileSource
from tb_keras_inspect.store.summary.health import health_of
from tests.store.loaders import serve
from tests.store.run_writer import RunWriter, make_model
from tests.store.summary.runs import FOUND, step_value, write_trial


def summary_of(directory, **options):
    write_trial(directory, **options).close()
    return load_run(directory).summary()


def test_its_numbers_are_the_last_ones_of_the_full_tables(tmp_path):
    summary = summary_of(tmp_path / "a", steps=10, optimizer__learning_rate="0.0010000000474974513")
    run = load_run(tmp_path / "a")
    assert (summary.samples, 0, summary.last_step) == run.extent()
    assert summary.loss == run.loss.epochs["loss"][1][-1] == 0.25
    assert summary.logs == {"loss": 0.25, "val_accuracy": 0.5}
    assert summary.learning_rate == run.loss.learning_rate[-1]
    assert summary.epochs == 1
    assert summary.curve_steps.tolist() == run.loss.steps.tolist()
    assert summary.curve.tolist() == run.loss.values.tolist()
    assert summary.updated == run.wall_time
    assert 0 < summary.seconds < 60
    assert summary.settings == {
        "loss_function": "mse", "optimizer": "Adam", "optimizer.learning_rate": 0.001,
        "parameters": 0, "batch_size": 32,
    }  # fmt: skip


def test_a_long_run_is_summarised_from_few_records(tmp_path, monkeypatch):
    write_trial(tmp_path / "a", steps=500).close()
    run = load_run(tmp_path / "a")
    read = []
    monkeypatch.setattr(FileSource, "_read", count(FileSource._read, read))
    summary = run.summary()
    assert summary.samples == 500
    assert (summary.curve_steps[0], summary.curve_steps[-1], len(summary.curve)) == (0, 4990, 32)
    assert len(read) < 40
    run.refresh()
    assert run.summary() is summary


def count(function, calls):
    def counted(*arguments):
        calls.append(arguments)
        return function(*arguments)

    return counted


def test_a_summary_follows_what_is_added(tmp_path):
    writer = write_trial(tmp_path / "a", ended=False)
    run = load_run(tmp_path / "a")
    assert (run.summary().health, run.summary().last_step) == ("unknown", 90)
    writer.write(100, step_value(writer, 100, math.nan))
    writer.findings(100, **FOUND)
    writer.close()
    run.refresh()
    summary = run.summary()
    assert (summary.health, summary.last_step) == ("error", 100)
    assert math.isnan(summary.loss), "the loss of the last epoch would hide it"
    assert math.isnan(summary.curve[-1])


@pytest.mark.parametrize(
    ("finding", "ended", "health", "text"),
    [
        (None, True, "healthy", "healthy"),
        (None, False, "unknown", "no findings so far"),
        (FOUND, True, "error", "dead ReLU units since step 20"),
        (FOUND | {"ongoing": False}, True, "recovered", "recovered: dead ReLU units"),
        (FOUND | {"severity": "note"}, True, "healthy", "healthy"),
        (FOUND | {"problem": "of_a_newer_version"}, True, "error", "of_a_newer_version since step 20"),
    ],
)  # fmt: skip
def test_health_is_the_worst_finding_in_a_few_words(tmp_path, finding, ended, health, text):
    summary = summary_of(tmp_path / "a", finding=finding, ended=ended)
    assert (summary.health, summary.health_text) == (health, text)


def test_the_health_of_a_diagnosed_fit_is_its_recorded_verdict_in_the_words_of_diagnose(tmp_path):
    writer = write_trial(tmp_path / "a", ended=False)
    change = pb.FindingChange(**FOUND | {"change": "found"})
    verdict = pb.Verdict(state="warning", short="short", text="text")
    record = pb.FindingRecord(version=1, changes=[change], last=True, verdict=verdict)
    writer.write(90, to_value(Kind.FINDING, record))
    writer.close()
    summary = load_run(tmp_path / "a").summary()
    assert (summary.health, summary.health_text, summary.verdict) == ("warning", "short", "text")
    so_far = health_of(FindingLog((summary.worst,)), 90)
    finding = Finding(**{
        name: FOUND[name]
        for name in ("problem", "severity", "confidence", "title", "first_step", "ongoing")
    }, last_step=90, cause="", advice=[Advice(FOUND["advice"])])  # fmt: skip
    expected = verdict_of([finding], [], [], samples=100)
    assert so_far[:3] == (expected.state, expected.short, expected.text)


def test_a_fit_that_went_on_after_its_last_evaluation_is_not_called_healthy(tmp_path):
    writer = write_trial(tmp_path / "a")
    writer.write(100, step_value(writer, 100, 0.1))
    writer.close()
    assert load_run(tmp_path / "a").summary().health == "unknown"


def test_the_worst_finding_is_the_most_severe_that_is_still_there(tmp_path):
    writer = write_trial(tmp_path / "a", finding=FOUND | {"ongoing": False}, ended=False)
    writer.findings(91, **FOUND | {"problem": "exploding_gradient", "confidence": 0.5})
    writer.findings(92, **FOUND | {"problem": "overfitting", "severity": "warning"}, last=True)
    writer.close()
    summary = load_run(tmp_path / "a").summary()
    assert (summary.worst.problem, summary.findings) == ("exploding_gradient", 3)
    assert summary.health_text == "exploding gradients since step 20"


def test_a_curve_of_many_epochs_is_that_of_the_epochs(tmp_path):
    writer = write_trial(tmp_path / "a")
    for number in range(1, 50):
        writer.epoch(90 + 10 * number, loss=100.0 - number, epoch=number)
    writer.close()
    summary = load_run(tmp_path / "a").summary()
    assert summary.epochs == 50
    assert summary.loss == summary.curve[-1] == 51
    assert len(summary.curve) == 32
    assert summary.logs["val_accuracy"] == 0.5, "the last epoch that was validated"


def test_both_loaders_of_tensorboard_give_the_same_summary_as_the_files(tmp_path, loader):
    write_trial(tmp_path / "a", finding=FOUND).close()
    expected = load_run(tmp_path / "a").summary()
    with serve(tmp_path, loader) as (provider, wait):
        wait()
        found = RunData("a", ProviderLogdir(provider).run("a")).summary()
    assert found.to_dict() == expected.to_dict()
    np.testing.assert_array_equal(found.curve, expected.curve)


def test_a_run_of_nothing_but_a_damaged_record_has_a_summary(tmp_path):
    writer = write_trial(tmp_path / "a", steps=1)
    writer.write(20, writer.table(Kind.STEP, 20, values=np.zeros((0, 6)), rows=[]))
    writer.close()
    assert load_run(tmp_path / "a").summary().last_step == 20


def test_json_holds_numbers_that_are_not_finite_as_words(tmp_path):
    writer = write_trial(tmp_path / "a")
    writer.write(100, step_value(writer, 100, -math.inf))
    writer.close()
    content = load_run(tmp_path / "a").summary().to_dict()
    assert content["loss"] == "-Infinity"
    assert float(content["loss"]) == -math.inf


def test_hyperparameters_are_values_and_lists_are_text(tmp_path):
    model = make_model()
    model.hyperparameters.update(units="64", bias="true", shape="[1, 2]", name='"x"', bad="NaN")
    writer = RunWriter(tmp_path / "a", records.seal_model(model))
    writer.write_model(0)
    writer.close()
    assert load_run(tmp_path / "a").summary().hyperparameters == {
        "bad": "NaN", "bias": True, "name": "x", "shape": "[1, 2]", "units": 64,
    }  # fmt: skip
