"""The table of several runs: its columns, its order, its groups, its text."""

import math

import numpy as np
import pytest

from tb_keras_inspect import load_runs
from tb_keras_inspect.store.summary import table_text
from tb_keras_inspect.store.summary.run_summary import RunSummary
from tb_keras_inspect.store.summary.run_table import RunTable
from tests.store.summary.runs import FOUND, write_trial


def names(table):
    return [run.name for run in table]


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Three trials of two optimizers, one of which fails."""
    logdir = tmp_path_factory.mktemp("logs")
    write_trial(logdir / "search/trial_2", optimizer="Adam", batch_size=32).close()
    write_trial(logdir / "search/trial_10", optimizer="SGD", batch_size=64, finding=FOUND).close()
    write_trial(logdir / "search/trial_1", optimizer="Adam", batch_size=64, ended=False).close()
    return load_runs(logdir).summary()


def test_the_worst_health_comes_first_then_the_names_in_natural_order(table):
    assert names(table.sorted_by()) == ["search/trial_10", "search/trial_1", "search/trial_2"]
    assert names(table.sorted_by("name")) == [f"search/trial_{n}" for n in (1, 2, 10)]


def test_settings_that_differ_are_columns_and_others_are_not(table):
    assert table.differing == ("optimizer", "batch_size")
    assert table.metric == "val_accuracy"


def test_what_always_changes_together_is_one_column():
    def trial(name, units, rate):
        settings = {"optimizer.learning_rate": rate + 1e-7, "parameters": 10 * units, "loss": "mse"}
        return RunSummary(name, hyperparameters={"units": units, "rate": rate}, settings=settings)

    runs = RunTable([trial("a", 1, 0.1), trial("b", 2, 0.1), trial("c", 2, 0.2)])
    assert runs.differing == ("units", "rate", "parameters")
    assert RunTable([*runs, RunSummary("baseline")]).differing == runs.differing


def test_hyperparameters_go_before_settings_of_the_same_name():
    run = RunSummary("a", hyperparameters={"loss": "mine"}, settings={"loss": "mse", "x": 1})
    assert run.configuration == {"loss": "mine", "x": 1}


def test_a_column_sorts_both_ways_with_what_is_not_a_number_last():
    values = {"a": 2.0, "b": None, "c": math.nan, "d": 1.0}
    table = RunTable(RunSummary(name, loss=loss) for name, loss in values.items())
    assert names(table.sorted_by("loss")) == ["d", "a", "c", "b"]
    assert names(table.sorted_by("loss", descending=True)) == ["a", "d", "c", "b"]


def test_an_unknown_column_is_refused_with_those_there_are(table):
    with pytest.raises(ValueError, match=r"No column 'nope'.*'loss'.*'batch_size'"):
        table.sorted_by("nope")


def test_a_search_looks_at_names_health_and_settings(table):
    assert names(table.matching("sgd")) == ["search/trial_10"]
    assert names(table.matching("DEAD relu")) == ["search/trial_10"]
    assert names(table.matching("batch_size=64 adam")) == ["search/trial_1"]
    assert names(table.matching("")) == names(table)


def test_groups_keep_the_order_of_the_table_and_come_by_value(table):
    groups = table.sorted_by("name", descending=True).grouped_by("batch_size")
    assert {value: names(group) for value, group in groups.items()} == {
        32: ["search/trial_2"], 64: ["search/trial_10", "search/trial_1"],
    }  # fmt: skip


def test_a_data_frame_has_the_columns_of_the_table(table):
    pytest.importorskip("pandas")
    frame = table.to_pandas()
    assert frame.loc["search/trial_10", "health_text"] == "dead ReLU units since step 20"
    assert frame.groupby("optimizer").loss.mean().to_dict() == {"Adam": 0.25, "SGD": 0.25}
    assert set(table.columns) <= {*frame.columns, "name"}


def test_the_text_has_a_line_for_each_run_and_its_columns_line_up(table):
    head, *lines = str(table.sorted_by("name")).splitlines()
    assert head.split() == [
        "run", "health", "loss", "val_accuracy", "learning", "rate", "epochs", "time",
        "optimizer", "batch_size",
    ]  # fmt: skip
    assert "ERROR dead ReLU units since step 20" in lines[2]
    assert len({len(line) for line in (head, *lines)}) == 1
    assert str(RunTable()) == "No runs."


def test_the_text_is_safe_and_lines_up_with_wide_letters_and_long_names():
    runs = [RunSummary(name) for name in ("试验/学习率", "a" * 300 + "z", "\x1b[31mred\n")]
    lines = str(RunTable(runs)).splitlines()
    assert len(lines) == 4
    assert "\x1b" not in "".join(lines)
    assert "a…a" in lines[2]
    assert len({table_text.width(line) for line in lines[1:]}) == 1


def test_html_escapes_what_comes_from_the_log():
    run = RunSummary("<b>x</b>", curve_steps=np.array([0, 1]), curve=np.float32([1, np.nan]))
    html = RunTable([run])._repr_html_()
    assert "<b>x" not in html
    assert "<svg" in html


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, ""), (0.4, "0 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"),
        (7500, "2 h 5 min"), (273600, "3 d 4 h"),
    ],
)  # fmt: skip
def test_a_duration_has_two_units(seconds, text):
    assert table_text.duration(seconds) == text


def test_bars_show_the_range_and_what_is_not_finite():
    assert table_text.bars(np.float32([0, 7, np.nan, 7])) == "▁█!█"
    assert table_text.bars(np.float32([])) == ""
    assert table_text.bars(np.full(5, np.inf, np.float32)) == "!!!!!"


def test_refresh_finds_new_runs_and_drops_deleted_ones(tmp_path):
    write_trial(tmp_path / "a").close()
    runs = load_runs(tmp_path)
    first = runs["a"]
    write_trial(tmp_path / "b").close()
    runs.refresh()
    assert (list(runs), runs["a"]) == (["a", "b"], first)
    (tmp_path / "a").rename(tmp_path / "c")
    runs.refresh()
    assert list(runs) == ["b", "c"]
