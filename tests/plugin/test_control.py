"""The routes that steer: what they do for those who may, and that others get nowhere."""

import json
import os
import threading

import pytest
from werkzeug import test as werkzeug_test

from tb_keras_inspect.plugin.answers.control import Steering
from tb_keras_inspect.plugin.control_apps import MAX_BODY
from tb_keras_inspect.plugin.errors import HttpError
from tb_keras_inspect.records import encode_map, encode_probe
from tb_keras_inspect.steering import channel
from tb_keras_inspect.steering.channel import FOLDER, TrainingChannel
from tb_keras_inspect.steering.messages import new_id
from tb_keras_inspect.training.steering.command_server import DONE, CommandServer
from tests.plugin.serving import PREFIX, Client
from tests.store.run_writer import write_run

TOKEN = "a1" * 20
GOOD = {"X-Keras-Inspect-Control": TOKEN, "Content-Type": "application/json"}
PAUSE = {"command": "pause", "arguments": {}}
REMOTE = {"environ_base": {"REMOTE_ADDR": "10.0.0.9"}}


class Training:
    """The training's side of the channel, without a training: each command is done at once.

    Attributes:
        done: The commands that were carried out.
    """

    def __init__(self, directory):
        self.done = []
        self.state = {"status": "running", "step": 7}
        self.busy = threading.Event()  # set: it does not come to its commands
        channel = TrainingChannel(str(directory), TOKEN)
        self.server = CommandServer(channel, TOKEN, lambda: dict(self.state), lambda: True)
        self.server.start()
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        while not self._ends.wait(0.01):
            for request in [] if self.busy.is_set() else self.server.take_commands():
                self.done.append((request.command, request.arguments))
                look = None
                detail = {"form": "map"}
                if request.command == "look_at_batch":
                    detail["form"] = "probe"
                    look = encode_probe([picture("x")], None).SerializeToString()
                elif request.command.startswith("look"):
                    look = picture("dense").SerializeToString()
                self.server.answer(
                    request, DONE, picture=look, step=7, old="", new="", detail=detail
                )

    def close(self):
        self._ends.set()
        self._thread.join()
        self.state["status"] = "ended"
        self.server.close()


def picture(name):
    import numpy as np

    return encode_map(0, name, np.ones((2, 1, 4, 4)), [0], (2, 4, 4, 1), [False], "image")


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    directory = tmp_path_factory.mktemp("logs")
    for name in ("a", "plain"):
        write_run(directory / name).close()
    return directory


@pytest.fixture
def training(logs):
    training = Training(logs / "a")
    yield training
    training.close()


@pytest.fixture(scope="module")
def client(logs):
    return Client(logs, control=True)


def post(client, path="control/command", run="a", headers=None, content=None, body=None, **options):
    """A response to a POST; `content` gets an id of its own."""
    if body is None:
        body = json.dumps({"id": new_id(), **(content or PAUSE)})
    builder = werkzeug_test.EnvironBuilder(
        f"{PREFIX}/{path}",
        method="POST",
        query_string={"run": run, **options.pop("query", {})},
        headers=GOOD if headers is None else headers,
        data=body,
        **options,
    )
    return client._client.open(builder)


def test_a_command_with_the_token_is_done_and_answered(client, training):
    response = post(client, content={"command": "set_learning_rate", "arguments": {"value": 0.1}})
    assert response.status_code == 200, response.text
    assert response.json["outcome"] == "done"
    assert training.done == [("set_learning_rate", {"value": 0.1})]
    assert response.headers["Cache-Control"] == "no-store"
    again = client.get("control/answer", headers=GOOD, run="a", id=response.json["id"])
    assert again.json == response.json


