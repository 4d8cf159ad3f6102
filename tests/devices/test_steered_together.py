"""Processes that share each computation obey the commands to the first of them."""

import json

import pytest

from tb_keras_inspect import load_run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.thorough,
    pytest.mark.xdist_group("steered_together"),
]


def jax_ranks(ports):
    place = {"KERAS_BACKEND": "jax", "COORDINATOR": f"127.0.0.1:{ports[0]}"}
    return [{**place, "RANK": str(rank)} for rank in range(2)]


def workers(ports):
    cluster = {"worker": [f"127.0.0.1:{port}" for port in ports]}
    configs = ({"cluster": cluster, "task": {"type": "worker", "index": i}} for i in range(2))
    return [{"KERAS_BACKEND": "tensorflow", "TF_CONFIG": json.dumps(c)} for c in configs]


@pytest.mark.parametrize(("backend", "places"), [("jax", jax_ranks), ("tensorflow", workers)])
def test_commands_take_effect_at_the_same_step_in_all(start, folder, free_ports, backend, places):
    first, second = start("steered_together", folder, places(free_ports(2)))
    facts = first["facts"]
    assert facts["third"] == facts["first"] + 3, facts
    assert facts["fifth"] == facts["third"] + 2
    assert "share each computation" in facts["refused"]
    assert first["steps"] == second["steps"] == facts["fifth"] + 1
    assert first["rate"] == second["rate"] == pytest.approx(0.015)
    assert first["weights"] == second["weights"]
    assert first["problems"] == second["problems"] == []
    run = load_run(folder / backend)
    assert facts["third"] in run.loss.steps
    assert {"freeze", "snapshot_now"} <= {e.command for e in run.controls if e.outcome == "done"}
