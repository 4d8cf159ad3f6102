"""The catalogue is complete, and what is generated from it is what is committed."""

import pathlib
import re
import subprocess
import sys

import pytest

import tb_keras_inspect
from tb_keras_inspect.catalog.kind_facts import FACTS, Form, Live, Rows
from tb_keras_inspect.catalog.kinds import LAYER_KINDS, TABLE_KINDS, Kind
from tb_keras_inspect.catalog.pictures import PICTURES
from tb_keras_inspect.catalog.run_statistics import REPRESENTATION_STATISTICS
from tb_keras_inspect.catalog.statistics import STATISTICS, definition, find

PACKAGE = pathlib.Path(tb_keras_inspect.__file__).parent


def test_every_kind_has_facts_and_no_other_name_has():
    assert list(FACTS) == [kind.value for kind in Kind]


@pytest.mark.parametrize("kind", Kind, ids=str)
def test_a_kind_is_found_by_its_tag(kind):
    assert Kind.of_tag(kind.tag) is kind
    assert Kind.of_tag(kind.value) is None


@pytest.mark.parametrize("kind", TABLE_KINDS, ids=str)
def test_columns_of_a_table_are_statistics_of_the_catalogue(kind):
    assert [name for name in kind.columns if name not in STATISTICS] == []


def test_every_statistic_is_a_column_of_some_table():
    columns = {name for kind in TABLE_KINDS for name in kind.columns}
    assert set(STATISTICS) == columns


@pytest.mark.parametrize("statistic", STATISTICS.values(), ids=lambda item: item.name)
def test_the_sources_of_a_statistic_exist_and_one_mentions_it(statistic):
    modules = [PACKAGE / name for name in re.findall(r"`([\w/]+\.py)`", statistic.source)]
    words = {statistic.name}
    if statistic.name in REPRESENTATION_STATISTICS:  # written as one row, in this order
        words.add("REPRESENTATION_STATISTICS")
    assert any(word in module.read_text() for word in words for module in modules)


def test_a_second_optimizers_columns_have_the_definition_of_the_first():
    assert find("learning_rate:1") is STATISTICS["learning_rate"]
    assert definition("a_metric_of_the_user") == ""


def test_kinds_of_layers_are_those_with_a_histogram():
    assert LAYER_KINDS == (Kind.GRADIENT, Kind.WEIGHT, Kind.UPDATE, Kind.ACTIVATION)


def test_pictures_that_users_choose_are_recorded_of_the_probe_samples():
    for picture in PICTURES.values():
        assert picture.kind.facts.form in (Form.PICTURES, Form.CURVES, Form.TABLE)
        assert picture.kind.facts.rows is Rows.NAMED
        assert picture.kind.facts.live is Live.NO


def test_generated_files_are_what_the_catalogue_gives():
    command = [sys.executable, "-m", "scripts.generate", "--check"]
    done = subprocess.run(command, cwd=PACKAGE.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