def test_a_command_sent_again_is_done_once(client, training):
    body = json.dumps({"id": new_id(), "command": "step", "arguments": {"count": 2}})
    answers = [post(client, body=body).json for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert training.done == [("step", {"count": 2})]


def test_the_state_is_told_without_a_token_and_holds_none(client, training):
    content = client.json("control", run="a")
    assert content["enabled"]
    assert content["alive"] is True
    assert content["state"]["step"] == 7
    assert TOKEN not in json.dumps(content)
    assert content["why"] == ""


def test_what_was_looked_at_is_a_container(client, training):
    identity = post(client, content={"command": "look_at_batch"}).json["id"]
    assert client.get("control/look", run="a", id=identity).status_code == 403
    response = client.get("control/look", headers=GOOD, run="a", id=identity)
    assert response.status_code == 200
    assert response.data[:4] == b"TKI1"
    identity = post(
        client, content={"command": "look_at_activations", "arguments": {"layer": "dense"}}
    ).json["id"]
    assert client.get("control/look", headers=GOOD, run="a", id=identity).data[:4] == b"TKI1"
    assert client.get("control/look", headers=GOOD, run="a", id=new_id()).status_code == 404


def test_a_command_that_waits_can_be_taken_back(client, training, monkeypatch):
    monkeypatch.setattr("tb_keras_inspect.plugin.answers.control.ANSWER_SECONDS", 0.3)
    training.busy.set()
    response = post(client)
    assert response.json["outcome"] == "waiting"
    taken = post(client, "control/withdraw", query={"id": response.json["id"]}, body="{}")
    assert taken.json["withdrawn"] is True
    training.busy.clear()
    assert post(client, content={"command": "stop"}).json["outcome"] == "done"
    assert training.done == [("stop", {})]


def test_nothing_is_queued_for_a_run_that_takes_no_commands(client, logs, training):
    assert post(client, run="plain").status_code == 409
    assert "was not started with" in client.json("control", run="plain")["why"]
    training.close()
    response = post(client)
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
    client = Client(logs, control=True)
    response = post(client)
    assert response.status_code == 409
    assert "dead or stopped" in response.json["error"]
    assert client.json("control", run="a")["alive"] is False
    assert os.listdir(logs / "a" / FOLDER / "commands") == []


def test_without_the_flag_everything_is_refused(logs, training):
    client = Client(logs)
    assert post(client).status_code == 403
    assert client.get("control/answer", headers=GOOD, run="a", id=new_id()).status_code == 403
    content = client.json("control", run="a")
    assert content["enabled"] is False
    assert "--keras_inspect_control" in content["why"]
    assert training.done == []


def without(name):
    return {key: value for key, value in GOOD.items() if key != name}


ATTACKS = {
    "no token": (without("X-Keras-Inspect-Control"), 403),
    "an empty token": (GOOD | {"X-Keras-Inspect-Control": ""}, 403),
    "a wrong token": (GOOD | {"X-Keras-Inspect-Control": "b" * 40}, 403),
    "the beginning of the token": (GOOD | {"X-Keras-Inspect-Control": TOKEN[:-1]}, 403),
    "a huge token": (GOOD | {"X-Keras-Inspect-Control": "a" * 10_000}, 403),
    "another site, as browsers say it": (GOOD | {"Sec-Fetch-Site": "cross-site"}, 403),
    "another port of this host": (GOOD | {"Sec-Fetch-Site": "same-site"}, 403),
    "an address typed in": (GOOD | {"Sec-Fetch-Site": "none"}, 403),
    "another origin": (GOOD | {"Origin": "http://evil.example"}, 403),
    "an origin without a name": (GOOD | {"Origin": "null"}, 403),
    "another port as origin": (GOOD | {"Origin": "http://localhost:81"}, 403),
    "a form": (GOOD | {"Content-Type": "application/x-www-form-urlencoded"}, 415),
    "plain text, which needs no preflight": (GOOD | {"Content-Type": "text/plain"}, 415),
    "no content type": (without("Content-Type"), 415),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_refused(attack, client, training):
    headers, status = ATTACKS[attack]
    response = post(client, headers=headers)
    assert response.status_code == status, response.text
    assert "Access-Control-Allow-Origin" not in response.headers
    assert training.done == []


def test_pages_of_this_server_are_let_in(client, training):
    for extra in (
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://hub.example"},
        {"Origin": "http://localhost"},
        {"Origin": "https://hub.example", "X-Forwarded-Host": "hub.example"},
    ):
        assert post(client, headers=GOOD | extra).status_code == 200
    assert len(training.done) == 3


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "HEAD"])
def test_only_post_commands_and_no_preflight_is_answered(method, client, training):
    response = client.get("control/command", headers=GOOD, method=method, run="a")
    assert response.status_code == 405
    assert not [name for name in dict(response.headers) if name.startswith("Access-Control")]
    assert training.done == []


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "{",
        "[" * 30_000,
        '"pause"',
        '{"command": "pause"}',
        '{"id": "../../x", "command": "pause"}',
        '{"id": "1", "command": "pause"}',
        json.dumps({"id": "NEW", "command": "nope"}),
        json.dumps({"id": "NEW", "command": "__class__"}),
        json.dumps({"id": "NEW", "command": ["pause"]}),
        json.dumps({"id": "NEW", "command": "step", "arguments": {"count": 0}}),
        json.dumps({"id": "NEW", "command": "step", "arguments": {"count": True}}),
        json.dumps({"id": "NEW", "command": "set_learning_rate", "arguments": {"value": "1"}}),
        json.dumps({"id": "NEW", "command": "set_learning_rate", "arguments": {"value": 1e999}}),
        json.dumps({"id": "NEW", "command": "set_learning_rate", "arguments": {"value": -1}}),
        json.dumps({"id": "NEW", "command": "pause", "arguments": {"more": 1}}),
        json.dumps({"id": "NEW", "command": "pause", "else": 1}),
        json.dumps({"id": "NEW", "command": "freeze", "arguments": {"layers": "x"}}),
    ],
)
def test_bodies_that_are_no_command_get_400(body, client, training):
    response = post(
        client, body=body.replace("NEW", new_id())
    )  # ids in names would differ each time
    assert response.status_code == 400, response.text
    assert training.done == []


