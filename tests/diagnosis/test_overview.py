"""A run on one screen."""

import json

from tb_keras_inspect.diagnosis import diagnose
from tb_keras_inspect.diagnosis.overview import overview, overview_text
from tests.diagnosis.synthetic import Run, chain


def content():
    model = chain(**{"optimizer": "SGD", "optimizer.momentum": "0.9"})
    return Run(model).epoch(loss=[2.0, 0.5], val_accuracy=[0.3, 0.9]).data


def test_the_verdict_comes_first_and_then_what_one_looks_at():
    run = content()
    shown = overview(run)
    assert shown["verdict"] == diagnose(run).verdict.to_dict()
    rows = dict(shown["rows"])
    assert rows["optimizer"] == "SGD(0.001, momentum=0.9)"
    assert rows["loss"] == "2 to 0.5; lowest 0.5, highest 2"
    assert rows["val_accuracy"] == "0.3 to 0.9; lowest 0.3, highest 0.9"
    assert rows["batch loss"].startswith("sparse_categorical_crossentropy: 2.3 to 0.1")
    assert rows["input x"] == "-2 to 2, mean 0, standard deviation 1"


def test_it_fits_a_screen_and_json_holds_it():
    shown = overview(content())
    lines = overview_text(shown).splitlines()
    assert len(lines) <= 30
    assert max(map(len, lines)) <= 80
    assert json.loads(json.dumps(shown, allow_nan=False)) == shown


def test_a_run_that_has_just_begun_is_not_judged():
    shown = overview(Run(chain(), samples=3).data)
    assert shown["verdict"]["state"] == "unknown"
    assert dict(shown["rows"])["sampled steps"] == "3 (steps 0 to 10)"
