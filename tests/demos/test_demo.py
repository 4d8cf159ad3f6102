"""The demo as a user runs it: each run with what it is there to show."""

import json

import numpy as np
import pytest

from tb_keras_inspect import load_run
from tb_keras_inspect.demos import RUNS
from tests.demos.conftest import run_demo
from tests.store.run_writer import write_run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]


def test_prints_one_line_per_run_and_where_to_look(demo):
    log_dir, output = demo
    for number, run in enumerate(RUNS, start=1):
        assert f"[{number}/{len(RUNS)}] {run}: " in output
    assert output.count("loss: ") == len(RUNS)
    assert "\x1b" not in output, "escape codes outside a terminal"
    recorded, look, _ = output.splitlines()[-3:]
    assert recorded.endswith(f"{len(RUNS)} runs in {log_dir}")
    assert f"tensorboard --logdir {log_dir}" in look


@pytest.mark.parametrize("run", RUNS)
def test_every_run_has_our_records_and_keras_own_scalars(demo, run):
    directory = demo[0] / run
    assert list(directory.glob("events.out.tfevents.*"))
    assert list((directory / "train").glob("events.out.tfevents.*"))
    assert list((directory / "validation").glob("events.out.tfevents.*"))
    data = load_run(str(directory))
    assert data.problems == []
    assert {"gradient", "weight", "update", "activation", "maps", "step"} <= set(data.kinds)
    assert len(data.table("gradient").steps) == (900 if run == "diverges_to_nan" else 180)


def test_healthy_run_learns_and_stays_finite(demo):
    run = load_run(str(demo[0] / "healthy_cnn"))
    _, accuracy = run.loss.epochs["val_accuracy"]
    assert accuracy[-1] > 0.95
    for kind in ("gradient", "weight", "activation"):
        assert not run.table(kind).select("nonfinite_count").any()


def test_transformer_learns_and_its_attention_is_shown_for_each_block(demo):
    run = load_run(str(demo[0] / "row_transformer"))
    _, accuracy = run.loss.epochs["val_accuracy"]
    assert accuracy[-1] > 0.9
    names = run.map_names("attention")
    assert [name.split("/")[0] for name in names] == ["block_1", "block_2"]
    for name in names:
        scores = run.maps(name, "attention")[-1]
        assert scores.shape == (4, 4, 16, 16)  # samples, heads, rows, rows
        np.testing.assert_allclose(scores.sum(axis=-1), 1, atol=0.05)
    assert run.model.edges_from == "trace"
    assert run.map_names("saliency") == ["pictures"]


def test_predictions_of_the_healthy_run_become_those_of_the_labels(demo):
    run = load_run(str(demo[0] / "healthy_cnn"))
    (probabilities,) = run.predictions.outputs.values()
    np.testing.assert_allclose(probabilities.sum(axis=-1), 1, atol=1e-4)
    labels = run.probe.labels[:, 0].astype(int)
    of_labels = probabilities[:, range(len(labels)), labels].mean(axis=1)
    assert of_labels[0] < 0.3 < 0.9 < of_labels[-1]


def test_units_of_the_dying_run_die_during_training_and_the_loss_stops(demo):
    run = load_run(str(demo[0] / "dying_relu_mlp"))
    units = run.units("hidden_3")
    dead = units.dead.mean(axis=1)
    # From step 30 on, where the window has six batches: a unit may well be zero for a single one.
    early = (units.steps >= 30) & (units.steps < 60)
    assert dead[early].max() < 0.1, "dead before the learning rate was high"
    first_all_dead = units.steps[np.argmax(dead == 1.0)]
    assert 60 < first_all_dead < 300
    assert dead[-1] == 1.0
    losses = run.loss.epochs["loss"][1]
    assert losses[1] < 1.0, "it learns first"
    assert np.ptp(losses[-5:]) < 0.02
    assert abs(losses[-1] - np.log(10)) < 0.1


def test_first_gradient_of_the_sigmoid_run_is_orders_below_the_last(demo):
    table = load_run(str(demo[0] / "vanishing_sigmoid")).table("gradient")
    l2 = table.select("l2")
    first = l2[:, table.names.index("hidden_1/kernel")]
    last = l2[:, table.names.index("classes/kernel")]
    assert np.median(first / last) < 1e-3
    assert (first > 0).all()


def test_run_that_diverges_is_finite_first_and_nan_to_the_end(demo):
    run = load_run(str(demo[0] / "diverges_to_nan"))
    bad = ~np.isfinite(run.loss.values)
    first = int(np.argmax(bad))
    assert bad.any()
    assert 100 < run.loss.steps[first] < 850
    assert bad[first:].all()
    counts = run.table("gradient").select("nonfinite_count")
    assert not counts[:first].any()
    assert counts[first].all()


def test_a_demo_replaces_what_was_there_under_its_name(tmp_path):
    write_run(tmp_path / "vanishing_sigmoid").close()
    result = json.loads(run_demo(tmp_path, "--runs", "vanishing_sigmoid", "--json"))
    assert (result["runs"], result["url"]) == (["vanishing_sigmoid"], None)
    run = load_run(str(tmp_path / "vanishing_sigmoid"))
    assert (np.diff(run.table("gradient").steps) > 0).all()
    assert len(list((tmp_path / "vanishing_sigmoid").glob("events.out.tfevents.*"))) == 1