def test_oversized_bodies_are_not_read(client, training):
    assert post(client, body=" " * (MAX_BODY + 1)).status_code == 413
    environ = client.environ("control/command", "run=a", headers=GOOD)
    environ |= {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "application/json"}
    environ["CONTENT_LENGTH"] = str(10**12)
    assert werkzeug_test.run_wsgi_app(client.dispatch, environ)[1].startswith("413")
    del environ["CONTENT_LENGTH"]
    environ["HTTP_TRANSFER_ENCODING"] = "chunked"
    assert werkzeug_test.run_wsgi_app(client.dispatch, environ)[1].startswith("413")
    assert training.done == []


def test_a_run_behind_a_url_is_steered_and_no_other_place():
    pytest.importorskip("fsspec")
    logdir = "memory://tb_keras_inspect_steered"
    training, steering = Training(f"{logdir}/b/a"), Steering(f"{logdir}/b", True)
    try:
        body = json.dumps({"id": new_id(), "command": "pause"}).encode()
        assert json.loads(steering.send("a", TOKEN, body).body)["outcome"] == "done"
        assert training.done == [("pause", {})]
        with pytest.raises(HttpError) as caught:
            steering.send("a", "wrong", body)
        assert caught.value.code == 403
        outside = Steering(f"{logdir}/c", True)
        for run in ("../b/a", "..", "x/../../b/a", "", "/a", "a//", "x\\..\\a"):
            with pytest.raises(HttpError) as caught:
                outside.send(run, TOKEN, body)
            assert caught.value.code in (403, 409)
        assert len(training.done) == 1
    finally:
        training.close()


