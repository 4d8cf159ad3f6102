"""`tb-keras-inspect diagnose`: exit status, JSON, report, and messages for invalid input."""

import json
import sys

import numpy as np
import pytest

from tb_keras_inspect.catalog.json_schema import JSON_SCHEMA
from tb_keras_inspect.cli import main
from tb_keras_inspect.diagnosis import THRESHOLDS
from tb_keras_inspect.records import Kind
from tb_keras_inspect.records.event_file_writer import EventFileWriter
from tests.diagnosis.synthetic import Run, chain


def write(run, directory):
    directory.mkdir()
    writer = EventFileWriter(str(directory))
    for event in run.events():
        writer.write(event)
    writer.close()


@pytest.fixture(scope="module")
def logdir(tmp_path_factory):
    """Two runs: a healthy one, and one with dead units and a stuck loss."""
    folder = tmp_path_factory.mktemp("logs")
    write(Run(chain()), folder / "healthy")
    broken = Run(chain()).loss(2.3).set(Kind.ACTIVATION, "dead_fraction", 0.95, row=1)
    write(broken, folder / "broken")
    return folder


@pytest.mark.parametrize(
    ("run", "severity", "status"),
    [
        ("broken", "error", 1),
        ("broken", "note", 1),
        ("healthy", "note", 0),
        ("broken", None, 0),
        (".", "warning", 1),
    ],
)
def test_status_says_whether_something_of_that_severity_was_found(
    logdir, capsys, run, severity, status
):
    options = ["--fail-on", severity] if severity else []
    assert main(["diagnose", str(logdir / run), *options]) == status
    assert capsys.readouterr().out


def test_text_names_the_run_and_fits_eighty_columns(logdir, capsys):
    main(["diagnose", str(logdir)])
    text = capsys.readouterr().out
    assert "healthy: 60 sampled steps (steps 0 to 295)\nHealthy: " in text
    assert "broken: 60 sampled steps (steps 0 to 295)\nError: " in text
    assert max(map(len, text.splitlines())) <= 80


def test_json_holds_the_findings_of_each_run(logdir, capsys):
    main(["diagnose", str(logdir), "--json"])
    content = json.loads(capsys.readouterr().out)
    found = {item["run"]: [f["problem"] for f in item["findings"]] for item in content["runs"]}
    assert found == {"broken": ["dying_relu"], "healthy": []}


def test_thresholds_can_be_changed(logdir, capsys):
    options = ["--fail-on", "warning", "--threshold", "dead_share=0.99"]
    assert main(["diagnose", str(logdir / "broken"), *options]) == 0


def test_thresholds_are_listed(logdir, capsys):
    assert main(["diagnose", str(logdir), "--threshold", "list"]) == 0
    text = capsys.readouterr().out
    assert all(item.name in text for item in THRESHOLDS)


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["nowhere"], "No such directory"),
        (["."], "No records of InspectCallback"),
        (["logs", "--threshold", "dead_share=7"], "0.05 to 1"),
        (["logs", "--threshold", "x=1"], "Unknown threshold"),
    ],
)
def test_bad_input_is_status_2_with_what_is_accepted(
    logdir, tmp_path, capsys, monkeypatch, arguments, part
):
    monkeypatch.chdir(tmp_path)
    arguments = [str(logdir) if item == "logs" else item for item in arguments]
    assert main(["diagnose", *arguments]) == 2
    assert part in capsys.readouterr().err


@pytest.mark.parametrize("options", [["--threshold", "x"], ["--fail-on", "fatal"]])
def test_malformed_options_are_status_2(logdir, capsys, options):
    with pytest.raises(SystemExit) as stopped:
        main(["diagnose", str(logdir), *options])
    assert stopped.value.code == 2


def test_report_is_one_file_that_loads_and_runs_nothing(logdir, tmp_path, capsys):
    path = tmp_path / "report.html"
    assert main(["diagnose", str(logdir), "--html", str(path)]) == 0
    page = path.read_text()
    assert "default-src 'none'" in page
    assert page.count("<svg") >= 3
    for word in ("<script", "http:", "https:", "src=", "url(", "@import"):
        assert word not in page


def test_report_escapes_names_from_a_log(tmp_path, capsys):
    model = chain()
    name = "<img src=x onerror=alert(1)>"
    model.layers[1].path = model.sites[1].name = name
    run = Run(model).loss(2.3).set(Kind.ACTIVATION, "dead_fraction", 0.95, row=1)
    run.step["loss"][5] = np.inf
    write(run.loss(2.3), tmp_path / "run")
    path = tmp_path / "report.html"
    assert main(["diagnose", str(tmp_path / "run"), "--html", str(path)]) == 0
    assert "<img" not in path.read_text()
    assert "&lt;img" in path.read_text()


