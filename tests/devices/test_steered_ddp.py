"""Several processes of PyTorch obey the commands to one of them, at the same steps."""

import pytest

from tb_keras_inspect import load_run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("steered_ddp")]


@pytest.fixture(scope="module")
def trained(start, folder, free_ports):
    (port,) = free_ports(1)
    place = {"KERAS_BACKEND": "torch", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    ranks = [{**place, "WORLD_SIZE": "2", "RANK": str(rank)} for rank in range(2)]
    return start("steered_ddp", folder, ranks)


def test_commands_take_effect_at_the_same_step_in_all(trained):
    first, second = trained
    facts = first["facts"]
    assert facts["third"] == facts["first"] + 3, facts
    assert first["rates"] == second["rates"]
    assert first["rates"].index(0.015) == facts["first"] + 1  # noted before the pause of a step
    assert first["weights"] == second["weights"]
    assert first["problems"] == second["problems"] == []


def test_commands_for_one_process_are_carried_out_or_refused(trained):
    facts = trained[0]["facts"]
    assert facts["looked"] == 4
    assert "several processes train one model" in facts["refused"]


def test_a_nan_in_one_process_pauses_all_and_names_it(trained):
    facts = trained[0]["facts"]
    step, why = facts["broken"]
    assert "in process 1 of 2" in why
    assert facts["tenth"] == step + 10
    # The step was left out by both, and the last one ended training.
    assert len(trained[0]["rates"]) == len(trained[1]["rates"]) == facts["tenth"] + 1


def test_the_run_has_the_commands_and_samples_of_all(trained, folder):
    run = load_run(folder / "steered")
    assert "set_learning_rate" in {entry.command for entry in run.controls}
    after = trained[0]["facts"]["tenth"]
    assert {7} <= set(run.loss.steps[run.loss.steps > after - 10] % 7 + 7)


def test_stop_on_ends_all_processes_at_the_same_step(trained):
    first, second = trained
    assert first["stopped"] == second["stopped"] < 100


def test_where_only_one_process_has_control_none_takes_commands(trained):
    (problem,) = trained[0]["unlike_problems"]
    assert "`control` is on in 1 of 2 processes" in problem
    assert trained[1]["unlike_problems"] == []
