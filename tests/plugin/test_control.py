"""The routes that steer: what they do for those who may use them."""

import json
import os

from tb_keras_inspect.steering.channel import FOLDER
from tb_keras_inspect.steering.messages import new_id
from tests.plugin.controlled_run import GOOD, TOKEN, post
from tests.plugin.serving import Client


def test_a_command_with_the_token_is_done_and_answered(steering_client, training):
    response = post(
        steering_client, content={"command": "set_learning_rate", "arguments": {"value": 0.1}}
    )
    assert response.status_code == 200, response.text
    assert response.json["outcome"] == "done"
    assert training.done == [("set_learning_rate", {"value": 0.1})]
    assert response.headers["Cache-Control"] == "no-store"
    again = steering_client.get("control/answer", headers=GOOD, run="a", id=response.json["id"])
    assert again.json == response.json


def test_a_command_sent_again_is_done_once(steering_client, training):
    body = json.dumps({"id": new_id(), "command": "step", "arguments": {"count": 2}})
    answers = [post(steering_client, body=body).json for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert training.done == [("step", {"count": 2})]


def test_the_state_is_told_without_a_token_and_holds_none(steering_client, training):
    content = steering_client.json("control", run="a")
    assert content["enabled"]
    assert content["alive"] is True
    assert content["state"]["step"] == 7
    assert TOKEN not in json.dumps(content)
    assert content["why"] == ""


def test_what_was_looked_at_is_a_container(steering_client, training):
    identity = post(steering_client, content={"command": "look_at_batch"}).json["id"]
    assert steering_client.get("control/look", run="a", id=identity).status_code == 403
    response = steering_client.get("control/look", headers=GOOD, run="a", id=identity)
    assert response.status_code == 200
    assert response.data[:4] == b"TKI1"
    identity = post(
        steering_client, content={"command": "look_at_activations", "arguments": {"layer": "dense"}}
    ).json["id"]
    assert (
        steering_client.get("control/look", headers=GOOD, run="a", id=identity).data[:4] == b"TKI1"
    )
    assert (
        steering_client.get("control/look", headers=GOOD, run="a", id=new_id()).status_code == 404
    )


def test_a_command_that_waits_can_be_taken_back(steering_client, training, monkeypatch):
    monkeypatch.setattr("tb_keras_inspect.plugin.answers.control.ANSWER_SECONDS", 0.3)
    training.busy.set()
    response = post(steering_client)
    assert response.json["outcome"] == "waiting"
    taken = post(steering_client, "control/withdraw", query={"id": response.json["id"]}, body="{}")
    assert taken.json["withdrawn"] is True
    training.busy.clear()
    assert post(steering_client, content={"command": "stop"}).json["outcome"] == "done"
    assert training.done == [("stop", {})]


def test_nothing_is_queued_for_a_run_that_takes_no_commands(steering_client, logs, training):
    assert post(steering_client, run="plain").status_code == 409
    assert "was not started with" in steering_client.json("control", run="plain")["why"]
    training.close()
    response = post(steering_client)
    assert (response.status_code, response.json["error"]) == (
        409,
        "Training has ended: no commands are accepted",
    )
    assert os.listdir(logs / "a" / FOLDER / "commands") == []


def test_a_dead_training_is_told_by_its_heartbeat(logs, training):
    training.close()
    state = json.loads((logs / "a" / FOLDER / "state.json").read_text())
    state |= {"status": "paused", "time": state["time"] - 1000}
    (logs / "a" / FOLDER / "state.json").write_text(json.dumps(state))
    (logs / "a" / FOLDER / "token").write_text(TOKEN)
    steering_client = Client(logs, control=True)
    response = post(steering_client)
    assert response.status_code == 409
    assert "it was killed, or is suspended" in response.json["error"]
    content = steering_client.json("control", run="a")
    assert content["alive"] is False
    assert "`token` and `state.json` are left over" in content["why"]
    assert os.listdir(logs / "a" / FOLDER / "commands") == []


def test_without_the_flag_everything_is_refused(logs, training):
    steering_client = Client(logs)
    assert post(steering_client).status_code == 403
    assert (
        steering_client.get("control/answer", headers=GOOD, run="a", id=new_id()).status_code == 403
    )
    content = steering_client.json("control", run="a")
    assert content["enabled"] is False
    assert "--keras_inspect_control" in content["why"]
    assert training.done == []
