"""`make affected` finds the tests of a folder and of what imports it."""

import pytest

from scripts import affected
from scripts.affected import Import


def test_tests_of_the_folder_come_before_those_of_what_imports_it():
    files = affected.test_files("diagnosis")
    own = [file.startswith("tests/diagnosis/") for file in files]
    assert own == sorted(own, reverse=True)
    assert "tests/plugin/test_findings.py" in files
    assert "tests/records/test_bins.py" not in files


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
