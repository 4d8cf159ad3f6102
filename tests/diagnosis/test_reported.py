"""What is said where today's diagnosis differs from what was reported while the run trained."""

import json

import pytest

from tb_keras_inspect import __version__, load_run, records
from tb_keras_inspect.cli import main
from tb_keras_inspect.diagnosis import Finding, Findings
from tb_keras_inspect.diagnosis.reported import differences, heading
from tests.store.run_writer import write_run


def finding(problem="dying_relu", severity="error", related=()):
    return Finding(problem, severity, 1, "Title", 0, 40, True, "Because.", related=related)


@pytest.fixture
def writer(tmp_path):
    writer = write_run(tmp_path / "a")  # steps 0 to 40
    yield writer
    writer.close()


def texts(tmp_path, *found):
    return [item.text for item in differences(load_run(tmp_path / "a"), Findings(found))]


def test_a_run_without_reports_differs_from_nothing(tmp_path, writer):
    assert texts(tmp_path, finding()) == []


def test_agreement_is_not_mentioned_also_where_a_finding_is_a_consequence_now(tmp_path, writer):
    writer.findings(20, problem="dying_relu", severity="warning")
    writer.findings(30, change="worse", problem="dying_relu", severity="error", last=True)
    assert texts(tmp_path, finding()) == []
    related = finding("unnormalised_input", related=[finding()])
    assert texts(tmp_path, related) == []  # the last evaluation was before the last sample


def test_what_is_gone_new_or_of_another_severity_is_named(tmp_path, writer):
    writer.findings(20, problem="dying_relu", severity="error", title="Dead")
    writer.findings(40, problem="overfitting", severity="note", title="Gap", last=True)
    assert texts(tmp_path, finding("overfitting", "warning"), finding("non_finite")) == [
        "dying_relu: not found now, reported as an error at step 20: Dead",
        "overfitting: a warning now, reported as a note at step 40: Gap",
        "non_finite: an error now, not reported",
    ]


def test_a_finding_withdrawn_in_training_and_not_found_now_agrees(tmp_path, writer):
    writer.findings(20, problem="dying_relu", severity="error")
    writer.findings(30, change="withdrawn", problem="dying_relu", severity="error")
    assert texts(tmp_path) == []


def test_another_version_is_named(tmp_path, writer):
    assert heading(load_run(tmp_path / "a")).endswith("during training")
    writer.model.versions["tb_keras_inspect"] = "0.0.1"
    writer.write_model(45, records.seal_model(writer.model))
    assert f"by version 0.0.1 (this is version {__version__})" in heading(load_run(tmp_path / "a"))


def test_the_command_line_prints_differences_in_text_json_and_the_report(tmp_path, writer, capsys):
    writer.findings(20, problem="dying_relu", severity="error", title="\x1b[31m<b>Dead</b>")
    report = tmp_path / "report.html"
    assert main(["diagnose", str(tmp_path / "a"), "--html", str(report)]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "during training: - dying_relu: not found now, reported as an error at step 20" in text
    assert "\x1b" not in text
    assert "not found now" in report.read_text()
    assert "<b>Dead" not in report.read_text()
    main(["diagnose", str(tmp_path / "a"), "--json"])
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    assert [item["problem"] for item in run["reported"]["differences"]] == ["dying_relu"]
    assert run["reported"]["changes"][0]["step"] == 20
