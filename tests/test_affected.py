"""`make affected` finds the tests of a folder and of what imports it."""

import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

from scripts import affected, shared
from scripts.affected import Import


def test_tests_of_the_folder_come_before_those_of_what_imports_it():
    files = affected.test_files("diagnosis")
    own = [file.startswith("tests/diagnosis/") for file in files]
    assert own == sorted(own, reverse=True)
    assert "tests/plugin/test_findings.py" in files
    assert "tests/records/test_bins.py" not in files


def test_what_imports_an_importer_is_found_too_nearest_first():
    files = affected.test_files("files/claim")
    near, far = "tests/training/test_recorder.py", "tests/training/test_lifecycle.py"
    assert files.index("tests/files/test_claim.py") < files.index(near) < files.index(far)


def test_tests_that_did_not_fit_are_counted_and_how_to_run_them_is_said(tmp_path):
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--budget=-1")
    for name, parallel in (("one.xml", ()), ("two.xml", ("-n", "1"))):
        report = tmp_path / name
        arguments = (f"--junitxml={report}", "tests/test_versions.py")
        subprocess.run([*command, *parallel, *arguments], cwd=shared.ROOT, check=True)
        number = affected.count_not_run(report)
        assert number == len(ElementTree.parse(report).findall(".//testcase")) > 0
    assert "make affected FOLDER=store ARGS=--all" in affected.not_run_line(number, "store")


def test_tests_that_did_not_run_have_not_passed():
    status = affected.final_status
    assert [status(0, 0), status(1, 0), status(1, 5), status(0, 5)] == [0, 1, 1, 2]


def test_the_budget_begins_when_the_tests_are_collected(tmp_path):
    (tmp_path / "test_slow_to_import.py").write_text(
        "import time\ntime.sleep(3)\ndef test_first(): pass\n"
    )
    report = tmp_path / "report.xml"
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--budget=2")
    options = (f"--junitxml={report}", "-c", "pyproject.toml", "-p", "tests.conftest", tmp_path)
    subprocess.run([*command, *options], cwd=shared.ROOT, check=True)
    assert affected.count_not_run(report) == 0


def test_a_test_that_is_skipped_for_a_reason_of_its_own_does_not_count(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text("<testsuite><testcase><skipped/></testcase></testsuite>")
    assert affected.count_not_run(report) == 0


def test_a_public_name_leads_to_the_module_that_defines_it():
    found = affected.modules_of(Import("tb_keras_inspect", "load_run"))
    assert "tb_keras_inspect.store.loading" in found


def test_what_the_helpers_of_a_test_import_counts_as_imported_by_it():
    path = affected.path_of("tests.plugin.test_growing")
    assert "tb_keras_inspect.plugin.loader" in affected.imported_by(
        path
    )  # by tests/plugin/serving.py


def test_a_folder_that_is_not_there_is_refused():
    with pytest.raises(SystemExit, match="no module of the package"):
        affected.test_files("nowhere")
