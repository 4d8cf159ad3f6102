"""What `diff` says of runs that cannot be compared in full, and how it matches layers."""

import json

import numpy as np
import pytest

from tb_keras_inspect import diff
from tb_keras_inspect.cli import main
from tb_keras_inspect.differences.matching import match_layers, match_names
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain
from tests.store.run_writer import make_model

from tests.store.run_writer import RunWriter  # isort: skip


def shifted(run, steps):
    run.steps = run.steps + steps
    return run


def info(*layers):
    """A model as a reader sees it."""
    from tb_keras_inspect.store.model.model import from_record

    return from_record(make_model(layers))


def test_runs_that_are_the_same_differ_in_nothing():
    found = diff(Run(chain()).data, Run(chain()).data)
    assert (found.outcome, found.settings, found.parting) == ("same", (), None)
    assert found.steps == 60


def test_without_common_steps_settings_are_compared_and_it_says_what_to_switch_on():
    found = diff(Run(chain()).data, shifted(Run(chain(optimizer="Adam")), 1).data)
    assert found.outcome == "unknown"
    assert [item.name for item in found.settings] == ["optimizer"]
    assert "No step was sampled in both runs" in found.text
    assert "every=" in found.text


def test_other_models_are_said_to_be_other_ones():
    a, b = make_model(("a", "b", "c")), make_model(("x",))
    found = diff(written(a), written(b))
    assert any("different models: 1 of 3 layers" in sentence for sentence in found.sentences)
    assert {item.name for item in found.settings} == {"b", "c"}


def written(model):
    """A run with nothing but its model."""
    return Run(model).data


def test_the_statistic_that_differs_first_is_found():
    other = Run(chain())
    other.set(Kind.GRADIENT, "l2", 2.0, row=1, at=slice(7, None))
    found = diff(Run(chain()).data, other.data)
    assert found.outcome == "substance"
    assert (found.parting.step, found.parting.phase.value) == (35, "gradient")
    assert found.parting.same_until == 30
    assert found.parting.size == pytest.approx(abs(2 - base_l2()) / 2)


def base_l2():
    return float(Run(chain()).data.table("gradient").select("l2")[0, 1])


def test_rounding_of_statistics_does_not_count():
    other = Run(chain())
    other.set(Kind.GRADIENT, "l2", base_l2() * (1 + 1e-6), row=1)
    assert diff(Run(chain()).data, other.data).outcome == "same"


def test_a_nan_in_one_run_alone_is_substance():
    other = Run(chain()).set(Kind.ACTIVATION, "mean", np.nan, row=0, at=slice(3, None))
    found = diff(Run(chain()).data, other.data)
    assert found.outcome == "substance"
    assert found.parting.phase.value == "activation"
    assert found.parting.size is None
    json.dumps(found.to_dict(), allow_nan=False)


def test_layers_of_the_same_structure_are_matched_in_order():
    layers = match_layers(info("dense", "dense_1"), info("dense_1", "dense_2"))
    assert layers.renamed == {"dense_1": "dense", "dense_2": "dense_1"}
    names = ["dense/kernel", "dense_1/kernel"], ["dense_1/kernel", "dense_2/kernel"]
    expected = {"dense/kernel": "dense_1/kernel", "dense_1/kernel": "dense_2/kernel"}
    assert match_names(*names, layers) == expected


def test_layers_of_another_structure_are_matched_by_name_and_then_by_order():
    layers = match_layers(info("a", "b", "c"), info("a", "x", "c", "d"))
    assert layers.renamed == {"a": "a", "c": "c", "x": "b"}
    assert (layers.only_a, layers.only_b) == ((), ("d",))


@pytest.fixture
def two(tmp_path):
    """Two directories: the optimizers differ, and one weight."""
    for name, optimizer, value in (("a", "SGD", 1.0), ("b", "Adam", 2.0)):
        run = Run(chain(optimizer=optimizer))
        run.set(Kind.WEIGHT, "l2", value, row=0)
        writer = RunWriter(tmp_path / name, run.model)
        for event in run.events():
            writer.file.write(event)
        writer.file.close()
    return str(tmp_path / "a"), str(tmp_path / "b")


def test_the_command_prints_text_json_and_a_page(two, tmp_path, capsys):
    assert main(["diff", *two]) == 0
    text = capsys.readouterr().out
    assert "optimizer: SGD / Adam" in text
    assert main(["diff", *two, "--json", "--html", str(tmp_path / "page.html")]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["outcome"], answer["parting"]["phase"]) == ("substance", "weight")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "optimizer" in page
    assert "initial weights" in page


def test_the_status_says_what_was_asked_for(two, capsys):
    assert main(["diff", *two, "--fail-on", "substance"]) == 1
    assert main(["diff", two[0], two[0], "--fail-on", "rounding"]) == 0
    assert main(["diff", two[0], "nowhere", "--json"]) == 2
    assert "No such file" in json.loads(capsys.readouterr().out.splitlines()[-1])["error"]
