"""The route `findings`: what it answers, what it refuses, when it answers from memory."""

import pytest

from tb_keras_inspect.diagnosis import PROBLEMS, THRESHOLDS
from tb_keras_inspect.records import Kind
from tests.plugin.serving import Client
from tests.store.run_writer import OF_OUTPUTS, RunWriter, make_model


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """A run whose first layer has dead units, and one without any record but the model's."""
    directory = tmp_path_factory.mktemp("logs")
    writer = RunWriter(directory / "ill", make_model(steps_per_epoch=50))
    writer.write_model(0)
    for step in range(0, 300, 5):
        values = [[1.0, 0, 0.1, 0.5, 0.5, 0, float("nan"), 0.95 - row] for row in (0, 0.95)]
        writer.write(
            step,
            writer.table(Kind.ACTIVATION, step, values),
            writer.numbers(Kind.STEP, step, loss=2.3, dead_window=20, epoch=step // 50),
        )
    writer.findings(100, problem="dying_relu", severity="note", title="Dead units")
    writer.close()
    empty = RunWriter(directory / "empty", make_model())
    empty.write_model(0)
    empty.close()
    assert OF_OUTPUTS[-1] == "dead_fraction"
    return Client(directory)


def test_findings_name_the_problem_its_place_and_its_series(client):
    (finding,) = client.json("findings", run="ill")["findings"]
    assert finding["problem"] in PROBLEMS
    assert finding["where"]["layers"] == ["conv"]
    first = finding["evidence"][0]
    table = client.container("table", run="ill", kind=first["kind"], statistic=first["statistic"])
    assert first["row"] in table[0]["names"]


def test_all_thresholds_are_listed_with_their_values(client):
    listed = client.json("findings", run="ill", dead_share="0.7")["thresholds"]
    assert [item["name"] for item in listed] == [item.name for item in THRESHOLDS]
    values = {item["name"]: item["value"] for item in listed}
    assert values["dead_share"] == 0.7
    assert all(item["low"] <= item["value"] <= item["high"] for item in listed)


def test_another_threshold_gives_another_answer(client):
    assert client.json("findings", run="ill", dead_share="0.99")["findings"] == []


def test_what_was_reported_during_training_stands_beside_what_is_found_now(client):
    reported = client.json("findings", run="ill")["reported"]
    (change,) = reported["changes"]
    assert (change["step"], change["change"], change["severity"]) == (100, "found", "note")
    (difference,) = reported["differences"]
    assert (difference["reported"], difference["found"]) == ("note", "error")
    reported = client.json("findings", run="empty")["reported"]
    assert reported == {"changes": [], "ended_at": None, "differences": []}


def test_a_run_without_samples_has_no_findings(client):
    assert client.json("findings", run="empty")["findings"] == []


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ({"dead_share": "2"}, "0.05 to 1"),
        ({"dead_share": "nan"}, "0.05 to 1"),
        ({"dead_share": "x"}, "Received: 'x'"),
        ({"dead": "1"}, "Accepted: run, growth_before_nan"),
    ],
)
def test_thresholds_are_checked(client, arguments, part):
    code, text = client.error("findings", run="ill", **arguments)
    assert code == 400
    assert part in text


def test_the_same_question_is_answered_by_its_tag(client):
    tag = client.get("findings", run="ill").headers["ETag"]
    again = client.get("findings", headers={"If-None-Match": tag}, run="ill")
    other = client.get("findings", headers={"If-None-Match": tag}, run="ill", dead_share="0.6")
    assert (again.status_code, other.status_code) == (304, 200)