def test_a_report_that_cannot_be_written_is_status_2(logdir, tmp_path, capsys):
    assert main(["diagnose", str(logdir), "--html", str(tmp_path / "no" / "r.html")]) == 2


def test_diagnose_imports_neither_keras_nor_a_backend(logdir, capsys):
    import subprocess

    code = (
        "import sys; from tb_keras_inspect.cli import main; "
        f"main(['diagnose', {str(logdir)!r}]); "
        "sys.exit(sorted({'keras', 'tensorflow', 'jax', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "[]"


def content(capsys, *arguments):
    """The JSON that a command prints, and its exit status."""
    status = main([*arguments, "--json"])
    return json.loads(capsys.readouterr().out), status


def test_json_of_an_error_says_what_is_accepted_and_so_does_standard_error(logdir, capsys):
    assert main(["diagnose", str(logdir / "nowhere"), "--json"]) == 2
    printed = capsys.readouterr()
    answer = json.loads(printed.out)
    assert answer["schema"] == JSON_SCHEMA
    assert "No such directory" in answer["error"]
    assert answer["error"] in printed.err


def test_thresholds_are_listed_as_json(logdir, capsys):
    answer, status = content(capsys, "diagnose", str(logdir), "--threshold", "list")
    assert status == 0
    assert [item["name"] for item in answer["thresholds"]] == [item.name for item in THRESHOLDS]


def test_a_pattern_and_several_paths_are_diagnosed_together(logdir, capsys):
    for given in ([str(logdir / "*")], [str(logdir / "broken"), str(logdir / "healthy")]):
        answer, _ = content(capsys, "diagnose", *given)
        assert [item["run"] for item in answer["runs"]] == ["broken", "healthy"]


@pytest.fixture(scope="module")
def recovered(tmp_path_factory):
    """A run whose gradient explodes from step 100 to 150 and which learns afterwards."""
    folder = tmp_path_factory.mktemp("recovered")
    run = Run(chain())
    run.step["loss"][20:30] = np.nan
    write(run, folder / "run")
    return folder / "run"


@pytest.mark.parametrize(("since", "found"), [(None, 1), (145, 1), (146, 0)])
def test_since_leaves_out_what_was_over_before(recovered, capsys, since, found):
    """The last NaN is at step 145."""
    options = [] if since is None else ["--since", str(since)]
    answer, status = content(capsys, "diagnose", str(recovered), "--fail-on", "note", *options)
    assert [len(run["findings"]) for run in answer["runs"]] == [found]
    assert status == found
    main(["diagnose", str(recovered), *options])
    assert ("WARNING non_finite" in capsys.readouterr().out) == (found > 0)


@pytest.fixture(scope="module")
def good_runs(tmp_path_factory):
    """Three runs that differ by chance, and one whose updates are larger in one layer."""
    folder = tmp_path_factory.mktemp("runs")
    for seed in range(4):
        run = Run(chain())
        rng = np.random.default_rng(seed)
        for table in run.tables.values():
            table *= 1 + 0.02 * rng.normal(size=table.shape)
        if seed == 3:
            run.tables[Kind.UPDATE][20:, 2, :] *= 5
        write(run, folder / f"run_{seed}")
    return folder


def test_against_good_runs_it_says_where_a_run_leaves_their_range(good_runs, capsys):
    good = [str(good_runs / f"run_{seed}") for seed in range(3)]
    run = str(good_runs / "run_3")
    assert main(["diagnose", run, "--fail-on", "warning"]) == 0
    assert main(["diagnose", run, "--fail-on", "warning", "--json", "--against", *good]) == 1
    output = capsys.readouterr().out
    content = json.loads(output[output.index("{") :])
    (finding,) = content["runs"][0]["findings"]
    assert (finding["problem"], finding["variant"]) == ("unlike_good_runs", "update")
    assert finding["where"]["layers"] == ["dense_1"]
    assert abs(finding["first_step"] - 100) <= 15


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--against", "run_0"], "at least 3 good runs, better 5. Received 1: run_0"),
        (["--against", "nowhere"], "nowhere"),
        (["--follow", "--against", "run_0"], "does not go with --follow"),
    ],
)
def test_good_runs_that_do_not_do_are_refused(good_runs, capsys, monkeypatch, options, message):
    monkeypatch.chdir(good_runs)
    assert main(["diagnose", "run_3", *options]) == 2
    assert message in capsys.readouterr().err
