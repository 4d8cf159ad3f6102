"""The catalogue is complete, and what is generated from it is what is committed."""

import ast
import pathlib
import re
import subprocess
import sys

import pytest

import tb_keras_inspect
from tb_keras_inspect.catalog.kind_facts import FACTS, Form, Live, Rows
from tb_keras_inspect.catalog.kinds import COMPUTED_KINDS, LAYER_KINDS, TABLE_KINDS, Kind
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


def test_what_a_statistic_refers_to_is_recorded_beside_it():
    for kind in TABLE_KINDS:
        for statistic in (STATISTICS[name] for name in kind.columns):
            assert statistic.applies_to_finite in ("", *kind.columns)
            if statistic.divisor:
                assert "l2" in kind.columns
                assert "l2" in Kind(statistic.divisor).columns


# Written as an array, in the order of the catalogue or of a docstring: their names are in no code.
ROWS = {name: "REPRESENTATION_STATISTICS" for name in REPRESENTATION_STATISTICS}
ROWS |= {"max_abs": "tensor_statistics", "nonfinite_count": "tensor_statistics"}
ROWS |= {"gradient_norm": "gradient_norms"}


def names_made(module):
    """Names that a module makes: keys, keywords, attributes, what it assigns and defines.

    An argument that happens to have the name of a statistic is none of these.
    """
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Constant):
            yield node.value
        elif isinstance(node, ast.keyword):
            yield node.arg
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.Name) and (isinstance(node.ctx, ast.Store) or node.id.isupper()):
            yield node.id


@pytest.mark.parametrize("statistic", STATISTICS.values(), ids=lambda item: item.name)
def test_the_sources_of_a_statistic_exist_and_one_makes_it(statistic):
    modules = [PACKAGE / name for name in re.findall(r"`([\w/]+\.py)`", statistic.source)]
    made = {name for module in modules for name in names_made(module)}
    assert ROWS.get(statistic.name, statistic.name) in made


def test_the_module_that_only_passes_a_number_on_is_not_its_source():
    assert "epoch" not in set(names_made(PACKAGE / "callback.py"))


def test_a_second_optimizers_columns_have_the_definition_of_the_first():
    assert find("learning_rate:1") is STATISTICS["learning_rate"]
    assert definition("a_metric_of_the_user") == ""


def test_kinds_of_layers_are_those_with_a_histogram():
    assert LAYER_KINDS == (Kind.GRADIENT, Kind.WEIGHT, Kind.UPDATE, Kind.ACTIVATION)


def test_weights_come_before_what_the_forward_pass_makes_of_them_and_the_loss_before_gradients():
    order = COMPUTED_KINDS.index
    assert order(Kind.WEIGHT) < order(Kind.ACTIVATION) < order(Kind.STEP) < order(Kind.GRADIENT)


def test_pictures_that_users_choose_are_recorded_of_the_probe_samples():
    for picture in PICTURES.values():
        assert picture.kind.facts.form in (Form.PICTURES, Form.CURVES, Form.TABLE)
        assert picture.kind.facts.rows is Rows.NAMED
        assert picture.kind.facts.live is Live.NO


def test_generated_files_are_what_the_catalogue_gives():
    command = [sys.executable, "-m", "scripts.generate", "--check"]
    done = subprocess.run(command, cwd=PACKAGE.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