@pytest.mark.parametrize(
    "run", ["..", "../a", "a/../a", "/etc", "a/keras_inspect_control", "", ".", "a\0", "nope"]
)
def test_no_other_directory_is_reached_by_a_name(run, client, training):
    assert post(client, run=run).status_code == 404
    assert training.done == []


def test_a_run_behind_a_link_out_of_the_logdir_is_refused(tmp_path):
    outside = tmp_path / "outside"
    write_run(outside).close()
    logs = tmp_path / "logs"
    logs.mkdir()
    write_run(logs / "b").close()
    training = Training(outside)
    try:
        (logs / "b" / "linked").symlink_to(outside)
        client = Client(logs, control=True)
        for name in client.json("runs")["runs"]:
            if name["name"] != "b":
                assert post(client, run=name["name"]).status_code == 403
        # And control files behind a link are no control files.
        (logs / "b" / FOLDER).symlink_to(outside / FOLDER)
        assert post(client, run="b").status_code == 409
    finally:
        training.close()
    assert training.done == []


@pytest.mark.parametrize("name", ["commands", "state.json", "token"])
def test_links_among_the_control_files_are_not_followed(name, tmp_path):
    write_run(tmp_path / "logs" / "a").close()
    training = Training(tmp_path / "logs" / "a")
    folder = tmp_path / "logs" / "a" / FOLDER
    target = tmp_path / name
    try:
        training.server.stop()
        os.rename(folder / name, target)
        (folder / name).symlink_to(target)
        before = sorted(os.listdir(target)) if target.is_dir() else target.read_bytes()
        client = Client(tmp_path / "logs", control=True)
        response = post(client)
        if name == "token":  # it cannot be read: the training decides
            assert response.json["outcome"] == "waiting"
        else:
            assert response.status_code == 409
        after = sorted(os.listdir(target)) if target.is_dir() else target.read_bytes()
        assert before == after
    finally:
        (folder / name).unlink()
        os.rename(target, folder / name)
        training.close()
    assert training.done == []


def test_a_pipe_in_place_of_the_state_does_not_make_the_server_wait(tmp_path):
    write_run(tmp_path / "a").close()
    os.makedirs(tmp_path / "a" / FOLDER)
    os.mkfifo(tmp_path / "a" / FOLDER / "state.json")
    client = Client(tmp_path, control=True)
    assert client.json("control", run="a")["state"] is None
    assert post(client).status_code == 409


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"version": 2}', '{"version": 1, "time": NaN}', "[" * 100_000]
)
def test_a_damaged_state_is_no_training(text, tmp_path):
    write_run(tmp_path / "a").close()
    os.makedirs(tmp_path / "a" / FOLDER)
    (tmp_path / "a" / FOLDER / "state.json").write_text(text)
    client = Client(tmp_path, control=True)
    assert client.json("control", run="a")["state"] is None
    assert post(client).status_code == 409


def test_a_forged_command_file_is_refused_by_the_training(client, logs, training):
    """Whoever can write to the directory but not read the token."""
    identity = new_id()
    forged = {"id": identity, "command": "stop", "arguments": {}, "signature": "0" * 64}
    (logs / "a" / FOLDER / "commands" / f"{identity}.json").write_text(json.dumps(forged))
    end = channel.Channel(str(logs / "a"))
    while (answer := end.answer(identity)) is None:
        pass
    assert (answer["outcome"], answer["why"]) == ("refused", "The token is wrong")
    assert training.done == []


def test_a_token_is_in_no_answer_and_in_no_command_file(client, logs, training):
    training.busy.set()
    training.server.stop()
    identity = new_id()
    channel.Channel(str(logs / "a")).send(TOKEN, identity, "pause", {})
    text = (logs / "a" / FOLDER / "commands" / f"{identity}.json").read_text()
    assert TOKEN not in text
    assert (logs / "a" / FOLDER / "token").stat().st_mode & 0o777 == 0o600
